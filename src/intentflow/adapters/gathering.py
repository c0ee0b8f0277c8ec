"""Many small writes into few large ones: what many requests bring within a moment goes to Kafka together.

A request hands over its records and waits for all of them. Records are gathered, a batch for each partition, for as long as the wave
of batches before them is on its way, and then sent as one wave; so waves grow with the load by themselves, and a lone request waits for
nobody. What a wave costs the client depends little on how much is in it (docs/decisions/0019), so there is one at a time and not one for
each partition. A partition whose leader is away holds up the others once, for `WAVE_SECONDS`.

aiokafka's idempotent producer never gives a batch up: it sends it until it is acknowledged. So a record whose request was told that Kafka
did not answer may be written later; whoever sends it again sends it under the same id. A batch that fails for another reason leaves a
hole in the producer's numbering, and the producer is worth nothing after that: another one takes its place, and all that waited is told.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from functools import partial
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from intentflow.adapters.delivery import Batch, Delivery, Told, UnacknowledgedError
from intentflow.adapters.kafka_access import client_arguments
from intentflow.servers import Kafka

log = logging.getLogger(__name__)

BATCH_BYTES = 900_000  # below Kafka's default for the largest batch, 1 048 588
REQUEST_BYTES = 8 << 20
OVERHEAD = 64  # bytes that a waiting record takes besides its own
WAVE_SECONDS = 0.02  # that the next wave waits for the one before it, at most
SWEEP_SECONDS = 0.25
RETRY_SECONDS = 1.0
PROBE_SECONDS = 2.0
CLOSE_SECONDS = 30.0
REQUEST_MS = 10_000
METADATA_MS = 30_000
Header = tuple[str, bytes]
Place = tuple[str, int]  # topic, partition
Item = tuple[str, int, bytes | None, bytes, list[Header]]  # topic, partition, key, value, headers


class GatheringProducer:
    """Idempotent, acks=all. A partition's records are written in the order in which they were handed over."""

    def __init__(self, kafka: Kafka, *, most_bytes: int = 64 << 20, patience_seconds: float = 5.0) -> None:
        """`most_bytes` may wait at once; nobody waits longer than `patience_seconds`."""
        self._kafka, self._most, self._patience = kafka, most_bytes, patience_seconds
        self.waiting_bytes = 0
        self._producer: AIOKafkaProducer | None = None
        self._is_silent = False  # somebody waited in vain, and nothing was acknowledged since
        self._open: dict[Place, deque[Batch]] = {}
        self._flying: dict[Place, Batch] = {}
        self._deliveries: deque[Delivery] = deque()
        self._woken, self._lost = asyncio.Event(), asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._closing: set[asyncio.Task[None]] = set()
        self._ended: asyncio.Future[None] | None = None
        self._now = asyncio.get_running_loop().time

    @property
    def is_up(self) -> bool:
        """Whether Kafka acknowledges, as far as is known: it is connected, and nobody waited in vain of late."""
        return self._producer is not None and not self._is_silent

    async def start(self) -> None:
        """It connects: now, or as soon as Kafka answers."""
        self._tasks = [asyncio.create_task(work()) for work in (self._keep_connected, self._send_on, self._sweep)]

    async def stop(self, bound_seconds: float) -> None:
        """All that was handed over is acknowledged, if Kafka does that within the bound."""
        if self.waiting_bytes:
            self._ended = asyncio.get_running_loop().create_future()
            await asyncio.wait({self._ended}, timeout=bound_seconds)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._producer is not None:
            await _closed(self._producer, 1.0)

    async def leads(self, topic: str, partitions: int) -> bool:
        """Whether Kafka says now that each of so many partitions of a topic has a leader."""
        if self._producer is None:
            return False
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                cluster: Any = await self._producer.client.fetch_all_metadata()
        except (KafkaError, TimeoutError, OSError):
            return False
        return len(cluster.available_partitions_for_topic(topic) or ()) == partitions

    def put(self, items: Sequence[Item], timestamp: int, told: Told) -> None:
        """The records are in batches. `told` is called once: when Kafka has acknowledged all of them, or when that takes too long.

        Raises UnacknowledgedError if that is known beforehand: Kafka is silent, or too much waits for it already.
        """
        if self._producer is None or self._is_silent:
            raise UnacknowledgedError("Kafka does not answer")
        sizes = [len(key or b"") + len(value) + OVERHEAD for _, _, key, value, _ in items]
        size = sum(sizes)
        if self.waiting_bytes + size > self._most:
            raise UnacknowledgedError("Kafka does not keep up")
        self.waiting_bytes += size
        delivery = Delivery(told, self._now() + self._patience)
        for (topic, partition, key, value, headers), record_bytes in zip(items, sizes, strict=True):
            self._appended((topic, partition), key, value, timestamp, headers).took(record_bytes, delivery)
        self._deliveries.append(delivery)
        self._woken.set()

    def _appended(self, place: Place, key: bytes | None, value: bytes, timestamp: int, headers: list[Header]) -> Batch:
        """The batch that has taken the record: the open one, or another if it is full. A first record is taken whatever its size."""
        assert self._producer is not None
        queue = self._open.get(place)
        if queue is None:
            queue = self._open[place] = deque()
        if queue and queue[-1].builder.append(timestamp=timestamp, key=key, value=value, headers=headers) is not None:
            return queue[-1]
        batch = Batch(self._producer.create_batch())
        batch.builder.append(timestamp=timestamp, key=key, value=value, headers=headers)
        queue.append(batch)
        return batch

    async def _send_on(self) -> None:
        """Hand batches to the producer, wave by wave; of each partition one batch at a time."""
        while True:
            await self._woken.wait()
            self._woken.clear()
            if wave := await self._sent():
                await asyncio.wait(wave, timeout=WAVE_SECONDS)

    async def _sent(self) -> list[asyncio.Future[Any]]:
        """What was gathered is on its way: a future for each batch that Kafka's client took before it was lost, if it was."""
        acks: list[asyncio.Future[Any]] = []
        for place in [place for place, queue in self._open.items() if queue and place not in self._flying]:
            producer = self._producer
            if producer is None:
                break
            batch = self._flying[place] = self._open[place].popleft()
            batch.builder.close()
            try:
                ack = await producer.send_batch(batch.builder, place[0], partition=place[1])
            except KafkaError as error:
                self._lose(producer, error)
                break
            ack.add_done_callback(partial(self._acknowledged, producer, place))
            acks.append(ack)
        return acks

    def _acknowledged(self, producer: AIOKafkaProducer, place: Place, ack: "asyncio.Future[Any]") -> None:
        if producer is not self._producer:
            return  # one that was given up: all that waited for it has been told
        error = None if ack.cancelled() else ack.exception()
        if ack.cancelled() or error is not None:
            self._lose(producer, error)
            return
        batch = self._flying.pop(place)
        self.waiting_bytes -= batch.bytes
        self._is_silent = False
        for delivery in batch.deliveries:
            delivery.landed()
        if self._open[place]:
            self._woken.set()
        elif self._ended is not None and not self.waiting_bytes and not self._ended.done():
            self._ended.set_result(None)

    def _lose(self, producer: AIOKafkaProducer, error: BaseException | None) -> None:
        """Give a producer up, with all that waits for it; another will take its place."""
        log.warning(
            "Kafka at %s did not take a batch (%r): connecting anew; nothing was told to be written",
            self._kafka,
            error,
        )
        lost = [*self._flying.values(), *(batch for queue in self._open.values() for batch in queue)]
        self._producer, self.waiting_bytes = None, 0
        self._flying.clear()
        self._open.clear()
        for batch in lost:
            for delivery in batch.deliveries:
                delivery.failed("Kafka did not take it")
        closing = asyncio.create_task(_closed(producer, CLOSE_SECONDS))
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)
        self._lost.set()

    async def _keep_connected(self) -> None:
        is_said = False
        while True:
            self._lost.clear()
            try:
                self._producer = await self._connected()
            except (KafkaError, OSError) as error:
                if not is_said:
                    log.warning(
                        "no Kafka answers at %s (%s): trying again; events are answered 503", self._kafka, error
                    )
                is_said = True
                await asyncio.sleep(RETRY_SECONDS)
                continue
            self._is_silent = is_said = False
            log.info("Kafka answers at %s", self._kafka)
            await self._lost.wait()

    async def _connected(self) -> AIOKafkaProducer:
        producer = AIOKafkaProducer(
            **client_arguments(self._kafka),
            acks="all",
            enable_idempotence=True,
            max_batch_size=BATCH_BYTES,
            max_request_size=REQUEST_BYTES,
            request_timeout_ms=REQUEST_MS,
            metadata_max_age_ms=METADATA_MS,
        )
        try:
            await producer.start()
        except BaseException:
            await producer.stop()
            raise
        return producer

    async def _sweep(self) -> None:
        """Tell those who have waited long enough."""
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            now = self._now()
            while self._deliveries and (self._deliveries[0].over or self._deliveries[0].deadline <= now):
                delivery = self._deliveries.popleft()
                if not delivery.over:
                    self._is_silent = True
                    delivery.failed(f"Kafka did not acknowledge it within {self._patience:g} s")


async def _closed(producer: AIOKafkaProducer, bound_seconds: float) -> None:
    """A producer has ended: it sends what it still can, within the bound."""
    try:
        async with asyncio.timeout(bound_seconds):
            await producer.stop()
    except (TimeoutError, KafkaError, OSError) as error:
        log.debug("a producer did not end well: %r", error)
        await producer.client.close()
