"""The second half of the protocol: what a folded chunk must wait for, and what it adds to the books (design 8, rules 5 to 9).

Pure, as `protocol.py`, which begins it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import update_wrapper
from typing import Concatenate, ParamSpec, TypeVar, cast

from msgspec import Struct

from intentflow.domain.lead import Unpublished
from intentflow.lane import places
from intentflow.lane.changelog import Changelog, LogRecord
from intentflow.lane.chunk import Chunk
from intentflow.lane.effects import Changes, Effect, Items, Publish, ReadGap, Refused, Stop, WriteLog
from intentflow.lane.flights import Flights, LostError
from intentflow.lane.gap import judge
from intentflow.lane.marks import encode_ledger, ledger_key
from intentflow.lane.phases import Phase, move
from intentflow.lane.stubs import Stubs, take_over
from intentflow.lane.tracing import traces_of
from intentflow.wire.cutting import BOUND, size_of
from intentflow.wire.records import Folded, Ledger

Effects = list[Effect]
P = ParamSpec("P")
S = TypeVar("S", bound="Settling")


class Count(Struct, frozen=True):
    """What a chunk adds to its source's ledger."""

    counted: int = 0
    duplicate: int = 0
    rejected: int = 0
    forwarded: int = 0
    passed: int = 0

    @property
    def records(self) -> int:
        """All of them."""
        return self.counted + self.duplicate + self.rejected + self.forwarded + self.passed


def count_of(folded: Folded) -> Count:
    """What the core says became of a chunk's records."""
    return Count(folded.counted, folded.duplicate, folded.refused, folded.forwarded, folded.passed)


def an_event(event: Callable[Concatenate[S, P], Effects]) -> Callable[Concatenate[S, P], Effects]:
    """Effects that end with `Stop` end the partition: it decides nothing more, whatever still comes in (rule 8)."""

    def guarded(part: S, /, *args: P.args, **kwargs: P.kwargs) -> Effects:
        if part.phase is Phase.ENDED:
            return []
        effects = event(part, *args, **kwargs)
        if effects and isinstance(effects[-1], Stop):
            part.phase = Phase.ENDED
        return effects

    return cast(Callable[Concatenate[S, P], Effects], update_wrapper(guarded, event))


