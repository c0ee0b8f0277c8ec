"""A person out of the state of leads: erasures on the control topic, and seen through to the end.

What is committed of a partition was done and published, so when an erasure is committed nothing of the lead is under way from it any more.
But something may still come *to* it: records that lay unread on the sources when it was asked for, and messages of leads that were its
aliases. So in a round all ids are asked to be erased, then what was unread must be read, then the messages that there are by then. Whoever
lives after that, begun anew by any of it, is erased in another round; a round for each hop that a message can make from alias to alias.

Who lives after the last round has begun anew by records that came later: nothing of the past is in it.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, Literal, Self

from msgspec import Struct

from intentflow.adapters.offsets import Offsets, Places
from intentflow.adapters.partition_records import PartitionRecords
from intentflow.adapters.producing import BatchProducer
from intentflow.lane.changelog import Changelog
from intentflow.lane.reader import ChangelogReader
from intentflow.operate.state import names_of
from intentflow.settings import Settings
from intentflow.wire.control import encode_erasure
from intentflow.wire.murmur2 import partition_of
from intentflow.wire.rows import is_stub

ROUNDS = 4
LOOK_SECONDS = 0.2
Tell = Callable[[str, int, int], None]  # what is waited for, how many are done, of how many
State = Literal["asked", "stub", "gone", "anew"]


class Erased(Struct):
    """What became of one id.

    `asked`: no worker has read it yet. `stub`: nothing is held but offsets. `gone`: nothing is held. `anew`: it was forgotten, and has
    begun anew by records that were sent after it was asked for. Offsets are those of the last erasure, and of the last stub or tombstone.
    """

    key: bytes
    partition: int
    control_offset: int
    state: State = "asked"
    changelog_offset: int | None = None


class Watched(Changelog):
    """A partition of the changelog that notes where the latest stub or tombstone of some keys lies."""

    __slots__ = ("forgotten", "wanted")

    def __init__(self, wanted: frozenset[bytes]) -> None:
        super().__init__()
        self.wanted = wanted
        self.forgotten: dict[bytes, int] = {}

    def feed(self, records: Sequence[Any]) -> None:
        """As for any reader, and note."""
        super().feed(records)
        for record in records:
            if record.key in self.wanted and (record.value is None or is_stub(record.value)):
                self.forgotten[record.key] = record.offset


class Forgetting:
    """Erases ids of one app, and watches. A context manager; raises ServerMissingError if Kafka does not answer."""

    def __init__(self, settings: Settings, keys: Iterable[bytes], patience_seconds: float, tell: Tell) -> None:
        self.settings, self.names = settings, names_of(settings)
        self.erased: dict[bytes, Erased] = {}
        self._keys, self._tell, self._patience = frozenset(keys), tell, patience_seconds
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        enter, kafka = self._stack.enter_async_context, self.settings.kafka
        self._offsets, self._producer = await enter(Offsets(kafka)), await enter(BatchProducer(kafka))
        self._reader = await enter(ChangelogReader(kafka, self.names.changelog))
        self._control = await enter(PartitionRecords(kafka))
        self._partitions = len(await self._reader.partitions())
        self._logs = {number: Watched(self._keys) for number in {self._number(key) for key in self._keys}}
        await self._reader.begin(self._logs)
        self._deadline = time.monotonic() + self._patience
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.__aexit__(kind, error, trace)

    async def forget(self) -> bool:
        """Erase them all. True: each is gone, or has begun anew by what came later. False: time is up, and `erased` says how far it is."""
        unread = await self._ends(self._sources(), self._logs)
        await self._look()
        todo = sorted(self._keys)
        for _ in range(ROUNDS):
            await self.ask(todo)
            if not await self._until_read(self._asked(todo), "erasures read"):
                return False
            if not await self._until_read(unread, "what was sent before read"):
                return False
            messages = await self._ends([self.names.identities], range(self._partitions))
            if not await self._until_read(messages, "messages read"):
                return False
            await self._look()
            if not (todo := [key for key in sorted(self._keys) if self._lives(key)]):
                break
        return await self._until_gone()

    async def ask(self, keys: Sequence[bytes]) -> None:
        """Erasures of these ids are on the control topic."""
        now = int(time.time() * 1000)
        numbers = {self._number(key) for key in keys}
        before = await self._ends([self.names.control], numbers)
        for key in keys:
            await self._producer.add(self.names.control, self._number(key), *encode_erasure(key, now), now)
        await self._producer.flush()
        for (topic, number), end in (await self._ends([self.names.control], numbers)).items():
            async for records in self._control.read(topic, number, end, before[topic, number]):
                for record in records:
                    if record.key in self._keys and record.timestamp == now:
                        self.erased[record.key] = Erased(record.key, number, record.offset)

    async def _until_gone(self) -> bool:
        """Wait for the tombstones; False if time is up."""
        while True:
            await self._look()
            for one in self.erased.values():
                self._note(one)
            over = sum(one.state in ("gone", "anew") for one in self.erased.values())
            self._tell("ids gone", over, len(self.erased))
            if over == len(self.erased) or time.monotonic() > self._deadline:
                return over == len(self.erased)
            await asyncio.sleep(LOOK_SECONDS)

    def _note(self, one: Erased) -> None:
        """Note how far it is with this id; its erasure was read."""
        log = self._logs[one.partition]
        one.changelog_offset = log.forgotten.get(one.key)
        one.state = "anew" if self._lives(one.key) else "stub" if one.key in log.rows else "gone"

    def _lives(self, key: bytes) -> bool:
        row = self._logs[self._number(key)].rows.get(key)
        return row is not None and not is_stub(row)

    async def _look(self) -> None:
        """Read on to where the changelog ends now."""
        async for _ in self._reader.read(self._logs, await self._reader.ends(self._logs)):
            pass

    async def _until_read(self, ends: Mapping[tuple[str, int], int], what: str) -> bool:
        """Wait until the workers have committed all up to these offsets; False if time is up."""
        while True:
            committed = await self._offsets.committed(self.settings.app_id)
            behind = [place for place, end in ends.items() if committed.get(place, 0) < end]
            self._tell(what, len(ends) - len(behind), len(ends))
            if not behind or time.monotonic() > self._deadline:
                return not behind
            await asyncio.sleep(LOOK_SECONDS)

    def _asked(self, keys: Iterable[bytes]) -> dict[tuple[str, int], int]:
        """By partition of the control topic, where the last of these erasures ends."""
        ends: dict[tuple[str, int], int] = {}
        for one in (self.erased[key] for key in keys):
            place = (self.names.control, one.partition)
            ends[place] = max(ends.get(place, 0), one.control_offset + 1)
        return ends

    async def _ends(self, topics: Iterable[str], numbers: Iterable[int]) -> Places:
        numbers = list(numbers)
        return await self._offsets.ends_of((topic, number) for topic in topics for number in numbers)

    def _number(self, key: bytes) -> int:
        return partition_of(key, self._partitions)

    def _sources(self) -> list[str]:
        names = self.names
        families = (*names.families.values(), names.outcomes, names.profiles) if self.settings.family_topics else ()
        return [names.events, *families]
