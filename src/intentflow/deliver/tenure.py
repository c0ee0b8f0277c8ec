"""One partition number for as long as it is ours: taken, settled again and again, given back.

Whatever goes wrong between us and Kafka ends in the same way: what is in memory is thrown away, and the partition is taken again from what
is in Kafka. That is always right, and at worst repeats what was sent.
"""

import asyncio
import logging
import time
from collections.abc import Sequence
from typing import Any

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from intentflow.adapters.partition_records import PartitionRecords
from intentflow.deliver import rows
from intentflow.deliver.deliverer import Deliverer
from intentflow.deliver.partition import REMEMBERED, Partition, Settlement
from intentflow.deliver.told import told_again, told_of
from intentflow.deliver.writer import NotWrittenError, Writer
from intentflow.errors import IntentflowError, ServerMissingError
from intentflow.servers import Kafka
from intentflow.wire.topic_names import TopicNames

log = logging.getLogger(__name__)

SETTLE_SECONDS = 0.5
AGAIN_SECONDS = 2.0
LOST = (NotWrittenError, ServerMissingError, KafkaError, TimeoutError, OSError)  # between us and Kafka
REST_SECONDS = 5.0  # for what is under way when a partition is given back


def now_ms() -> int:
    """The wall clock, in epoch milliseconds."""
    return int(time.time() * 1000)


class Tenure:
    """One partition number of all sources."""

    def __init__(
        self,
        number: int,
        kafka: Kafka,
        names: TopicNames,
        group: str,
        consumer: AIOKafkaConsumer,
        deliverer: Deliverer,
        *,
        from_now: bool,
    ) -> None:
        """`from_now`: without committed offsets it begins at the ends of the sources, and at their beginnings otherwise."""
        self.number, self.kafka, self.names, self.group = number, kafka, names, group
        self.consumer, self.deliverer, self.from_now = consumer, deliverer, from_now
        self.sources = [
            TopicPartition(topic, number) for topic in (names.changes, names.cart_notices, names.delivery_requests)
        ]
        self.partition: Partition | None = None
        self._writer: Writer | None = None
        self._writing: asyncio.Task[None] | None = None

    async def hold(self) -> None:
        """Take it and settle it until this is cancelled."""
        while True:
            try:
                await self._take()
                while True:
                    await asyncio.sleep(SETTLE_SECONDS)
                    # One that is begun is finished, even if this is cancelled: what is half written is of no use to anybody.
                    self._writing = asyncio.create_task(self._settle())
                    await asyncio.shield(self._writing)
            except LOST as error:
                log.warning("partition %d is taken again: %s", self.number, error or type(error).__name__)
                await self._let_go()
                await asyncio.sleep(AGAIN_SECONDS)

    async def give_back(self) -> None:
        """After `hold` was cancelled: nothing more is sent, what is under way has a while to be answered, what waits is written down."""
        try:
            if self._writing is not None:
                await self._writing
            if self.partition is not None:
                self.partition.rest()
                deadline = time.monotonic() + REST_SECONDS
                while self.partition.sending and time.monotonic() < deadline:  # noqa: ASYNC110 - a few times in a rebalance
                    await asyncio.sleep(0.02)
                await self._settle()
        except LOST as error:
            log.info("partition %d is left as it was last written: %s", self.number, error or type(error).__name__)
        finally:
            await self._let_go()

    async def _settle(self) -> None:
        """What is owed is written. Raises NotWrittenError; then what is in memory is of no more use."""
        if self.partition is None or self._writer is None:
            return
        settlement = self.partition.settle(now_ms())
        if settlement is not None:
            await self._writer.write(settlement)
            self.partition.settled(settlement)

    def arrived(self, records: Sequence[Any]) -> None:
        """Records of one of the sources, in order."""
        partition, now = self.partition, now_ms()
        if partition is None:
            return
        for record in records:
            if record.topic == self.names.delivery_requests:
                self._asked(partition, record, now)
                continue
            told = told_of(record.value, record.headers, notice=record.topic == self.names.cart_notices)
            if isinstance(told, str):
                lead = (record.key or b"").decode(errors="replace")
                partition.unreadable(record.topic, record.offset, lead, record.value or b"", told, now)
            else:
                partition.arrived(record.topic, record.offset, told, now)

    def _asked(self, partition: Partition, record: Any, now: int) -> None:
        try:
            request = rows.decode_request(record.value)
        except msgspec.DecodeError as error:
            partition.unreadable(
                record.topic, record.offset, "", record.value or b"", f"this is no request: {error}", now
            )
            return
        told = told_again(bytes(request.event)) if request.ask == "deliver" else None
        if isinstance(told, str):
            partition.unreadable(record.topic, record.offset, "", record.value, told, now)
        else:
            partition.asked(record.topic, record.offset, request, told, now)

    # -- taking --------------------------------------------------------------------------------------------------------

    async def _take(self) -> None:
        self._writer = Writer(self.kafka, self.names, self.group, self.number)
        await self._writer.start()  # from here on nobody else writes what is read below
        found = await self._rows()
        starts = await self._starts()
        try:
            self.partition = self.deliverer.take(self.number, starts, found)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise IntentflowError(
                f"{self.names.deliveries}-{self.number} has a row that this version cannot read ({error}): was it written by a newer one?"
            ) from error

    async def _rows(self) -> dict[bytes, bytes]:
        """The latest row of every key."""
        found: dict[bytes, bytes] = {}
        async with PartitionRecords(self.kafka, committed=True) as reader:
            where = self.names.deliveries, self.number
            firsts, ends = await reader.bounds([self.names.deliveries], self.number)
            async for batch in reader.read(*where, ends[where], firsts[where]):
                for record in batch:
                    if record.value is None:
                        found.pop(record.key, None)
                    else:
                        found[record.key] = record.value
        return found

    async def _starts(self) -> dict[str, int]:
        """The next offset of each source; the consumer is put so far before it that repeated ids are known again."""
        firsts = await self.consumer.beginning_offsets(self.sources)
        committed = {tp: await self.consumer.committed(tp) for tp in self.sources}
        new = {tp: at for tp, at in (await self._news()).items() if committed[tp] is None}
        starts = {tp: new[tp] if at is None else max(at, firsts[tp]) for tp, at in committed.items()}
        if new and self._writer is not None:  # so that a restart before the first change begins at the same place
            await self._writer.write(Settlement([], [], {tp.topic: at for tp, at in new.items()}, []))
        for tp, at in committed.items():
            if at is not None and at < firsts[tp]:
                log.error(
                    "%s-%d: %d records are gone before they were delivered: Kafka keeps them too short",
                    *tp,
                    firsts[tp] - at,
                )
        for tp, at in starts.items():
            remembered = 0 if tp.topic == self.names.delivery_requests else REMEMBERED
            self.consumer.seek(tp, max(firsts[tp], at - remembered))
        return {tp.topic: at for tp, at in starts.items()}

    async def _news(self) -> dict[TopicPartition, int]:
        """Where a source begins of which nothing was ever committed."""
        ends = self.consumer.end_offsets if self.from_now else self.consumer.beginning_offsets
        found: dict[TopicPartition, int] = await ends(self.sources)
        return found

    async def _let_go(self) -> None:
        self.partition = self._writing = None
        self.deliverer.release(self.number)
        if self._writer is not None:
            writer, self._writer = self._writer, None
            await writer.stop()
