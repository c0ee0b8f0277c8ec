"""Where topics begin and end, and how far a group has come."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable
from types import TracebackType
from typing import Any, Self

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import (
    GroupCoordinatorNotAvailableError,
    GroupLoadInProgressError,
    KafkaError,
    NotCoordinatorForGroupError,
)

from intentflow.adapters.kafka_access import client_arguments, unreachable
from intentflow.servers import Kafka

Places = dict[tuple[str, int], int]  # topic and partition -> offset


class Offsets:
    """A client that asks Kafka about offsets; it belongs to no group."""

    def __init__(self, kafka: Kafka) -> None:
        self.kafka = kafka
        self._consumer = AIOKafkaConsumer(**client_arguments(kafka), group_id=None, enable_auto_commit=False)
        self._admin = AIOKafkaAdminClient(**client_arguments(kafka))

    async def __aenter__(self) -> Self:
        try:
            await self._consumer.start()
            await self._admin.start()
        except (KafkaError, OSError) as error:
            await self._consumer.stop()
            await self._admin.close()
            raise unreachable(self.kafka, error) from error
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._consumer.stop()
        await self._admin.close()

    async def ends(self, topics: Iterable[str], partitions: int) -> Places:
        """The offset of the next record to come, of each partition of the topics."""
        return await self.ends_of((topic, number) for topic in topics for number in range(partitions))

    async def ends_of(self, places: Iterable[tuple[str, int]]) -> Places:
        """The same of any partitions of any topics, by topic and number."""
        tps = [TopicPartition(*place) for place in places]
        if (
            new := set(tps) - self._consumer.assignment()
        ):  # of topics that are not assigned the client asks one by one, 100 ms each
            self._consumer.assign([*self._consumer.assignment(), *new])
            self._consumer.pause(*self._consumer.assignment())
        return {(tp.topic, tp.partition): end for tp, end in (await self._consumer.end_offsets(tps)).items()}

    async def partitions(self, topics: Iterable[str]) -> dict[str, int]:
        """How many partitions each of these topics has; those that are not there are left out."""
        wanted = set(topics)
        there = await self._admin.describe_topics()  # all: a broker may make those that it is asked for by name
        return {one["topic"]: len(one["partitions"]) for one in there if one["topic"] in wanted}

    async def committed(self, group: str) -> Places:
        """What the group has committed; partitions without a commit are left out, and all are while the group has no coordinator yet."""
        try:
            found = await self._admin.list_consumer_group_offsets(group)
        except (GroupCoordinatorNotAvailableError, NotCoordinatorForGroupError, GroupLoadInProgressError):
            return {}
        return {(tp.topic, tp.partition): meta.offset for tp, meta in found.items() if meta.offset >= 0}

    async def delete_topics(self, topics: list[str]) -> None:
        """The topics are gone, with all that was in them."""
        await self._admin.delete_topics(topics)


async def records(
    kafka: Kafka, topics: Iterable[str], partitions: int, *, follow: bool = False, begin: Places | None = None
) -> AsyncIterator[Any]:
    """All records of the topics, from the beginning (or where `begin` says) to where they end now; `follow`: and those to come."""
    tps = [TopicPartition(topic, number) for topic in topics for number in range(partitions)]
    consumer = AIOKafkaConsumer(
        **client_arguments(kafka),
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=50,
    )
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(consumer.stop)
        await consumer.start()
        consumer.assign(tps)
        await consumer.seek_to_beginning()
        for (topic, number), at in (begin or {}).items():
            consumer.seek(TopicPartition(topic, number), at)
        ends = await consumer.end_offsets(tps)
        while follow or any([await consumer.position(tp) < end for tp, end in ends.items()]):
            for batch in (await consumer.getmany(timeout_ms=200)).values():
                for record in batch:
                    yield record
            await asyncio.sleep(0)
