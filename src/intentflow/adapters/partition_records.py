"""The records of one partition, from the beginning, outside of any group."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from types import TracebackType
from typing import Any, Self

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from intentflow.adapters.kafka_access import client_arguments, unreachable
from intentflow.adapters.offsets import Places
from intentflow.errors import ServerMissingError
from intentflow.servers import Kafka

PATIENCE_SECONDS = 30.0  # without a single record, though there are some


class PartitionRecords:
    """A reader of one partition after the other."""

    def __init__(self, kafka: Kafka, *, committed: bool = False) -> None:
        """`committed`: only what transactions have committed, and no further than the first that is still open."""
        self.kafka = kafka
        self._consumer = AIOKafkaConsumer(
            **client_arguments(kafka),
            group_id=None,
            enable_auto_commit=False,
            isolation_level="read_committed" if committed else "read_uncommitted",
            auto_offset_reset="earliest",
            max_partition_fetch_bytes=4 << 20,
            fetch_max_wait_ms=50,
        )

    async def __aenter__(self) -> Self:
        try:
            await self._consumer.start()
        except (KafkaError, OSError) as error:
            await self._consumer.stop()
            raise unreachable(self.kafka, error) from error
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._consumer.stop()

    async def topics(self) -> set[str]:
        """The names of all topics that are there."""
        return set(await self._consumer.topics())

    async def bounds(self, topics: Iterable[str], number: int) -> tuple[Places, Places]:
        """Where this partition of the topics begins and ends now."""
        topics = list(topics)
        self._assign(topics, number)
        tps = [TopicPartition(topic, number) for topic in topics]
        firsts, ends = await self._consumer.beginning_offsets(tps), await self._consumer.end_offsets(tps)
        return (
            {(tp.topic, tp.partition): at for tp, at in firsts.items()},
            {(tp.topic, tp.partition): at for tp, at in ends.items()},
        )

    async def ends(self, topic: str, partitions: int) -> dict[int, int]:
        """Where each partition of a topic ends now, asked for at once."""
        found = await self._consumer.end_offsets([TopicPartition(topic, number) for number in range(partitions)])
        return {tp.partition: at for tp, at in found.items()}

    async def read(self, topic: str, number: int, end: int, begin: int = 0) -> AsyncIterator[list[Any]]:
        """All records of a partition from offset `begin` on and below `end`, in order, as they arrive.

        Raises `ServerMissingError` if nothing arrives for half a minute.
        """
        if end <= begin:
            return
        self._assign([topic], number)
        tp, loop = TopicPartition(topic, number), asyncio.get_running_loop()
        if begin:
            self._consumer.seek(tp, begin)
        else:
            await self._consumer.seek_to_beginning(tp)
        self._consumer.resume(tp)
        since = loop.time()
        while await self._consumer.position(tp) < end:
            batch = (await self._consumer.getmany(tp, timeout_ms=500)).get(tp, [])
            if batch:
                since = loop.time()
                yield [record for record in batch if record.offset < end]
            elif loop.time() - since > PATIENCE_SECONDS:
                raise ServerMissingError(f"{topic}-{number}: nothing arrives any more from Kafka at {self.kafka}")
        self._consumer.pause(tp)

    def _assign(self, topics: list[str], number: int) -> None:
        """Every topic ever asked for stays assigned, and paused: of others the client forgets all, and asking costs 100 ms."""
        known = {tp.topic for tp in self._consumer.assignment()}
        if {TopicPartition(topic, number) for topic in topics} <= self._consumer.assignment():
            return
        tps = [TopicPartition(topic, number) for topic in sorted(known | set(topics))]
        self._consumer.assign(tps)
        self._consumer.pause(*tps)
