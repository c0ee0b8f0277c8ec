"""The core, called once for a chunk of records: `rows, records -> what was touched, what was refused`.

The lane, `replay --through core` and the benchmark all come in through this door.

A record that is read again (after a crash, from the committed offset) is counted once. What was counted is applied in its lead; but a
record that was refused may lie before one that was counted for the same lead, and then the lead alone would say "applied" of both, and the
rejection would be lost. So the lane writes, **first** in a chunk's changelog batch, the ledger row of the source: how far it was counted,
the counts, and the offsets refused since the committed offset (`Ledger`). If any lead of a chunk is in the log, its ledger row is; a record
below `ledger.position` is not counted again, and one in `ledger.refused` is refused again, whatever its lead says.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import Protocol

from msgspec import Struct

from intentflow.domain.change import QualificationChange
from intentflow.domain.event import key_of, time_of
from intentflow.domain.fold import Fold
from intentflow.domain.lead import Lead, Unpublished
from intentflow.domain.rules import ScoringModel
from intentflow.wire.changes import encode_change
from intentflow.wire.events import decode
from intentflow.wire.rejections import Rejection
from intentflow.wire.routes import Route
from intentflow.wire.rows import decode_row


class SourceRecord(Protocol):
    """A record of a source topic, as the Kafka client gives it."""

    @property
    def offset(self) -> int: ...
    @property
    def timestamp(self) -> int: ...  # epoch milliseconds
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Sequence[tuple[str, bytes]]: ...


class Ledger(Struct, array_like=True):
    """What became of a source's records, up to a position; `in = counted + duplicate + rejected`. Every chunk adds to it."""

    position: int = 0  # everything before it is in the counts
    counted: int = 0
    duplicate: int = 0
    rejected: int = 0
    refused: list[int] = []  # offsets whose rejections are not yet known to be published


Touched = tuple[bytes, Lead, list[Unpublished]]  # key, the lead as it is now, its new changes in order


class Folded(Struct, gc=False):
    """What a chunk did. Leads are touched once each, in no promised order. The counts leave out what the ledger has counted before."""

    leads: list[Touched]
    rejected: list[tuple[SourceRecord, Rejection]]  # to be published, in order; those refused again are among them
    moved: list[tuple[bytes, int]]  # leads that only have another due time now (0 = none); nothing to write
    counted: int = 0
    duplicate: int = 0
    refused: int = 0
    skipped: int = 0  # redelivered: at or below the lead's applied offset
    marked: int = 0  # event times in the future, set to the receive time


TOO_LATE = Rejection(
    "too_late", "more than 7 days behind the lead's newest event, or behind all that is remembered of it"
)
FUTURE = 300_000  # ms that an event may be ahead of the time it was received


class Scorer:
    """A compiled scoring model and everything needed to fold chunks with it. `sources`: how many source topics there are."""

    def __init__(self, model: ScoringModel, sources: int) -> None:
        self.fold = Fold(model)
        self.sources = sources

    def fold_events(
        self,
        rows: Mapping[bytes, bytes],
        records: Sequence[SourceRecord],
        source: int,
        partition: int,
        partitions: int,
        ledger: Ledger | None = None,
    ) -> Folded:
        """Fold one chunk of one partition of source number `source`. Never raises for what is in a record. The ledger is only read."""
        out = Folded([], [], [])
        out.leads = list(self.fold_each(rows, records, source, partition, partitions, ledger, out))
        return out

    def fold_each(
        self,
        rows: Mapping[bytes, bytes],
        records: Sequence[SourceRecord],
        source: int,
        partition: int,
        partitions: int,
        ledger: Ledger | None,
        out: Folded,
    ) -> Iterator[Touched]:
        """The same lead by lead; all but the leads is in `out` in the end. Rows may be written meanwhile.

        Who writes a lead before the next one is folded finds it in the processor's cache: about a tenth faster than all of them afterwards.
        """
        by_key: dict[bytes, list[SourceRecord]] = {}
        for record in records:
            key = record.key or b""
            held = by_key.get(key)
            if held is None:
                by_key[key] = [record]
            else:
                held.append(record)
        route = Route(partition, partitions, [key for key in by_key if key not in rows])
        chunk = _Chunk(self.fold, source, route, out)
        again = ledger if ledger is not None and records and records[0].offset < ledger.position else None
        for key, held in by_key.items():
            lead = self._open(rows.get(key))
            told = chunk.fold(key, lead, held) if again is None else chunk.fold_again(key, lead, held, again)
            if told is not None:
                yield key, lead, told
        out.rejected.sort(key=_offset)

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
            news: list[QualificationChange] = []
            self.fold.pass_time(key, lead, time, news)
            if news:
                lead.applied[source] = offset
                leads.append((key, lead, [Unpublished(source, offset, encode_change(change)) for change in news]))
            else:
                out.moved.append((key, lead.due))
        out.leads = leads
        return out


class _Chunk:
    """What all records of a chunk share."""

    __slots__ = ("_out", "_route", "_source", "_take")

    def __init__(self, fold: Fold, source: int, route: Route, out: Folded) -> None:
        self._take, self._source, self._route, self._out = fold.take, source, route, out

    def fold(
        self, key: bytes, lead: Lead, records: Sequence[SourceRecord], refused: Set[int] = frozenset()
    ) -> list[Unpublished] | None:
        """The hot loop: a lead's records, in order. Returns its new changes; None if it is not to be written."""
        source, out, take, name = self._source, self._out, self._take, None
        applied, before = lead.applied[source], out.counted
        news: list[QualificationChange] = []
        told: list[Unpublished] = []
        for record in records:
            offset = record.offset
            if offset <= applied and offset not in refused:
                out.skipped += 1
                continue
            event = decode(record.value, record.headers)
            if isinstance(event, Rejection):
                _reject(out, record, event)
                continue
            who = event.lead_id or event.email
            if name is None or who != name:
                if key_of(event) != key or (not lead.clock and key in self._route.astray):
                    _reject(out, record, self._route.misrouted(key, key_of(event)))
                    continue
                name = who
            at = time_of(event)
            if at > record.timestamp + FUTURE:
                at = record.timestamp
                out.marked += 1
            outcome = "too_late" if offset in refused else take(key, lead, event, at, news)
            if outcome == "counted":
                out.counted, applied = out.counted + 1, offset
                if news:
                    told += [Unpublished(source, offset, encode_change(change)) for change in news]
                    news.clear()
            elif outcome == "duplicate":
                out.duplicate += 1
            else:
                _reject(out, record, TOO_LATE)
        lead.applied[source] = applied
        return told if out.counted > before else None

    def fold_again(
        self, key: bytes, lead: Lead, records: Sequence[SourceRecord], ledger: Ledger
    ) -> list[Unpublished] | None:
        """The same if the ledger has counted some: those are not counted again, and what was refused is refused again."""
        out = self._out
        before = out.counted, out.duplicate, out.refused
        known = [record for record in records if record.offset < ledger.position]
        told = self.fold(key, lead, known, frozenset(ledger.refused))
        out.counted, out.duplicate, out.refused = before
        more = self.fold(key, lead, records[len(known) :])
        return None if told is None and more is None else [*(told or ()), *(more or ())]


def _reject(out: Folded, record: SourceRecord, rejection: Rejection) -> None:
    out.refused += 1
    out.rejected.append((record, rejection))


def _offset(rejected: tuple[SourceRecord, Rejection]) -> int:
    return rejected[0].offset
