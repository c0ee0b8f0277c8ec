"""Performs the effects of one partition: each kind in order, each reported back to the protocol."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable, Iterator
from typing import Any

from intentflow.adapters.topic_specs import LARGEST_REJECTION_BYTES
from intentflow.domain.lead import NOTICE
from intentflow.lane.changelog import headers_of_tombstone
from intentflow.lane.effects import Effect, Publish, ReadGap, Stop, WriteLog
from intentflow.lane.exits import fail_stop
from intentflow.lane.metrics import Metrics
from intentflow.lane.protocol import Partition
from intentflow.lane.reader import ChangelogReader
from intentflow.lane.writing import NO_HEADERS, Item, Writer, landed
from intentflow.settings import Settings
from intentflow.wire.changes import NOTICE_TYPE, TYPE, headers_of
from intentflow.wire.murmur2 import partition_of
from intentflow.wire.rejections import rejection_headers
from intentflow.wire.topic_names import TopicNames

log = logging.getLogger(__name__)
LARGEST = LARGEST_REJECTION_BYTES - 4096  # of a rejection's key and value: its headers need room too


class Performer:
    """What one partition's protocol asks for, once the partition is ours."""

    def __init__(
        self,
        part: Partition,
        writer: Writer,
        settings: Settings,
        names: TopicNames,
        metrics: Metrics,
        *,
        settled: Callable[[], None],
    ) -> None:
        self.part, self.names, self._partitions = part, names, settings.partitions
        self._writer, self._kafka, self._metrics, self._settled = writer, settings.kafka, metrics, settled
        self._writes: asyncio.Queue[WriteLog] = asyncio.Queue()
        self._outs: asyncio.Queue[Publish] = asyncio.Queue()
        self._tasks: set[asyncio.Task[None]] = set()
        self._spawn(self._write_log())
        self._spawn(self._publish())

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(_or_end(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def stop(self) -> None:
        """Nothing more is performed; what was handed to the broker goes its way."""
        for task in list(self._tasks):
            task.cancel()

    def perform(self, effects: Iterable[Effect]) -> None:
        """Begin these effects. Writes and publications keep their order."""
        for effect in effects:
            match effect:
                case WriteLog():
                    self._writes.put_nowait(effect)
                case Publish():
                    self._outs.put_nowait(effect)
                case ReadGap():
                    self._spawn(self._read_gap(effect))
                case Stop(reason, exit_code):
                    fail_stop(reason, exit_code)
                case _:
                    fail_stop(f"lane: nobody performs {effect!r} here")
        self._settled()

    async def _write_log(self) -> None:
        topic, number = self.names.changelog, self.part.number
        while True:
            effect = await self._writes.get()
            sent = await self._writer.send(topic, number, _with_headers(effect))
            self._spawn(self._await_log(effect, sent))

    async def _await_log(self, effect: WriteLog, sent: Any) -> None:
        self.perform(self.part.landed(effect.ticket, await landed(sent, self.names.changelog)))

    async def _publish(self) -> None:
        while True:
            effect = await self._outs.get()
            number = self.part.number
            changes, notices = _told(effect, None, TYPE), _told(effect, NOTICE, NOTICE_TYPE)
            refused = [self._rejection(effect.topic, record, why) for record, why in effect.refused]
            sent = [
                (self.names.changes, await self._writer.send(self.names.changes, number, changes)),
                (self.names.rejections, await self._writer.send(self.names.rejections, number, refused)),
            ]
            if notices:
                sent.append(
                    (self.names.cart_notices, await self._writer.send(self.names.cart_notices, number, notices))
                )
            for receiver, messages in messages_of(effect, self._partitions).items():
                sent.append((self.names.identities, await self._writer.send(self.names.identities, receiver, messages)))
            self._spawn(self._await_published(effect, sent))

    async def _await_published(self, effect: Publish, sent: Any) -> None:
        for topic, batches in sent:
            await landed(batches, topic)
        self._metrics.published(effect.changes, effect.received, next(iter(effect.traces.values()), NO_HEADERS))
        self.perform(self.part.published(effect.ticket))

    def _rejection(self, topic: str, record: Any, why: Any) -> Item:
        headers = rejection_headers(why, topic, self.part.number, record.offset, record.timestamp, record.headers)
        key, value = record.key, record.value
        if (
            len(key or b"") + len(value or b"") > LARGEST
        ):  # it would not fit beside its headers; the record is still where it came from
            headers.append(("cut", b"value; read it at source_offset of source_topic"))
            key, value = (key or b"")[:LARGEST], None
        return key, value, headers

    async def _read_gap(self, effect: ReadGap) -> None:
        found: list[Any] = []
        async with ChangelogReader(self._kafka, self.names.changelog) as reader:
            for low, high in effect.ranges:
                found += await reader.range(self.part.number, low, high)
        before = self.part.late
        effects = self.part.gap_read(effect.ticket, found)
        if self.part.late > before:
            log.warning(
                "partition %d: %d void records of a former owner, shadowed again",
                self.part.number,
                self.part.late - before,
            )
            self._metrics.void.inc(self.part.late - before)
        self.perform(effects)


def messages_of(effect: Publish, partitions: int) -> dict[int, list[Item]]:
    """The messages to other leads by the partition of their receiver, in order."""
    found: dict[int, list[Item]] = {}
    for _, news in effect.changes:
        for one in news:
            if one.to:
                trace = effect.traces.get((one.source, one.offset), NO_HEADERS)
                found.setdefault(partition_of(one.to, partitions), []).append((one.to, one.payload, trace))
    return found


def _told(effect: Publish, to: bytes | None, kind: bytes) -> list[Item]:
    """What leads tell the world on one topic, in order."""
    trace = effect.traces.get
    return [
        (key, one.payload, [*headers_of(one.payload, kind), *trace((one.source, one.offset), NO_HEADERS)])
        for key, news in effect.changes
        for one in news
        if one.to == to
    ]


def _with_headers(effect: WriteLog) -> Iterator[Item]:
    erased = headers_of_tombstone(effect.epoch)
    return ((key, row, NO_HEADERS if row is not None else erased) for key, row in effect.items)


async def _or_end(work: Coroutine[Any, Any, None]) -> None:
    """A task of the lane ends well, is cancelled, or ends the process: nobody waits for it who could handle more."""
    try:
        await work
    except Exception as error:  # whatever it is, the process must end without a commit
        log.exception("lane")
        fail_stop(f"{str(error) or repr(error)}")
