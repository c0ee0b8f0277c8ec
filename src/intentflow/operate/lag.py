"""How far behind a group of consumers is, in records and in seconds.

Seconds are what a person feels: how long ago the oldest record came that is not yet committed. A group that reads nothing is as far behind
as that record is old, whatever else came since.
"""

import time
from collections.abc import Iterable, Sequence
from contextlib import AsyncExitStack

from msgspec import Struct

from intentflow.adapters.offsets import Offsets, Places
from intentflow.adapters.partition_records import PartitionRecords
from intentflow.operate.state import names_of
from intentflow.servers import Kafka
from intentflow.settings import Settings

Place = tuple[str, int]


class Lag(Struct, frozen=True):
    """One partition of a topic. Offsets are those of the next record to come."""

    topic: str
    partition: int
    first: int  # what is still there begins here
    committed: int | None  # None: nothing has been
    end: int
    seconds: float  # since the oldest record that is not committed came; 0: there is none

    @property
    def records(self) -> int:
        """How many are not committed."""
        return self.end - self.at

    @property
    def at(self) -> int:
        """Where the group goes on."""
        return self.first if self.committed is None else max(self.first, self.committed)

    @property
    def expired(self) -> int:
        """How many were deleted by their topic's retention before they were committed."""
        return 0 if self.committed is None else max(0, self.first - self.committed)


class Measure:
    """Measures one group again and again, over connections that stay."""

    def __init__(self, kafka: Kafka, group: str) -> None:
        self.kafka, self.group = kafka, group

    async def __aenter__(self) -> "Measure":
        async with AsyncExitStack() as stack:
            self._offsets = await stack.enter_async_context(Offsets(self.kafka))
            self._records = await stack.enter_async_context(PartitionRecords(self.kafka))
            self._open = stack.pop_all()
        return self

    async def __aexit__(self, *ended: object) -> None:
        await self._open.aclose()

    async def topics(self) -> list[str]:
        """The topics of which the group has committed anything."""
        return sorted({topic for topic, _ in await self._offsets.committed(self.group)})

    async def lags(self, topics: Iterable[str]) -> list[Lag]:
        """Every partition of those of the topics that are there, by topic and number."""
        counts = await self._offsets.partitions(topics)
        committed = await self._offsets.committed(self.group)
        firsts: Places = {}
        ends: Places = {}
        for number in range(max(counts.values(), default=0)):
            first, end = await self._records.bounds([topic for topic in counts if counts[topic] > number], number)
            firsts |= first
            ends |= end
        places = [(topic, number) for topic in topics if topic in counts for number in range(counts[topic])]
        bare = [Lag(*place, firsts[place], committed.get(place), ends[place], 0.0) for place in places]
        return [await self._with_seconds(one) for one in bare]

    async def _with_seconds(self, lag: Lag) -> Lag:
        if not lag.records:
            return lag
        async for records in self._records.read(lag.topic, lag.partition, lag.at + 1, lag.at):
            for record in records:
                seconds = max(0.0, time.time() - record.timestamp / 1000)
                return Lag(lag.topic, lag.partition, lag.first, lag.committed, lag.end, round(seconds, 3))
        return lag


def sources_of(settings: Settings) -> Sequence[str]:
    """Every topic that the workers read."""
    names = names_of(settings)
    families = (*names.families.values(), names.outcomes, names.profiles) if settings.family_topics else ()
    return (names.events, *families, names.identities, names.control)


class Sum(Struct, frozen=True):
    """The partitions of a topic together."""

    topic: str
    partitions: int
    behind: int  # of them
    committed: int
    end: int
    records: int
    seconds: float  # of the one that is furthest behind
    expired: int


def sums(lags: Sequence[Lag]) -> list[Sum]:
    """One line for each topic."""
    told = []
    for topic in dict.fromkeys(lag.topic for lag in lags):
        each = [lag for lag in lags if lag.topic == topic]
        told.append(
            Sum(
                topic,
                len(each),
                sum(lag.records > 0 for lag in each),
                sum(lag.committed or 0 for lag in each),
                sum(lag.end for lag in each),
                sum(lag.records for lag in each),
                max(lag.seconds for lag in each),
                sum(lag.expired for lag in each),
            )
        )
    return told
