"""One chunk through the core: what it makes of the table, the due times, and what the protocol is told. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from intentflow.domain.lead import Lead, Unpublished
from intentflow.lane.chunk import Chunk, split
from intentflow.lane.due import Due
from intentflow.lane.effects import Effect
from intentflow.lane.protocol import Partition
from intentflow.lane.settling import Count, count_of
from intentflow.wire.control import ClockRecord, Erasure, ModelRecord, decode_control
from intentflow.wire.quick import Short
from intentflow.wire.records import Folded, Ledger, SourceRecord, Touched
from intentflow.wire.rejections import Rejection
from intentflow.wire.rows import due_of, encode_row, encode_stub

SLICE = 5000  # leads that time may touch before the event loop turns
Items = list[tuple[bytes, bytes | None]]
News = list[tuple[bytes, list[Unpublished]]]


class Core(Protocol):
    """The door to the core: `intentflow.wire.chunk.Scorer`."""

    @property
    def model_hash(self) -> str: ...

    @property
    def mismatches(self) -> int: ...

    def fold_each(
        self,
        rows: dict[bytes, bytes],
        records: Sequence[SourceRecord],
        source: int,
        partition: int,
        partitions: int,
        ledgers: Mapping[int, Ledger],
        out: Folded,
        messages: bool = False,
        short: Short | None = None,
    ) -> Iterator[Touched]: ...

    def fold_clock(
        self, rows: dict[bytes, bytes], keys: Iterable[bytes], time: int, source: int, offset: int
    ) -> Folded: ...

    def fold_model(
        self, rows: dict[bytes, bytes], keys: Iterable[bytes], at: int, source: int, offset: int
    ) -> Folded: ...

    def fold_erasure(
        self, rows: dict[bytes, bytes], key: bytes, at: int, source: int, offset: int, read: Mapping[int, int]
    ) -> Folded: ...


def fold_chunk(
    part: Partition, due: Due, core: Core, chunk: Chunk, partitions: int, messages: bool = False
) -> Iterator[tuple[list[Effect], Folded]]:
    """Fold a chunk of events, or of messages between leads, that the protocol has accepted, in as many pieces as the core cuts it into.

    Each piece moves the position. What follows a cut is likely to be cut soon too, so no more than twice the last piece is tried: all
    that is folded in vain stays a small multiple of the chunk, however often it is cut.
    """
    rest: Chunk | None = chunk
    size = max(1, len(chunk.records))
    while rest is not None:
        source, ledger, folded = part.sources[chunk.topic], part.ledger(chunk.topic), Folded([], [], [])
        tried = rest.records[:size]
        short = Short(part.epoch, part.pending)
        leads = core.fold_each(
            part.rows, tried, source, part.number, partitions, part.ledgers, folded, messages, short=short
        )
        items, news = apply(part, due, leads)
        part.rows.update(folded.rows)  # their due times are what they were
        items += folded.rows
        piece, rest = split(rest, size, folded.end)
        size = 2 * len(piece.records)
        if folded.rejected and piece.start < ledger.position:
            folded.rejected = [each for each in folded.rejected if _owed(ledger, each[0].offset)]
        part.next[chunk.topic] = piece.end
        yield part.folded(piece, items, news, folded.rejected, count_of(folded)), folded


def _owed(ledger: Ledger, offset: int) -> bool:
    """Whether a refused record is to be rejected. One that was counted before, as a duplicate, may look too late when it is read again."""
    return offset >= ledger.position or offset in ledger.refused


def fold_control(
    part: Partition, due: Due, core: Core, chunk: Chunk, partitions: int
) -> Iterator[tuple[list[Effect], Folded]]:
    """Fold a chunk of the control topic, record by record: a clock record for all leads that are due by its time, an erasure for its own,
    a model that takes effect for all that another one judged last.

    After a long silence half of all leads may be due at once, so what one record does is handed out in slices, between which
    the event loop may turn. Only the last one moves the position: whoever dies before it does the rest once more, and finds
    the leads of the slices that landed no longer due, or judged by the model already.

    A stub is never in a write with the position: so an erasure before the position that the log tells is in the log too, and
    reading it again must not forget what has come for the lead since.
    """
    counted_to = part.counted_to(chunk.topic)
    items: Items = []
    news: News = []
    total, erased = Folded([], [], []), False
    for record in chunk.records:
        fresh = record.offset >= counted_to
        said = decode_control(record.key, record.value, part.number, partitions)
        if isinstance(said, Rejection):
            total.rejected.append((record, said))
            total.refused += fresh
            continue
        total.counted += fresh
        if isinstance(said, Erasure):
            if fresh:
                more, told = _erase(part, due, core, said, part.sources[chunk.topic], record.offset)
                items += more
                news += told
                erased = erased or bool(more)
            continue
        if isinstance(said, ModelRecord) and said.model != core.model_hash:
            total.strange += [said.model] * fresh
            continue
        for more, told, is_last in _in_slices(part, due, core, said, part.sources[chunk.topic], record.offset):
            items += more
            news += told
            if len(items) >= SLICE:
                yield part.folded_partly(items, news), Folded([], [], [])
                items, news = [], []
            elif not is_last:
                yield [], Folded([], [], [])
    if erased:
        yield part.folded_partly(items, news), Folded([], [], [])
        items, news = [], []
    yield part.folded(chunk, items, news, total.rejected, Count(total.counted, 0, total.refused)), total


def _in_slices(
    part: Partition, due: Due, core: Core, said: ClockRecord | ModelRecord, source: int, offset: int
) -> Iterator[tuple[Items, News, bool]]:
    """What a record does that is for many leads: slice by slice, and whether it is the last."""
    keys = due.up_to(said.clock) if isinstance(said, ClockRecord) else list(part.rows)
    for at in range(0, len(keys), SLICE):
        some = keys[at : at + SLICE]
        if isinstance(said, ClockRecord):
            folded = core.fold_clock(part.rows, some, said.clock, source, offset)
        else:
            folded = core.fold_model(part.rows, some, said.at, source, offset)
        more, told = apply(part, due, folded.leads)
        note_moved(part, due, folded.moved)
        yield more, told, at + SLICE >= len(keys)
    if isinstance(said, ModelRecord):
        yield part.note_model(said), [], True


def _erase(part: Partition, due: Due, core: Core, said: Erasure, source: int, offset: int) -> tuple[Items, News]:
    read = {number: ledger.position for number, ledger in part.ledgers.items()}
    folded = core.fold_erasure(part.rows, said.key, said.at, source, offset, read)
    part.stubs.update((key, None) for key, _, _ in folded.leads)
    return apply(part, due, folded.leads, encode_stub)


def apply(
    part: Partition, due: Due, leads: Iterable[Touched], encode: Callable[[int, Lead], bytes] = encode_row
) -> tuple[Items, News]:
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
        row = encode(epoch, lead)
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
