"""Staged faults of the changelog on a real Apache Kafka: what random kills hardly ever hit."""

import asyncio
import uuid
from collections.abc import AsyncIterator

import pytest

from intentflow.adapters.embedded_kafka import EmbeddedKafka
from intentflow.domain.lead import Lead
from intentflow.lane.effects import ReadGap, Stop, WriteLog
from intentflow.lane.marks import Fence, Topic, encode_fence
from intentflow.lane.phases import Phase
from intentflow.lane.places import Place
from intentflow.lane.protocol import Partition
from intentflow.lane.taking import take
from intentflow.lane.writing import Writer, landed
from intentflow.wire.rows import decode_row, encode_row
from tests.system.records import make_topics, read
from tests.system.workers import App

pytestmark = [pytest.mark.broker]
KEY = b"l:somebody"


def row(epoch: int, sequence: int) -> bytes:
    return encode_row(epoch, Lead([-1, -1], [], sequence=sequence))


def fence(epoch: int) -> tuple[bytes, bytes]:
    return encode_fence(Fence(epoch, uuid.uuid4().bytes))


class Log:
    """The changelog of an app, written to by hand, and partition 0 of it as a process would take it."""

    def __init__(self, app: App, writer: Writer) -> None:
        self.app, self.writer, self.topic = app, writer, app.names.changelog

    async def write(self, *items: tuple[bytes, bytes | None], partition: int = 0) -> list[tuple[int, int]]:
        return await landed(
            await self.writer.send(self.topic, partition, [(key, value, []) for key, value in items]), self.topic
        )

    async def take(self, part: Partition) -> None:
        """As a worker does, without sources that have anything."""
        await take([part], self.writer, self.app.settings.bootstrap, self.topic, lambda progress: None)
        for effect in part.sought({"events": Place(None, 0, 0)}):
            assert isinstance(effect, WriteLog)
            places = await self.write(*effect.items)
            part.landed(effect.ticket, places)
        assert part.phase is Phase.READY


def process() -> Partition:
    """Partition 0 as another process sees it."""
    return Partition(0, [Topic("events")], uuid.uuid4().bytes)


@pytest.fixture
async def with_log(kafka: EmbeddedKafka, tmp_path) -> AsyncIterator[Log]:
    app = App(kafka.bootstrap, tmp_path)
    await asyncio.to_thread(make_topics, app)
    writer = Writer(kafka.bootstrap)
    await writer.start()
    yield Log(app, writer)
    await writer.stop()


async def test_a_late_record_of_a_fenced_off_writer_is_void_and_what_it_shadowed_is_written_again(with_log: Log):
    await with_log.write(
        fence(4), (KEY, row(4, sequence=1)), fence(5), (KEY, row(5, sequence=2)), (KEY, row(4, sequence=1))
    )
    part = process()
    await with_log.take(part)
    assert decode_row(part.rows[KEY]).sequence == 2
    last = [record for record in await asyncio.to_thread(read, with_log.app, with_log.topic) if record.key == KEY][-1]
    assert (int.from_bytes(last.value[:4], "big"), decode_row(last.value).sequence) == (6, 2)


async def test_memory_is_kept_over_a_rebalance_if_nobody_wrote_in_between(with_log: Log):
    part = process()
    await with_log.take(part)
    part.rows[KEY] = row(1, sequence=1)  # in memory alone: whoever reads the log again doesn't find it
    part.close()
    assert part.may_keep()
    await with_log.take(part)
    assert KEY in part.rows
    assert part.epoch == 2


async def test_kept_memory_is_read_again_if_somebody_wrote_in_between(with_log: Log):
    """Faust takes what this process was assigned last for what it kept; but another had the partition meanwhile."""
    mine, theirs = process(), process()
    await with_log.write((KEY, row(0, sequence=1)))
    await with_log.take(mine)
    mine.close()
    await with_log.take(theirs)
    await with_log.write((KEY, row(theirs.epoch, sequence=2)))
    assert mine.may_keep()
    await with_log.take(mine)
    assert decode_row(mine.rows[KEY]).sequence == 2
    assert mine.epoch > theirs.epoch


async def test_two_who_fence_at_once_do_not_both_own_the_log(with_log: Log):
    """The slower one finds an equal epoch before its own fence, and fences again."""
    slow, quick = process(), process()
    send = with_log.writer.send
    raced = False

    async def send_late(topic, partition, items):
        nonlocal raced
        if not raced:
            raced = True
            await with_log.take(quick)
        return await send(topic, partition, items)

    with_log.writer.send = send_late  # type: ignore[method-assign]  # the race
    await with_log.take(slow)
    assert (quick.epoch, slow.epoch) == (1, 2)
    assert slow.log.fences == 3
    quick.open(1)
    ours = quick.flights.expected
    [gap] = quick.log_ends(slow.flights.expected)
    assert isinstance(gap, ReadGap)
    records = [
        record for record in await asyncio.to_thread(read, with_log.app, with_log.topic) if record.partition == 0
    ]
    [stop] = quick.gap_read(gap.ticket, [record for record in records if record.offset >= ours])
    assert isinstance(stop, Stop), (
        "the one that was overtaken by a sleeper's fence ends; its supervisor starts it again"
    )
    assert "it has a new owner" in stop.reason
