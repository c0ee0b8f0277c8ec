"""Records into Kafka in whole batches: a future for each batch, not for each record."""

import asyncio
from collections import deque
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.producer.message_accumulator import BatchBuilder

from intentflow.adapters.kafka_access import client_arguments, unreachable
from intentflow.errors import IntentflowError
from intentflow.servers import Kafka

BATCH_BYTES = 256_000
REQUEST_BYTES = 4 << 20
IN_FLIGHT = 32  # batches not yet acknowledged
Header = tuple[str, bytes]


class BatchProducer:
    """Idempotent, acks=all. A partition's records are written in the order in which they were added."""

    def __init__(self, kafka: Kafka) -> None:
        self.acknowledged = 0  # records
        self._producer = AIOKafkaProducer(
            **client_arguments(kafka),
            acks="all",
            enable_idempotence=True,
            max_batch_size=REQUEST_BYTES,
            max_request_size=REQUEST_BYTES,
        )
        self._kafka = kafka
        self._batches: dict[tuple[str, int], BatchBuilder] = {}
        self._sent: deque[tuple[asyncio.Future[object], int]] = deque()

    async def __aenter__(self) -> Self:
        try:
            await self._producer.start()
        except (KafkaError, OSError) as error:
            raise unreachable(self._kafka, error) from error
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                await self.flush()
        finally:
            await self._producer.stop()

    async def add(
        self,
        topic: str,
        partition: int,
        key: bytes | None,
        value: bytes | None,
        timestamp: int,
        headers: Sequence[Header] = (),
    ) -> None:
        """The record is in a batch; it is durable after `flush`. Raises IntentflowError if Kafka refused an earlier one."""
        where = (topic, partition)
        batch = self._batches.get(where)
        if batch is not None and batch.size() > BATCH_BYTES:
            await self._send(where)
            batch = None
        if batch is None:
            batch = self._batches[where] = self._producer.create_batch()
        if batch.append(timestamp=timestamp, key=key, value=value, headers=list(headers)) is None:
            await self._send(where)
            batch = self._batches[where] = self._producer.create_batch()
            if batch.append(timestamp=timestamp, key=key, value=value, headers=list(headers)) is None:
                raise IntentflowError(f"{topic}: a record of {len(value or b'')} bytes is larger than a request may be")

    async def flush(self) -> None:
        """Everything that was added is acknowledged."""
        for where in list(self._batches):
            await self._send(where)
        while self._sent:
            await self._settle()

    async def _send(self, where: tuple[str, int]) -> None:
        batch = self._batches.pop(where)
        count = batch.record_count()
        batch.close()
        self._sent.append((await self._producer.send_batch(batch, where[0], partition=where[1]), count))
        while len(self._sent) > IN_FLIGHT:
            await self._settle()

    async def _settle(self) -> None:
        future, count = self._sent.popleft()
        try:
            await future
        except KafkaError as error:
            raise IntentflowError(f"Kafka at {self._kafka} did not take a batch: {error}") from error
        self.acknowledged += count
