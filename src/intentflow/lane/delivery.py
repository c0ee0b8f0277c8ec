"""Faust's consumer, with delivery, commit and seek of the lane's own: its private seams, each with its reason.

Faust 0.15.3 delivers record by record (four tasks each), commits past work in flight (`_new_offset`), forgets failed
commits, doesn't seek to a committed offset of 0 or None, and crashes when its fetcher is cancelled during a rebalance.
Here one Faust message is one chunk, its bookkeeping of acknowledgements stays empty, and `lane.marks()` says what is
committed.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Mapping, Sequence
from typing import Any

from aiokafka.errors import CommitFailedError, IllegalStateError, RebalanceInProgressError, UnsupportedCodecError
from aiokafka.structs import OffsetAndMetadata, TopicPartition
from faust.transport.drivers import aiokafka as driver
from faust.types import TP, ConsumerMessage

from intentflow.lane.chunk import Chunk, cut
from intentflow.lane.exits import fail_stop
from intentflow.lane.fetching import Fetched, committed_offsets, fetch, log_ends, tune
from intentflow.lane.lane import Lane
from intentflow.lane.order import Intake
from intentflow.lane.places import Place

log = logging.getLogger(__name__)
QUEUE = 3  # chunks that wait for the agent, so that it never waits for delivery
FETCH_SECONDS = 0.5  # that one call into the consumer's thread may last
Source = tuple[str, int]


def _tps(sources: Sequence[Source]) -> list[TopicPartition]:
    return [TopicPartition(topic, number) for topic, number in sources]


class LaneThread(driver.AIOKafkaConsumerThread):
    """Faust's consumer thread, which owns the aiokafka consumer of the group."""

    async def on_start(self) -> None:
        await super().on_start()
        tune(self._ensure_consumer())

    @property
    def member(self) -> str:
        """Who we are in our group."""
        return str(self._ensure_consumer()._coordinator.member_id)

    async def fetch_chunks(
        self, generation: int, sources: Sequence[Source], seconds: float
    ) -> tuple[list[Fetched], dict[Source, int]]:
        """What arrives for these sources in this generation, and where the broker's logs end."""
        return await self.call_thread(self._fetch_chunks, generation, sources, seconds)  # type: ignore[no-any-return]  # Faust's is untyped

    async def _fetch_chunks(
        self, generation: int, sources: Sequence[Source], seconds: float
    ) -> tuple[list[Fetched], dict[Source, int]]:
        lane, consumer = self.app.lane, self._ensure_consumer()
        found = await fetch(
            consumer, _tps(sources), lambda: lane.generation == generation, seconds, lane.settings.chunk
        )
        return found, log_ends(consumer, _tps(lane.sources))

    async def seek_sources(self, sources: Sequence[Source]) -> dict[Source, Place]:
        """Seek each source to its place, and stop reading what the lane reads by itself (changelogs)."""
        return await self.call_thread(self._seek_sources, sources)  # type: ignore[no-any-return]  # Faust's is untyped

    async def _seek_sources(self, sources: Sequence[Source]) -> dict[Source, Place]:
        consumer, tps = self._ensure_consumer(), _tps(sources)
        consumer.pause(*(consumer.assignment() - set(tps)))
        if not tps:
            return {}
        firsts, ends = await consumer.beginning_offsets(tps), await consumer.end_offsets(tps)
        committed = await committed_offsets(consumer, tps)
        places = {tp: Place(committed[tp], firsts[tp], ends[tp]) for tp in tps}
        for tp, place in places.items():
            consumer.seek(tp, place.start)
        return {(tp.topic, tp.partition): place for tp, place in places.items()}

    async def commit_marks(self, marks: Mapping[Source, int]) -> bool:
        """Commit; False if the partitions are being handed out anew: then whoever gets them reads again."""
        return await self.call_thread(self._commit_marks, marks)  # type: ignore[no-any-return]  # Faust's is untyped

    async def _commit_marks(self, marks: Mapping[Source, int]) -> bool:
        consumer = self._ensure_consumer()
        mine = consumer.assignment()
        offsets = {tp: OffsetAndMetadata(marks[tp.topic, tp.partition], "") for tp in _tps(list(marks)) if tp in mine}
        if not offsets:
            return False
        try:
            await consumer.commit(offsets)
        except (CommitFailedError, IllegalStateError, RebalanceInProgressError) as error:
            log.info("commit refused during a rebalance: %s", type(error).__name__)
            return False
        return True


