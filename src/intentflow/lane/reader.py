"""Reading a changelog outside of any group: from the beginning to a given end, or a range of it."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from aiokafka import AIOKafkaConsumer, TopicPartition
from msgspec import Struct

from intentflow.adapters.kafka_access import client_arguments
from intentflow.lane.changelog import Changelog
from intentflow.lane.fetching import take, tune
from intentflow.servers import Kafka

FETCH_BYTES = 1 << 20  # per partition at a time


class Progress(Struct, frozen=True):
    """How far a reading has come, in records of the log, compacted ones included."""

    done: int
    total: int
    leads: int


class ChangelogReader:
    """A reader of one changelog topic, or of any other by offsets."""

    def __init__(self, kafka: Kafka, topic: str, patience_seconds: float = 40.0) -> None:
        """A broker that says nothing for `patience_seconds` is an error."""
        self.topic = topic
        self._consumer = AIOKafkaConsumer(
            **client_arguments(kafka),
            group_id=None,
            request_timeout_ms=round(patience_seconds * 1000),
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            max_partition_fetch_bytes=FETCH_BYTES,
            fetch_max_bytes=16 * FETCH_BYTES,
            check_crcs=False,  # TCP has its own, and so has the broker
        )

    async def __aenter__(self) -> Self:
        await self._consumer.start()
        tune(self._consumer)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._consumer.stop()

    def _tps(self, numbers: Iterable[int]) -> list[TopicPartition]:
        return [TopicPartition(self.topic, number) for number in numbers]

    async def partitions(self) -> list[int]:
        """The topic's partition numbers; empty if it isn't there. The consumer's own `partitions_for_topic` knows only topics in use."""
        cluster = await self._consumer._client.fetch_all_metadata()
        return sorted(cluster.partitions_for_topic(self.topic) or ())

    async def ends(self, numbers: Iterable[int]) -> dict[int, int]:
        """Where each partition ends: the offset of the next record to come."""
        found = await self._consumer.end_offsets(self._tps(numbers))
        return {tp.partition: end for tp, end in found.items()}

    async def ends_of(self, sources: Iterable[tuple[str, int]]) -> dict[tuple[str, int], int]:
        """The same of partitions of any topics."""
        found = await self._consumer.end_offsets([TopicPartition(*source) for source in sources])
        return {(tp.topic, tp.partition): end for tp, end in found.items()}

    async def begin(self, numbers: Iterable[int]) -> None:
        """Go to the beginning of these partitions; from now on these and no others are read."""
        self._consumer.assign(self._tps(numbers))
        await self._consumer.seek_to_beginning()

    async def read(self, logs: Mapping[int, Changelog], ends: Mapping[int, int]) -> AsyncIterator[Progress]:
        """Read on, from where each partition stands to its end in `ends`, into `logs`."""
        todo = {tp for tp in self._tps(ends) if await self._consumer.position(tp) < ends[tp.partition]}
        first = {tp: await self._consumer.position(tp) for tp in todo}
        total = sum(ends[tp.partition] - at for tp, at in first.items())
        self._consumer.pause(*(self._consumer.assignment() - todo))
        self._consumer.resume(*todo)
        while todo:
            for found in await self._arrived(todo):
                log, end = logs[found.partition], ends[found.partition]
                log.feed(
                    found.records if found.end <= end else [record for record in found.records if record.offset < end]
                )
                if found.end >= end:
                    tp = TopicPartition(self.topic, found.partition)
                    todo.discard(tp)
                    self._consumer.pause(tp)
            at = {tp: await self._consumer.position(tp) for tp in todo}
            left = sum(ends[tp.partition] - position for tp, position in at.items())
            yield Progress(total - left, total, sum(len(log.rows) for log in logs.values()))

    async def range(self, number: int, low: int, high: int) -> list[Any]:
        """The records of one partition in `[low, high)`."""
        tp, found = TopicPartition(self.topic, number), []
        self._consumer.assign([tp])
        self._consumer.seek(tp, low)
        while await self._consumer.position(tp) < high:
            for batch in await self._arrived([tp]):
                found += [record for record in batch.records if record.offset < high]
        return found

    async def _arrived(self, tps: Iterable[TopicPartition]) -> Sequence[Any]:
        arrived = take(self._consumer, list(tps), 1 << 30)
        if arrived:
            await asyncio.sleep(0)  # let the next fetch go out
            return arrived
        await asyncio.wait([self._consumer._fetcher._create_fetch_waiter()], timeout=0.1)
        return ()


async def read_changelog(kafka: Kafka, topic: str, logs: dict[int, Changelog]) -> AsyncIterator[Progress]:
    """Read all of a changelog, up to where it ends now, into `logs` (by partition number; filled here). Yields how far it has come."""
    async with ChangelogReader(kafka, topic) as reader:
        numbers = await reader.partitions()
        logs.update({number: Changelog() for number in numbers})
        if not numbers:
            return
        await reader.begin(numbers)
        async for progress in reader.read(logs, await reader.ends(numbers)):
            yield progress
