"""Writes the settlements of one partition, each in one Kafka transaction: dead letters, rows and offsets, or nothing.

The transactional id is the partition's. Whoever takes it over begins with the same id, and from then on Kafka refuses what an earlier owner
still sends, and has undone what it had begun. So nobody reads rows that may change behind his back (docs/decisions/0009).
"""

import asyncio
import logging

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.structs import OffsetAndMetadata, TopicPartition

from intentflow.adapters.kafka_access import client_arguments
from intentflow.deliver.partition import Settlement
from intentflow.deliver.rows import letter_headers
from intentflow.servers import Kafka
from intentflow.wire.topic_names import TopicNames

log = logging.getLogger(__name__)

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
        """Nobody else writes of this partition any more. Raises KafkaError, TimeoutError."""
        async with asyncio.timeout(WRITE_SECONDS):
            await self._producer.start()

    async def write(self, settlement: Settlement) -> None:
        """It is written, all of it. Raises KafkaError or TimeoutError if it is not, or nobody knows: then this writer is of no more use."""
        async with asyncio.timeout(WRITE_SECONDS):
            await self._producer.begin_transaction()
            landing = [
                await self._producer.send(
                    self.names.dead_letters,
                    letter.body,
                    letter.lead.encode(),
                    self.number,
                    headers=letter_headers(letter),
                )
                for letter in settlement.letters
            ]
            for key, value in settlement.rows:
                landing.append(await self._producer.send(self.names.deliveries, value, key, self.number))
            await asyncio.gather(*landing)
            if settlement.offsets:
                offsets = {
                    TopicPartition(topic, self.number): OffsetAndMetadata(at, "")
                    for topic, at in settlement.offsets.items()
                }
                await self._producer.send_offsets_to_transaction(offsets, self.group)
            await self._producer.commit_transaction()

    async def stop(self) -> None:
        """It is closed; a transaction that it had begun is left for Kafka to undo."""
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self._producer.stop()
        except (KafkaError, TimeoutError, OSError) as error:
            log.debug("a writer did not close in order: %s", error)