class Settling:
    """One partition: its log, its books, and what is under way."""

    bound = BOUND  # of what a lead may have waiting

    def __init__(self, number: int, token: bytes) -> None:
        self.number, self.token = number, token
        self.phase = Phase.NEW
        self.epoch = 0
        self.log = Changelog()
        self.flights = Flights()
        self.sources: dict[str, int] = {}  # topic -> its number in this partition, once and for ever
        self.ledgers: dict[int, Ledger] = {}
        self.done: dict[str, int] = {}  # topic -> everything before it is durable and published
        self.pending: dict[bytes, list[Unpublished]] = {}  # not yet known to be published, oldest first (rule 7)
        self.stubs: Stubs = {}  # what is left of leads that were erased; some may have begun anew
        self.laden = False  # a lead waits for so much to be published that nothing more may be folded before it is
        self.late = 0  # records of fenced-off writers that landed in our log
        self.refusal: Stop | None = None  # why a source cannot be read on, if the log is still ours
        self.mended = False  # what the last owner may not have got out has been published again

    @property
    def rows(self) -> dict[bytes, bytes]:
        """The table: the changelog's own bytes by lead."""
        return self.log.rows

    def counted_to(self, topic: str) -> int:
        """Records of this source before this position are in its ledger already."""
        return self.ledger(topic).position

    def ledger(self, topic: str) -> Ledger:
        """What became of a source's records."""
        return self.ledgers.setdefault(self.sources[topic], Ledger())

    def shadowed(self) -> Items:
        """Keys whose latest record in the log is void, to be written again; compaction would keep only that one."""
        items = self.log.again(self.log.shadowed, self.epoch)
        self.log.shadowed = set()
        return items

    def ready(self) -> Effects:
        """All that was to be mended at the beginning is, and the log is ours."""
        if self.refusal is not None:
            return [self.refusal]
        self.phase, self.mended = move(self.phase, "mended"), True
        return []

    @an_event
    def folded(self, chunk: Chunk, items: Items, changes: Changes, refused: Refused, count: Count) -> Effects:
        """A chunk was folded into `rows` and `pending`: write what it changed, the source's ledger first."""
        source, old = self.sources[chunk.topic], self.ledger(chunk.topic)
        fresh = len(chunk.records)
        if chunk.start < old.position:
            fresh = sum(record.offset >= old.position for record in chunk.records)
        if count.records != fresh:
            return [Stop(places.miscounted(chunk, fresh, count.records))]
        self.ledgers[source] = ledger = Ledger(
            max(old.position, chunk.end),
            old.counted + count.counted,
            old.duplicate + count.duplicate,
            old.rejected + count.rejected,
            list(dict.fromkeys([*old.refused, *(record.offset for record, _ in refused)])) if refused else old.refused,
            old.forwarded + count.forwarded,
            old.passed + count.passed,
        )
        traces = traces_of(source, chunk.records, changes)
        flight = self.flights.launch(chunk.topic, chunk.end, changes, refused, chunk.timestamp, traces)
        flight.records = len(chunk.records)
        self._weigh(changes)
        key, row = ledger_key(source), encode_ledger(self.epoch, ledger)
        self.log.marks[key] = row  # what is written again if a late writer shadows it
        return self.write([(key, row), *items], flight.ticket)

    @an_event
    def folded_partly(self, items: Items, changes: Changes) -> Effects:
        """Part of what control records do; the position stays before them."""
        self._weigh(changes)
        flight = self.flights.launch(changes=changes)
        flight.records = len(items)
        return self.write(items, flight.ticket)

    def _weigh(self, changes: Changes) -> None:
        """A row carries all that waits: a lead that has told much is not folded on before it is published, nor is any other."""
        if any(size_of(self.pending.get(key, ())) > self.bound.told for key, _ in changes):
            self.laden = True

    def write(self, items: Items, ticket: int) -> Effects:
        """Write these, in the order of tickets; nothing to write has landed."""
        if items:
            return [WriteLog(ticket, items, self.epoch)]
        return self.landed(ticket, [])

    # -- settling: rules 6 and 9 ---------------------------------------------------------------------------------------

    @an_event
    def landed(self, ticket: int, batches: Sequence[tuple[int, int]]) -> Effects:
        """A write is in the log: offset and count of each batch that it was split into."""
        self.flights.of(ticket).batches = batches
        return self._check()

    @an_event
    def gap_read(self, ticket: int, records: Iterable[LogRecord]) -> Effects:
        """What somebody else wrote before this write of ours."""
        verdict = judge(records, self.epoch, self.token)
        if isinstance(verdict, str):
            return [Stop(f"partition {self.number}: {verdict}")]
        self.late += len(verdict)
        self.log.shadowed |= {key for key in verdict if key[0] or key in self.log.marks}
        self.flights.of(ticket).gaps = []
        effects = self._release(ticket)
        if self.log.shadowed and self.phase in (Phase.OPEN, Phase.MENDING):  # before mending may be over
            effects += self.write(self.shadowed(), self.flights.launch().ticket)
        return effects + self._check()

    @an_event
    def log_ends(self, end: int) -> Effects:
        """Where the log ends while we are idle (rule 9): somebody else may have written behind us."""
        if self.flights or self.phase is not Phase.OPEN or end == self.flights.expected:
            return []
        flight = self.flights.launch()
        flight.batches = [(end, 0)]
        return self._check()

    @an_event
    def committed(self, marks: Mapping[str, int]) -> Effects:
        """Positions that are committed: a stub of which nothing can be read again is over (rule 15).

        It leaves the table with the writing of its tombstone: what comes for it from now on is written after that.
        """
        if not self.stubs or self.phase is not Phase.OPEN:
            return []
        by_number = {self.sources[topic]: position for topic, position in marks.items()}
        over = take_over(self.stubs, self.rows, self.pending, by_number)
        for key in over:
            del self.rows[key]
        return self.write([(key, None) for key in over], self.flights.launch().ticket) if over else []

    def _check(self) -> Effects:
        effects: Effects = []
        try:
            for flight in self.flights.check():
                effects += [ReadGap(flight.ticket, flight.gaps)] if flight.gaps else self._release(flight.ticket)
        except LostError as lost:
            return [*effects, Stop(f"partition {self.number} of the changelog: {lost}")]
        return effects + self._settle()

    def _release(self, ticket: int) -> Effects:
        """The write is where it belongs: what rests on it may go out."""
        flight = self.flights.of(ticket)
        flight.checked = True
        if flight.changes or flight.refused:
            return [Publish(ticket, flight.topic, flight.changes, flight.refused, flight.received, flight.traces)]
        flight.published = True
        return []

    @an_event
    def published(self, ticket: int) -> Effects:
        """What rested on this write is out."""
        self.flights.of(ticket).published = True
        return self._settle()

    def _settle(self) -> Effects:
        for flight in self.flights.done():
            self._confirm(flight.changes)
            if flight.topic:
                self.done[flight.topic] = flight.end
            if flight.refused:
                out = {record.offset for record, _ in flight.refused}
                ledger = self.ledger(flight.topic)
                ledger.refused = [offset for offset in ledger.refused if offset not in out]
        if not self.flights:
            self.laden = False
            if self.phase is Phase.MENDING:
                return self.ready()
        return []

    def _confirm(self, changes: Changes) -> None:
        """These changes are published: leads need not carry them any more. What is published again at the beginning is not in `pending`."""
        for key, told in changes:
            left = self.pending.get(key, [])[len(told) :]
            if left:
                self.pending[key] = left
            else:
                self.pending.pop(key, None)
