"""Everybody who was not seen for so long that there is no reason any more to hold anything of them.

A person is idle if none of their ids was seen lately. Of a lead its newest event says when it was seen; of an alias the number of its last
message, which is never below the time of what caused it.
"""

import time
from collections.abc import Mapping

from msgspec import Struct

from intentflow.adapters.producing import BatchProducer
from intentflow.operate.state import Tell, names_of, nobody, partitions
from intentflow.settings import Settings
from intentflow.wire.control import encode_erasure
from intentflow.wire.murmur2 import partition_of
from intentflow.wire.rows import decode_row, is_stub


class Idle(Struct, frozen=True):
    """Who is idle."""

    keys: tuple[bytes, ...]
    people: int  # whom these ids are of
    all: int  # ids that there are, idle or not


class Sightings:
    """When ids were seen, of all leads; it holds those that are idle, and those that are tied to others."""

    def __init__(self, before: int) -> None:
        self.before, self.count = before, 0
        self._idle: set[bytes] = set()
        self._alias: dict[bytes, bytes] = {}
        self._active: list[bytes] = []  # of those that are tied to others, who was seen lately

    def take(self, rows: Mapping[bytes, bytes]) -> None:
        """The rows of one partition."""
        for key, row in rows.items():
            if is_stub(row):
                continue
            self.count += 1
            lead = decode_row(row)
            alias, sent = (lead.bonds.alias, lead.bonds.sent) if lead.bonds is not None else (b"", 0)
            if alias:
                self._alias[key] = alias
            if max(lead.newest, sent) < self.before:
                self._idle.add(key)
            elif lead.bonds is not None:
                self._active.append(key)

    def idle(self) -> Idle:
        """Every id of everybody of whom none was seen since `before`."""
        active = {self._person(key) for key in self._active}
        roots = {key: self._person(key) for key in self._idle}
        keys = [key for key, root in roots.items() if root not in active]
        return Idle(tuple(sorted(keys)), len({roots[key] for key in keys}), self.count)

    def _person(self, key: bytes) -> bytes:
        """Whose alias it is in the end: targets only ever become smaller, so this ends."""
        while key in self._alias:
            key = self._alias[key]
        return key


async def idle(settings: Settings, before: int, tell: Tell = nobody) -> Idle:
    """Who was not seen since `before` (epoch ms). Raises ConfigError if there is no changelog."""
    sightings = Sightings(before)
    async for _, log in partitions(settings, tell=tell):
        sightings.take(log.rows)
    return sightings.idle()


async def erase_idle(settings: Settings, found: Idle, tell: Tell = nobody) -> None:
    """An erasure of each of these ids is on the control topic; workers do them when they read them."""
    now, control = int(time.time() * 1000), names_of(settings).control
    async with BatchProducer(settings.kafka) as producer:
        for done, key in enumerate(found.keys):
            await producer.add(control, partition_of(key, settings.partitions), *encode_erasure(key, now), now)
            tell(done + 1, len(found.keys))
