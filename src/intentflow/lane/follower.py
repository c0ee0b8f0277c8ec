"""Topics followed outside of any group, by a reader that keeps its own positions, beside what it makes of the records."""

import asyncio
from collections.abc import Awaitable, Iterable, Mapping
from types import TracebackType
from typing import Self, TypeVar

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from intentflow.adapters.kafka_access import client_arguments, unreachable
from intentflow.errors import ServerMissingError
from intentflow.lane.fetching import Fetched, fetch, tune
from intentflow.lane.topic_ids import topic_ids
from intentflow.servers import Kafka

FETCH_BYTES = 1 << 20  # per partition at a time
ANSWER_SECONDS = 5.0  # that Kafka may take for a question
Place = tuple[str, int]  # topic and partition
Answer = TypeVar("Answer")


class Follower:
    """A client of some topics. Every question that Kafka doesn't answer in time raises `ServerMissingError`."""

    def __init__(self, kafka: Kafka, topics: Iterable[str]) -> None:
        self.kafka, self.topics = kafka, tuple(topics)
        self._there: set[str] = set(self.topics)  # topics that were there when somebody looked
        self._consumer = AIOKafkaConsumer(
            **client_arguments(kafka),
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_partition_fetch_bytes=FETCH_BYTES,
            fetch_max_bytes=8 * FETCH_BYTES,
            check_crcs=False,  # TCP has its own, and so has the broker
        )

    async def __aenter__(self) -> Self:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):  # the client itself would wait 40 s for one that is frozen
                await self._consumer.start()
        except (KafkaError, OSError, TimeoutError) as error:
            await self._consumer.stop()
            raise unreachable(self.kafka, error, f" within {ANSWER_SECONDS:g} s") from error
        tune(self._consumer)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._consumer.stop()

    async def places(self) -> list[Place]:
        """Every partition of the topics. Raises `ServerMissingError` naming a topic that is not there."""
        # the consumer's own `partitions_for_topic` knows only topics in use
        cluster = await self._asked(self._consumer._client.fetch_all_metadata())
        found = []
        for topic in self.topics:
            numbers = cluster.partitions_for_topic(topic)
            if not numbers:
                raise ServerMissingError(f"no topic {topic} at {self.kafka} yet: it is made when a worker starts")
            found += [(topic, number) for number in sorted(numbers)]
        return found

    async def are_there(self, topics: Iterable[str]) -> set[str]:
        """Those of these topics that are there; about others the client would wait for ever."""
        wanted = set(topics)
        if not wanted <= self._there:
            cluster = await self._asked(self._consumer._client.fetch_all_metadata())
            self._there |= {topic for topic in wanted if cluster.partitions_for_topic(topic)}
        return wanted & self._there

    async def ids(self) -> dict[str, str]:
        """The id of each topic, as far as the broker tells."""
        return await self._asked(topic_ids(self._consumer._client, self.topics))

    async def begin(self, positions: Mapping[Place, int | None]) -> None:
        """Read on from these positions; None: from the beginning."""
        tps = {TopicPartition(*place): at for place, at in positions.items()}
        self._consumer.assign(list(tps))
        for tp, at in tps.items():
            if at is not None:
                self._consumer.seek(tp, at)
        if fresh := [tp for tp, at in tps.items() if at is None]:
            await self._asked(self._consumer.seek_to_beginning(*fresh))

    async def fetch(self, seconds: float, limit: int) -> list[Fetched]:
        """What has arrived within so many seconds, at most about `limit` records of each partition; one part per partition."""
        return await fetch(self._consumer, list(self._consumer.assignment()), lambda: True, seconds, limit)

    async def ends(self, places: Iterable[Place]) -> dict[Place, int]:
        """Where partitions end: the offset of the next record to come."""
        tps = [TopicPartition(*place) for place in places]
        found = await self._asked(self._consumer.end_offsets(tps))
        return {(tp.topic, tp.partition): end for tp, end in found.items()}

    async def beginnings(self, places: Iterable[Place]) -> dict[Place, int]:
        """Where partitions begin: the oldest record that is still there."""
        tps = [TopicPartition(*place) for place in places]
        found = await self._asked(self._consumer.beginning_offsets(tps))
        return {(tp.topic, tp.partition): first for tp, first in found.items()}

    async def _asked(self, answer: Awaitable[Answer]) -> Answer:
        return await answered(self.kafka, answer)


async def answered(kafka: Kafka, answer: Awaitable[Answer]) -> Answer:
    """Kafka's answer. Raises `ServerMissingError` if it does not come in time."""
    try:
        async with asyncio.timeout(
            ANSWER_SECONDS
        ):  # `wait_for` of Python 3.11 loses a cancel that comes with the answer
            return await answer
    except (KafkaError, OSError, TimeoutError) as error:
        raise ServerMissingError(f"Kafka at {kafka} does not answer ({error or 'in time'}): is it running?") from error
