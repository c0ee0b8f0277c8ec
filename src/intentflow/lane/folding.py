"""One chunk through the core: what it makes of the table, the due times, and what the protocol is told. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from intentflow.domain.lead import Unpublished
from intentflow.lane.chunk import Chunk
from intentflow.lane.due import Due
from intentflow.lane.effects import Effect
from intentflow.lane.protocol import Partition
from intentflow.lane.settling import Count
from intentflow.wire.chunk import Folded, Ledger, SourceRecord, Touched
from intentflow.wire.control import decode_control
from intentflow.wire.rejections import Rejection
from intentflow.wire.rows import due_of, encode_row

SLICE = 5000  # leads that time may touch before the event loop turns
Items = list[tuple[bytes, bytes]]
News = list[tuple[bytes, list[Unpublished]]]


class Core(Protocol):
    """The door to the core: `intentflow.wire.chunk.Scorer`."""

    def fold_each(
        self,
        rows: dict[bytes, bytes],
        records: Sequence[SourceRecord],
        source: int,
        partition: int,
        partitions: int,
        ledger: Ledger | None,
        out: Folded,
    ) -> Iterator[Touched]: ...

    def fold_clock(
        self, rows: dict[bytes, bytes], keys: Iterable[bytes], time: int, source: int, offset: int
    ) -> Folded: ...


def fold_chunk(part: Partition, due: Due, core: Core, chunk: Chunk, partitions: int) -> tuple[list[Effect], Folded]:
    """Fold a chunk of events that the protocol has accepted."""
    source, ledger, folded = part.sources[chunk.topic], part.ledger(chunk.topic), Folded([], [], [])
    leads = core.fold_each(part.rows, chunk.records, source, part.number, partitions, ledger, folded)
    items, news = apply(part, due, leads)
    if folded.rejected and chunk.start < ledger.position:
        folded.rejected = [each for each in folded.rejected if _owed(ledger, each[0].offset)]
    count = Count(folded.counted, folded.duplicate, folded.refused)
    return part.folded(chunk, items, news, folded.rejected, count), folded


def _owed(ledger: Ledger, offset: int) -> bool:
    """Whether a refused record is to be rejected. One that was counted before, as a duplicate, may look too late when it is read again."""
    return offset >= ledger.position or offset in ledger.refused


def fold_control(part: Partition, due: Due, core: Core, chunk: Chunk) -> Iterator[tuple[list[Effect], Folded]]:
    """Fold a chunk of the control topic, record by record, each for all leads that are due by its time.

    After a long silence half of all leads may be due at once, so what one record does is handed out in slices, between which
    the event loop may turn. Only the last one moves the position: whoever dies before it does the rest once more, and finds
    the leads of the slices that landed no longer due.
    """
    counted_to = part.counted_to(chunk.topic)
    items: Items = []
    news: News = []
    total = Folded([], [], [])
    for record in chunk.records:
        said, fresh = decode_control(record.key, record.value), record.offset >= counted_to
        if isinstance(said, Rejection):
            total.rejected.append((record, said))
            total.refused += fresh
            continue
        total.counted += fresh
        keys = due.up_to(said)
        for at in range(0, len(keys), SLICE):
            if len(items) >= SLICE:
                yield part.folded_partly(items, news), Folded([], [], [])
                items, news = [], []
            folded = core.fold_clock(part.rows, keys[at : at + SLICE], said, part.sources[chunk.topic], record.offset)
            more, told = apply(part, due, folded.leads)
            note_moved(part, due, folded.moved)
            items += more
            news += told
            if at + SLICE < len(keys):
                yield [], Folded([], [], [])
    count = Count(total.counted, 0, total.refused)
    yield part.folded(chunk, items, news, total.rejected, count), total


def apply(part: Partition, due: Due, leads: Iterable[Touched]) -> tuple[Items, News]:
    """Put leads into the table: each is encoded once, with all its changes that are not known to be published (rule 7)."""
    rows, pending, epoch = part.rows, part.pending, part.epoch
    items: Items = []
    news: News = []
    for key, lead, told in leads:
        waiting = pending.get(key)
        if told:
            lead.outbox = pending[key] = told if waiting is None else waiting + told
            news.append((key, told))
        elif waiting is not None or lead.outbox:
            lead.outbox = waiting or []
        row = encode_row(epoch, lead)
        if lead.due:
            old = rows.get(key)
            due.moved(key, 0 if old is None else due_of(old), lead.due)
        rows[key] = row
        items.append((key, row))
    return items, news


def note_moved(part: Partition, due: Due, moved: Iterable[tuple[bytes, int]]) -> None:
    """Leads that only have another due time: the table alone has it; nothing is written."""
    rows = part.rows
    for key, time in moved:
        row = rows[key]
        rows[key] = row[:5] + time.to_bytes(8, "big") + row[13:]
        due.moved(key, due_of(row), time)
