"""The core, called once for a chunk of records: `rows, records -> what was touched, what was refused`.

The lane, `replay --through core` and the benchmark all come in through this door.

A record that is read again (after a crash, from the committed offset) is counted once. What was counted is applied in its lead; but a
record that was refused may lie before one that was counted for the same lead, and then the lead alone would say "applied" of both, and the
rejection would be lost. So the lane writes, **first** in a chunk's changelog batch, the ledger row of the source: how far it was counted,
the counts, and the offsets refused since the committed offset (`Ledger`). If any lead of a chunk is in the log, its ledger row is; a record
below `ledger.position` is not counted again, and one in `ledger.refused` is refused again, whatever its lead says.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from intentflow.domain.fold import Fold
from intentflow.domain.identity import Identity
from intentflow.domain.lead import Lead, Unpublished
from intentflow.domain.notices import News
from intentflow.domain.renewal import renew
from intentflow.domain.rules import ScoringModel
from intentflow.wire.changes import told_of
from intentflow.wire.cutting import BOUND, Begin, Bound, FoldOn, Tried, add, fold_first, left
from intentflow.wire.erasing import fold_erasure
from intentflow.wire.event_chunk import EventChunk
from intentflow.wire.hearing import Hearing
from intentflow.wire.quick import Short, quick_of
from intentflow.wire.records import Folded, Ledger, SourceRecord, Touched
from intentflow.wire.rejections import Rejection
from intentflow.wire.routes import Route
from intentflow.wire.rows import decode_row, is_stub, judge_of

RowOf = Callable[[bytes], bytes | None]
NO_LEDGERS: Mapping[int, Ledger] = MappingProxyType({})


class Scorer:
    """A compiled scoring model and everything needed to fold chunks with it. `sources`: how many source topics there are."""

    def __init__(self, model: ScoringModel, sources: int, bound: Bound = BOUND) -> None:
        self.fold = Fold(model)
        self.identity = Identity(self.fold)
        self.sources, self.bound = sources, bound
        self.quick = quick_of(self.fold, sources)

    def fold_events(
        self,
        rows: Mapping[bytes, bytes],
        records: Sequence[SourceRecord],
        source: int,
        partition: int,
        partitions: int,
        ledgers: Mapping[int, Ledger] = NO_LEDGERS,
        messages: bool = False,
    ) -> Folded:
        """Fold one chunk of one partition of source number `source`. Never raises for what is in a record.

        The ledgers, by source, are only read.
        """
        out = Folded([], [], [])
        leads = self.fold_each(rows, records, source, partition, partitions, ledgers, out, messages, whole=True)
        out.leads = list(leads)
        return out

    def fold_each(
        self,
        rows: Mapping[bytes, bytes],
        records: Sequence[SourceRecord],
        source: int,
        partition: int,
        partitions: int,
        ledgers: Mapping[int, Ledger],
        out: Folded,
        messages: bool = False,
        short: Short | None = None,
        whole: bool = False,
    ) -> Iterator[Touched]:
        """The same lead by lead; all but the leads is in `out` in the end. Rows may be written meanwhile.

        `messages`: the records are what leads told each other. Unless all is to be folded as a `whole`, it may be cut: `out.end`.

        With `short`, leads whose records are only counted are not given but are rows in `out` at once, where there is a compiled core.

        Who writes a lead before the next one is folded finds it in the processor's cache: about a tenth faster than all of them afterwards.
        """
        by_key = _by_key(records)
        ledger = ledgers.get(source)
        again = ledger if ledger is not None and records and records[0].offset < ledger.position else None
        positions = {number: each.position for number, each in ledgers.items()}
        begun: dict[bytes, bytes] = {}
        if short is not None and self.quick is not None and again is None and not messages:
            by_key, begun = self.quick.take(by_key, rows, short, (source, partition, partitions), out)
        row_of = _row_of(begun, rows)
        route = Route(partition, partitions, [key for key in by_key if row_of(key) is None])
        if not whole and len(records) - len(by_key) >= self.bound.few:
            begin = self._begin(row_of, source, route, again, messages, positions)
            tried, out.end = fold_first(by_key, begin, self.bound)
            if out.end is not None and out.counted:  # what went the short way may lie behind it: all is folded anew
                out.counted, out.rows = 0, []
                yield from self.fold_each(rows, records, source, partition, partitions, ledgers, out)
                return
            yield from _told_first(tried, begun, out)
            by_key = left(by_key, tried, out.end)
        chunk = (Hearing if messages else EventChunk)(self.fold, self.identity, source, route, out, positions)
        for key, held in by_key.items():
            lead = self._open(row_of(key))
            told = chunk.fold(key, lead, held) if again is None else _fold_again(chunk, out, key, lead, held, again)
            if told is not None:
                begun.pop(key, None)
                yield key, lead, told
        out.rows += begun.items()  # of these, what did not go the short way changed nothing
        out.rejected.sort(key=_offset)

    def _begin(
        self,
        row_of: RowOf,
        source: int,
        route: Route,
        again: Ledger | None,
        messages: bool,
        positions: Mapping[int, int],
    ) -> Begin:
        """How a lead is begun whose records are folded in several goes."""

        def begin(key: bytes, out: Folded) -> tuple[Lead, FoldOn]:
            lead = self._open(row_of(key))
            chunk = (Hearing if messages else EventChunk)(self.fold, self.identity, source, route, out, positions)
            if again is None:
                return lead, lambda held: chunk.fold(key, lead, held)
            return lead, lambda held: _fold_again(chunk, out, key, lead, held, again)

        return begin

    def _open(self, row: bytes | None) -> Lead:
        """The lead in a row; one that has seen nothing if there is none."""
        lead = Lead([], []) if row is None else decode_row(row)
        if len(lead.applied) < self.sources:
            lead.applied += [-1] * (self.sources - len(lead.applied))
        return lead

    def fold_clock(
        self, rows: Mapping[bytes, bytes], keys: Iterable[bytes], time: int, source: int, offset: int
    ) -> Folded:
        """Let everything happen that is due up to `time` (epoch ms) for the leads with these keys.

        The cause is record `offset` of `source`.
        """
        out = Folded([], [], [])
        leads: list[Touched] = []
        for key in dict.fromkeys(keys):
            lead = self._open(rows.get(key))
            if not lead.clock:
                continue
            news: News = []
            self.fold.pass_time(key, lead, time, news)
            if news:
                lead.applied[source] = max(lead.applied[source], offset)  # an erasure after it may be applied already
                leads.append((key, lead, told_of(news, source, offset)))
            else:
                out.moved.append((key, lead.due))
        out.leads = leads
        return out

    @property
    def mismatches(self) -> int:
        """Changes so far whose receipts did not add up to their scores: there must be none."""
        return self.fold.mismatches

    @property
    def model_hash(self) -> str:
        """The hash of the scoring model."""
        return self.fold.model.hash

    def fold_model(
        self, rows: Mapping[bytes, bytes], keys: Iterable[bytes], at: int, source: int, offset: int
    ) -> Folded:
        """Let the model take effect at `at` (epoch ms) for those of these leads that another one judged last.

        The cause is record `offset` of `source`. Who has not begun, an alias or a stub, is left alone.
        """
        leads: list[Touched] = []
        for key in keys:
            row = rows.get(key)
            if row is None or judge_of(row) == self.fold.tag:
                continue
            lead = self._open(row)
            if lead.clock:
                news: News = []
                renew(self.fold, key, lead, at, news)
                lead.applied[source] = max(lead.applied[source], offset)
                leads.append((key, lead, told_of(news, source, offset)))
        return Folded(leads, [], [])

    def fold_erasure(
        self, rows: Mapping[bytes, bytes], key: bytes, at: int, source: int, offset: int, read: Mapping[int, int]
    ) -> Folded:
        """Erase the lead with this key, if there is one: `erasing.fold_erasure`. The cause says `at` (epoch ms)."""
        row = rows.get(key)
        if row is None or is_stub(row):
            return Folded([], [], [])
        return fold_erasure(self.fold, key, self._open(row), at, source, offset, read)


def _told_first(tried: Mapping[bytes, Tried], begun: dict[bytes, bytes], out: Folded) -> Iterator[Touched]:
    """The leads that `fold_first` folded; those that are touched are begun no more."""
    for key, one in tried.items():
        add(out, one.out)
        if one.told is not None:
            begun.pop(key, None)
            yield key, one.lead, one.told


def _row_of(begun: Mapping[bytes, bytes], rows: Mapping[bytes, bytes]) -> RowOf:
    """What row a lead has after what went the short way of it."""
    return (lambda key: begun.get(key) or rows.get(key)) if begun else rows.get


def _by_key(records: Sequence[SourceRecord]) -> dict[bytes, list[SourceRecord]]:
    by_key: dict[bytes, list[SourceRecord]] = {}
    for record in records:
        key = record.key or b""
        held = by_key.get(key)
        if held is None:
            by_key[key] = [record]
        else:
            held.append(record)
    return by_key


def _fold_again(
    chunk: EventChunk | Hearing,
    out: Folded,
    key: bytes,
    lead: Lead,
    records: Sequence[SourceRecord],
    ledger: Ledger,
) -> list[Unpublished] | None:
    """The same if the ledger has counted some: those are not counted again, and what was refused is refused again."""
    before = out.counted, out.duplicate, out.refused, out.forwarded, out.passed
    known = [record for record in records if record.offset < ledger.position]
    told = chunk.fold(key, lead, known, frozenset(ledger.refused))
    out.counted, out.duplicate, out.refused, out.forwarded, out.passed = before
    more = chunk.fold(key, lead, records[len(known) :])
    return None if told is None and more is None else [*(told or ()), *(more or ())]


def _offset(rejected: tuple[SourceRecord, Rejection]) -> int:
    return rejected[0].offset
