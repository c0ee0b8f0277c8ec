"""Writes the settlements of one partition, each in one Kafka transaction: dead letters, rows and offsets, or nothing.

The transactional id is the partition's. Whoever takes it over begins with the same id, and from then on Kafka refuses what an earlier owner
still sends, and has undone what it had begun. So nobody reads rows that may change behind his back (docs/decisions/0018).
"""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, ProducerFenced
from aiokafka.structs import OffsetAndMetadata, TopicPartition

from intentflow.adapters.kafka_access import client_arguments
from intentflow.deliver.partition import Settlement
from intentflow.deliver.rows import Header, letter_headers
from intentflow.errors import IntentflowError
from intentflow.servers import Kafka
from intentflow.wire.topic_names import TopicNames

log = logging.getLogger(__name__)


class NotWrittenError(IntentflowError):
    """A settlement is not written, or nobody knows."""


Record = tuple[str, bytes | None, bytes, list[Header]]

WRITE_SECONDS = 30.0  # for one settlement; then it is undone, and the partition is taken again
STOP_SECONDS = 5.0
LARGEST_REQUEST_BYTES = 8 << 20


class Writer:
    """The writer of one partition number."""

    def __init__(self, kafka: Kafka, names: TopicNames, group: str, number: int) -> None:
        self.names, self.group, self.number = names, group, number
        self._producer = AIOKafkaProducer(
            **client_arguments(kafka),
            transactional_id=f"{group}-{number}",
            transaction_timeout_ms=int(2 * WRITE_SECONDS * 1000),
            max_request_size=LARGEST_REQUEST_BYTES,
        )

    async def start(self) -> None:
        """Nobody else writes of this partition any more. Raises NotWrittenError."""
        with _in_words():
            async with asyncio.timeout(WRITE_SECONDS):
                await self._producer.start()

    async def write(self, settlement: Settlement) -> None:
        """It is written, all of it. Raises NotWrittenError if it is not, or nobody knows: then this writer is of no more use."""
        with _in_words():
            async with asyncio.timeout(WRITE_SECONDS):
                await self._producer.begin_transaction()
                landing = [await self._send(*record) for record in self._records(settlement)]
                await asyncio.gather(*landing)
                if settlement.offsets:
                    await self._producer.send_offsets_to_transaction(self._offsets(settlement), self.group)
                await self._producer.commit_transaction()

    def _offsets(self, settlement: Settlement) -> dict[TopicPartition, OffsetAndMetadata]:
        return {
            TopicPartition(topic, self.number): OffsetAndMetadata(at, "") for topic, at in settlement.offsets.items()
        }

    def _records(self, settlement: Settlement) -> Iterator[Record]:
        """Dead letters first: where a row ends a wait, the letter that ends it is there."""
        for letter in settlement.letters:
            yield self.names.dead_letters, letter.body, letter.lead.encode(), letter_headers(letter)
        for key, value in settlement.rows:
            yield self.names.deliveries, value, key, []

    async def _send(
        self, topic: str, value: bytes | None, key: bytes, headers: list[Header]
    ) -> "asyncio.Future[object]":
        future: asyncio.Future[object] = await self._producer.send(topic, value, key, self.number, headers=headers)
        future.add_done_callback(_seen)
        return future

    async def stop(self) -> None:
        """It is closed; a transaction that it had begun is left for Kafka to undo."""
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self._producer.stop()
        except (KafkaError, TimeoutError, OSError) as error:
            log.debug("a writer did not close in order: %s", error)


@contextmanager
def _in_words() -> Iterator[None]:
    """Whatever the client says, or asserts, in our words."""
    try:
        yield
    except ProducerFenced as error:
        raise NotWrittenError("another process has taken it over") from error
    except (KafkaError, TimeoutError, OSError, AssertionError) as error:
        raise NotWrittenError(f"Kafka did not take what was written ({str(error) or type(error).__name__})") from error


def _seen(future: "asyncio.Future[object]") -> None:
    """Its failure is known: where one record of a transaction fails, nobody asks for the others."""
    if not future.cancelled():
        future.exception()
