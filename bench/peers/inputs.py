"""The input of a load, and what it holds besides events: marks, by which a run is timed from outside.

Twice in a hundredth of the input each partition has a mark: a lead of its own whose second event reaches the threshold, so that every arm
must publish a change for it. Whoever reads the output knows from a change's event how far the arm had come in that partition. The last
records of each partition are a mark too: when all of those are out, the arm is through.
"""

import random
from collections.abc import Iterator
from datetime import datetime
from itertools import count

import msgspec
from msgspec import Struct

from bench.payloads import AGENT, DAYS, NEWS_PAGE, event_of, leads_of
from bench.peers.job import ASKED
from bench.peers.reference import Happened, Reference
from intentflow.domain.change import rfc3339
from intentflow.domain.event import NewsletterSignup
from intentflow.wire.events import encode
from intentflow.wire.murmur2 import partition_of

PARTITIONS = 8
MARKS = 200  # along the whole input
LOADS = {"zipf": "zipf", "another": "uniform"}  # a load's name → which leads bench.payloads takes
Record = tuple[int, bytes, bytes]  # time in epoch ms, key, value


class _Few(Struct):
    """As much of an event as the job is about."""

    family: str
    event_id: str


_few = msgspec.json.Decoder(_Few).decode


class Input:
    """The records of a load in order, where each lies, and the answers. A record's number begins its event's id."""

    def __init__(self, records: list[Record]) -> None:
        """Raises ValueError if a score lies so near to the threshold that rounding could decide."""
        self.records = records
        self.partitions = [partition_of(key, PARTITIONS) for _, key, _ in records]
        places, seen = [], [0] * PARTITIONS
        for partition in self.partitions:
            seen[partition] += 1
            places.append(seen[partition])
        self._places, self.until = places, records[-1][0]
        self.reference = Reference(happened(records))
        self.last = {f"{number:012d}" for number in range(len(records) - PARTITIONS, len(records))}

    def place(self, event_id: str) -> tuple[int, int]:
        """The partition of an event, and how many records of it lie up to there."""
        number = int(event_id[:12])
        return self.partitions[number], self._places[number]


def happened(records: list[Record]) -> Iterator[Happened]:
    """What the job is about."""
    for time, key, value in records:
        event = _few(value)
        yield Happened(time, key, event.family, event.event_id)


def made(load: str, events: int, until: int, seed: int = 7) -> Input:
    """So many events over two weeks that end at `until` (epoch ms), with marks along them."""
    rng, numbers, records = random.Random(seed), count(), list[Record]()
    first, step = until - DAYS * 86_400_000, DAYS * 86_400_000 / events
    every = max(1, events // MARKS)
    for n, lead in enumerate(leads_of(LOADS[load], events, rng), start=1):
        time = first + int(n * step)
        name = f"lead-{lead:07d}"
        records.append((time, f"l:{name}".encode(), encode(event_of(rng, next(numbers), name, time))))
        if n % every == 0 or n == events:
            records.extend(marks(f"mark-{n}", time, numbers))
    return Input(records)


def marks(name: str, time: int, numbers: Iterator[int]) -> Iterator[Record]:
    """One mark of each partition: first all their first events, then all their second ones."""
    leads = [_in_partition(name, partition) for partition in range(PARTITIONS)]
    for action in ("signup", "confirm"):
        for lead in leads:
            event = NewsletterSignup(
                event_id=f"{next(numbers):012d}-mark", occurred_at=datetime.fromisoformat(rfc3339(time)), lead_id=lead,
                user_agent=AGENT, page=NEWS_PAGE, action="signup" if action == "signup" else "confirm",
            )  # fmt: skip
            yield time, f"l:{lead}".encode(), encode(event)


def _in_partition(name: str, partition: int) -> str:
    """A lead's id with this beginning, in this partition."""
    return next(lead for n in count() if partition_of(f"l:{(lead := f'{name}-{n}')}".encode(), PARTITIONS) == partition)


def asks(given: Input) -> Iterator[Record]:
    """For each lead a request for its score, as of the input's end."""
    moment = rfc3339(given.until)
    for n, key in enumerate(given.reference.leads()):
        ask = {"family": ASKED, "event_id": f"ask-{n}", "lead_id": key[2:].decode(), "occurred_at": moment}
        yield given.until, key, msgspec.json.encode(ask)