class LaneConsumer(driver.Consumer):
    """Faust's consumer, whose messages are chunks."""

    _thread: LaneThread

    def _new_consumer_thread(self) -> LaneThread:
        return LaneThread(self, loop=self.loop, beacon=self.beacon)

    async def _drain_messages(self, fetcher: Any) -> None:
        """Faust's fetcher runs this. Cancelled on the way out it must return quietly, or `Fetcher._fetcher` calls `wakeup()` on None."""
        try:
            await self._deliver(fetcher)
        except self.consumer_stopped_errors:
            if not (self.app.should_stop or self.should_stop):
                fail_stop("the Kafka consumer stopped by itself")
        except asyncio.CancelledError:
            if not (fetcher.should_stop or self.should_stop or self.app.should_stop):
                raise
        except UnsupportedCodecError as error:
            fail_stop(
                f"a source topic is compressed with a codec unknown here ({error}): compress with gzip, lz4, zstd or snappy",
                2,
            )
        except Exception as error:  # whatever it is: without delivery the worker would look alive and do nothing
            log.exception("lane")
            fail_stop(f"fetching: {error!r}")

    async def _deliver(self, fetcher: Any) -> None:
        lane = self.app.lane
        generation, intake = None, Intake(())
        while not (self.should_stop or fetcher.should_stop):
            if lane.generation is None or lane.queued >= QUEUE:
                lane.room.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(lane.room.wait(), FETCH_SECONDS)
                continue
            if lane.generation != generation:
                generation, intake = lane.generation, Intake(lane.sources, _again(lane))
            now = time.monotonic()
            for chunk in intake.choose(now, QUEUE - lane.queued):
                lane.queued += 1
                await self.callback(_message(chunk))
            if lane.generation == generation and lane.queued < QUEUE:
                await self._fetch_into(intake, generation, max(0.0, min(FETCH_SECONDS, intake.patience(now))))

    async def _fetch_into(self, intake: Intake, generation: int, seconds: float) -> None:
        lane = self.app.lane
        found, ends = await self._thread.fetch_chunks(generation, intake.wanted(), seconds)
        if lane.generation != generation:
            return  # read before a rebalance; the seek that follows it reads it again
        for one in found:
            chunk = Chunk(one.topic, one.partition, one.start, one.end, one.records, generation)
            for piece in cut(chunk, lane.settings.chunk):
                intake.offer(piece)
        lane.broker_has(ends, found)
        for (topic, number), end in lane.ends.items():
            intake.lags(topic, number, end - lane.fetched[topic, number])

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        await self.app.tables.recovery.abandon()
        self.app.lane.close()  # first of all: from here on no chunk is folded (rule 13)
        await super().on_partitions_revoked(revoked)

    async def wait_empty(self) -> None:
        """Faust calls this when partitions are taken away and when it stops: let what is under way become durable, then commit it."""
        self.app.lane.close()
        await self.app.lane.settle()
        await self.commit()
        self.app.lane.forget_marks()

    async def commit(self, topics: Any = None, start_new_transaction: bool = True) -> bool:  # noqa: ARG002 - Faust's signature
        """Faust calls this every `broker_commit_interval`, and when it stops."""
        lane = self.app.lane
        async with lane.committing:
            marks = lane.marks()
            if marks and await self._thread.commit_marks(marks):
                lane.committed.update(marks)
                return True
        return False

    async def force_commit(self, topics: Any = None, start_new_transaction: bool = True) -> bool:  # noqa: ARG002 - Faust's signature
        """Faust's own bookkeeping has nothing to commit."""
        return False

    async def perform_seek(self) -> None:
        """Faust seeks at the wrong moment, and not to 0; `seek_sources` does it."""

    async def verify_all_partitions_active(self) -> None:
        """Faust's livelock detector looks at acknowledgements, of which there are none."""


def _again(lane: Lane) -> dict[Source, int]:
    """The sources that are read again, and up to which position."""
    return {(topic, n): end for n, owned in lane.owned.items() for topic, end in owned.part.again().items()}


def _message(chunk: Chunk) -> ConsumerMessage:
    tp = TP(chunk.topic, chunk.partition)
    return ConsumerMessage(
        chunk.topic,
        chunk.partition,
        chunk.end - 1,
        time.time(),
        0,
        (),
        None,
        chunk,
        None,
        0,
        0,
        tp,
        generation_id=chunk.generation,
    )


class LaneTransport(driver.Transport):
    """Faust's transport, with the lane's consumer."""

    Consumer = LaneConsumer
