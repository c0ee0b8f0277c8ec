"""Records into topics, by whole batches, with one idempotent producer: the private seams of writing, each with its reason.

Faust's producer sends message by message and forgets failures (`notes`: a failed changelog send is only logged).
`BatchBuilder.append` costs 0.57 µs a record; the C builder inside it 0.29 µs. aiokafka queues one batch a partition,
and its default batch is 16 KiB.
"""

import asyncio
import time
from collections.abc import Iterable, Sequence
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError, RecordListTooLargeError, RecordTooLargeError

from intentflow.adapters.kafka_access import client_arguments
from intentflow.errors import IntentflowError
from intentflow.servers import Kafka

BATCH_BYTES = 900_000  # below Kafka's default for the largest batch, 1 048 588
REQUEST_BYTES = 8 << 20
TOO_LARGE = (MessageSizeTooLargeError, RecordListTooLargeError, RecordTooLargeError)
NO_HEADERS: list[tuple[str, bytes]] = []  # the C builder wants a list
Item = tuple[bytes | None, bytes | None, list[tuple[str, bytes]]]  # key, value, headers


class Sent:
    """One batch on its way."""

    __slots__ = ("ack", "count", "first")

    def __init__(self, ack: "asyncio.Future[Any]", count: int, first: bytes | None) -> None:
        self.ack, self.count, self.first = ack, count, first


class Writer:
    """The lane's producer. Batches of one topic-partition land in the order in which they were sent."""

    def __init__(self, kafka: Kafka, request_timeout: float = 30.0) -> None:
        self._producer: Any = None  # made by `start`: it wants a running event loop
        self._settings: dict[str, Any] = dict(
            **client_arguments(kafka),
            acks="all",
            enable_idempotence=True,
            max_batch_size=BATCH_BYTES,
            max_request_size=REQUEST_BYTES,
            linger_ms=0,
            request_timeout_ms=int(request_timeout * 1000),
        )

    @property
    def client(self) -> Any:
        """aiokafka's client, for requests that it has no words for."""
        return self._producer.client

    async def start(self) -> None:
        """Connect."""
        self._producer = AIOKafkaProducer(**self._settings)
        await self._producer.start()

    async def stop(self) -> None:
        """Wait for what is on its way, and disconnect."""
        if self._producer is not None:
            await self._producer.stop()

    async def send(self, topic: str, partition: int, items: Iterable[Item]) -> list[Sent]:
        """Hand the records over, in order, in as few batches as hold them."""
        sent: list[Sent] = []
        now = int(time.time() * 1000)
        batch, count, first = self._producer.create_batch(), 0, None
        add = batch._builder.append
        for key, value, headers in items:
            if add(count, now, key, value, headers) is None:  # full
                sent.append(await self._hand_over(batch, topic, partition, count, first))
                batch, count = self._producer.create_batch(), 0
                add = batch._builder.append
                add(0, now, key, value, headers)  # the first record of a batch is taken whatever its size
            if not count:
                first = key
            count += 1
        if count:
            sent.append(await self._hand_over(batch, topic, partition, count, first))
        return sent

    async def _hand_over(self, batch: Any, topic: str, partition: int, count: int, first: bytes | None) -> Sent:
        batch._relative_offset = count  # what `BatchBuilder.append` would have counted
        batch.close()
        return Sent(await self._producer.send_batch(batch, topic, partition=partition), count, first)


async def landed(sent: Sequence[Sent], topic: str) -> list[tuple[int, int]]:
    """Offset and count of each batch, once all are acknowledged. Raises `IntentflowError` if one was refused."""
    places = []
    for batch in sent:
        try:
            places.append(((await batch.ack).offset, batch.count))
        except TOO_LARGE as error:
            what = f"the record of {batch.first!r}" if batch.count == 1 else f"a batch of up to {BATCH_BYTES} bytes"
            raise IntentflowError(
                f"{topic}: {what} is larger than the broker takes: raise the topic's max.message.bytes"
            ) from error
        except KafkaError as error:
            raise IntentflowError(f"{topic}: a batch was not acknowledged: {error!r}") from error
    return places
