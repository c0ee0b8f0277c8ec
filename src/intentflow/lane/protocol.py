"""The protocol of one partition as a state machine: events in, effects out. No I/O, no clock, no task, no Faust.

It decides when a partition is ours, what must be durable before what may be published, what may be committed, and when the process must end
(design 8; each rule is named where it is kept). Whoever performs the effects may die between any two of them; whoever comes after
starts from the changelog and the committed offsets alone, and every rule here is there so that this is enough.

A partition's life is the table in `phases.py`. What is under way is in `flights.py`, how a log is read in `changelog.py`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from typing import Concatenate, ParamSpec

from msgspec import Struct

from intentflow.domain.lead import Unpublished
from intentflow.lane import places
from intentflow.lane.changelog import Changelog, LogRecord
from intentflow.lane.chunk import Chunk
from intentflow.lane.effects import Changes, Effect, Publish, ReadGap, ReadLog, ReadOn, Refused, Seek, Stop, WriteFence, WriteLog
from intentflow.lane.flights import Flights, LostError
from intentflow.lane.gap import judge
from intentflow.lane.marks import SOURCES, Fence, Topic, encode_ledger, encode_sources, ledger_key
from intentflow.lane.phases import Phase, move
from intentflow.lane.places import Place
from intentflow.wire.chunk import Ledger

Effects = list[Effect]
P = ParamSpec("P")


class Count(Struct, frozen=True):
    """What a chunk adds to its source's ledger."""

    counted: int = 0
    duplicate: int = 0
    rejected: int = 0


def _ends(event: "Callable[Concatenate[Partition, P], Effects]") -> "Callable[Concatenate[Partition, P], Effects]":
    """An event whose effects end with `Stop` ends the partition: it decides nothing more, whatever still comes in (rule 8)."""

    @wraps(event)
    def guarded(part: "Partition", *args: P.args, **kwargs: P.kwargs) -> Effects:
        if part.phase is Phase.ENDED:
            return []
        effects = event(part, *args, **kwargs)
        if effects and isinstance(effects[-1], Stop):
            part.phase = Phase.ENDED
        return effects

    return guarded


class Partition:
    """One partition of the leads, as this process owns it."""

    def __init__(self, number: int, topics: Sequence[Topic], token: bytes) -> None:
        self.number, self.topics, self.token = number, topics, token
        self.phase = Phase.NEW
        self.epoch = 0
        self.generation: int | None = None
        self.log = Changelog()
        self.flights = Flights()
        self.sources: dict[str, int] = {}  # topic -> its number in this partition, once and for ever
        self.ledgers: dict[int, Ledger] = {}
        self.next: dict[str, int] = {}  # topic -> the position that may be folded next
        self.done: dict[str, int] = {}  # topic -> everything before it is durable and published
        self.pending: dict[bytes, list[Unpublished]] = {}  # changes not yet known to be published, oldest first (rule 7)
        self.late = 0  # records of fenced-off writers that landed in our log
        self._mended = False  # what the last owner may not have got out has been published again
        self._grown: list[Topic] = []  # the record of sources, if it must be written

    @property
    def rows(self) -> dict[bytes, bytes]:
        """The table: the changelog's own bytes by lead."""
        return self.log.rows

    # -- ownership: rules 10 and 11 ------------------------------------------------------------------------------------

    @_ends
    def take(self) -> Effects:
        """The partition was assigned: read it from the beginning."""
        self.phase = move(self.phase, "take")
        self.log, self.flights, self._mended = Changelog(), Flights(), False
        self.pending, self.sources, self.ledgers = {}, {}, {}
        return [ReadLog()]

    @_ends
    def read_to_end(self) -> Effects:
        """The log was read as far as it went: put a fence behind it."""
        self.phase = move(self.phase, "read_to_end")
        return self._fence(self.log.epoch + 1)

    def _fence(self, epoch: int) -> Effects:
        self.epoch = epoch
        return [WriteFence(Fence(epoch, self.token))]

    @_ends
    def fence_landed(self, offset: int) -> Effects:
        """Our fence lies at this offset."""
        if self.phase is Phase.KEEPING:
            return self._kept(offset)
        self.phase = move(self.phase, "fence_landed")
        self.flights.expected = offset + 1
        return [ReadOn(offset + 1)]

    @_ends
    def read_on(self) -> Effects:
        """The log was read up to and with our fence."""
        if self.log.last_fence != Fence(self.epoch, self.token):
            return [Stop(f"partition {self.number}: our fence of epoch {self.epoch} is not in the changelog where it was acknowledged")]
        if self.log.outranked:  # somebody took this epoch, or a higher one, just before: theirs is the log up to here
            self.phase = move(self.phase, "outranked")
            return self._fence(self.log.epoch + 1)
        self.phase = move(self.phase, "confirmed")
        known = self.log.sources()
        if mistaken := places.made_again(known, self.topics):
            return [Stop(mistaken, exit_code=2)]
        numbered = places.numbered(known, self.topics)
        self._grown = numbered if numbered != known else []
        self.sources = {topic.name: number for number, topic in enumerate(numbered)}
        self.ledgers = self.log.ledgers()
        return [Seek()]

    def may_keep(self) -> bool:
        """Whether memory may be kept over a rebalance, if a new fence lands where it must (rule 11)."""
        return self.phase is Phase.CLOSED and self._mended and not self.flights and not self.pending and not self.log.shadowed

    @_ends
    def keep(self) -> Effects:
        """The partition was ours and is again: fence it anew. Only if `may_keep()`."""
        self.phase = move(self.phase, "keep")
        return self._fence(self.epoch + 1)

    def _kept(self, offset: int) -> Effects:
        if offset != self.flights.expected:
            self.phase = move(self.phase, "overtaken")
            self.phase = Phase.CLOSED
            return self.take()
        self.phase = move(self.phase, "kept")
        self.flights.expected = offset + 1
        return [Seek()]

    # -- beginning: rules 2 and 12 -------------------------------------------------------------------------------------

    @_ends
    def sought(self, found: Mapping[str, Place]) -> Effects:
        """Every source was sought to `found[topic].start`: mend the log and publish again what may not have got out."""
        self.phase = move(self.phase, "sought")
        for topic, place in found.items():
            if (stop := places.refused(topic, self.number, place, self._ledger(topic))) is not None:
                return [stop]
        self.next = {topic: place.start for topic, place in found.items()}
        self.done = dict(self.next)
        if self._mended:
            return self._ready()
        for topic, place in found.items():  # what was committed is published
            ledger = self._ledger(topic)
            ledger.refused = [offset for offset in ledger.refused if offset >= (place.committed or 0)]
        items = [(SOURCES, encode_sources(self.epoch, self._grown))] if self._grown else []
        items += self._shadowed()
        again = places.unpublished(self.rows, {self.sources[topic]: place.committed or 0 for topic, place in found.items()})
        if not items and not again:
            return self._ready()
        return self._write(items, self.flights.launch(changes=again).ticket)

    def counted_to(self, topic: str) -> int:
        """Records of this source before this position are in its ledger already."""
        return self._ledger(topic).position

    def _ledger(self, topic: str) -> Ledger:
        return self.ledgers.setdefault(self.sources[topic], Ledger())

    def _shadowed(self) -> list[tuple[bytes, bytes]]:
        """Keys whose latest record in the log is void, to be written again; compaction would keep only that one."""
        items = self.log.again(self.log.shadowed, self.epoch)
        self.log.shadowed = set()
        return items

    def _ready(self) -> Effects:
        self.phase, self._mended = move(self.phase, "mended"), True
        return []

    def open(self, generation: int) -> None:
        """Chunks of this generation may be folded."""
        self.phase, self.generation = move(self.phase, "open"), generation

    def close(self) -> None:
        """The generation is over (rule 13, first step): no chunk is folded; what is under way goes on."""
        if self.phase is Phase.ENDED:
            return
        self._mended = self._mended and self.phase in (Phase.OPEN, Phase.READY, Phase.TAKEN, Phase.CLOSED)
        self.phase, self.generation = move(self.phase, "close"), None

    # -- folding: rules 4 to 7 -----------------------------------------------------------------------------------------

    def accept(self, chunk: Chunk) -> bool | Stop:
        """Whether to fold a chunk now; of an old generation it is dropped, and a hole ends the process."""
        if self.phase is not Phase.OPEN or chunk.generation != self.generation:
            return False
        if chunk.start != self.next[chunk.topic]:
            self.phase = Phase.ENDED
            return Stop(f"a hole in {chunk.topic}-{self.number}: position {self.next[chunk.topic]} expected, {chunk.start} delivered")
        self.next[chunk.topic] = chunk.end
        return True

    @_ends
    def folded(self, chunk: Chunk, items: list[tuple[bytes, bytes]], changes: Changes, refused: Refused, count: Count) -> Effects:
        """A chunk was folded into `rows` and `pending`: write what it changed, the source's ledger first."""
        source, old = self.sources[chunk.topic], self._ledger(chunk.topic)
        fresh = sum(record.offset >= old.position for record in chunk.records) if chunk.start < old.position else len(chunk.records)
        if count.counted + count.duplicate + count.rejected != fresh:
            return [Stop(places.miscounted(chunk, fresh, count.counted, count.duplicate, count.rejected))]
        self.ledgers[source] = ledger = Ledger(
            max(old.position, chunk.end),
            old.counted + count.counted,
            old.duplicate + count.duplicate,
            old.rejected + count.rejected,
            list(dict.fromkeys([*old.refused, *(record.offset for record, _ in refused)])) if refused else old.refused,
        )
        flight = self.flights.launch(chunk.topic, chunk.end, changes, refused)
        return self._write([(ledger_key(source), encode_ledger(self.epoch, ledger)), *items], flight.ticket)

    def _write(self, items: list[tuple[bytes, bytes]], ticket: int) -> Effects:
        if items:
            return [WriteLog(ticket, items)]
        return self.landed(ticket, [])

    # -- settling: rules 6 and 9 ---------------------------------------------------------------------------------------

    @_ends
    def landed(self, ticket: int, batches: Sequence[tuple[int, int]]) -> Effects:
        """A write is in the log: offset and count of each batch that it was split into."""
        self.flights.of(ticket).batches = batches
        return self._check()

    @_ends
    def gap_read(self, ticket: int, records: Iterable[LogRecord]) -> Effects:
        """What somebody else wrote before this write of ours."""
        verdict = judge(records, self.epoch, self.token)
        if isinstance(verdict, str):
            return [Stop(f"partition {self.number}: {verdict}")]
        self.late += len(verdict)
        self.log.shadowed |= {key for key in verdict if key in self.rows or key in self.log.marks}
        self.flights.of(ticket).gaps = []
        effects = self._release(ticket) + self._check()
        if self.log.shadowed and self.phase in (Phase.OPEN, Phase.MENDING):
            effects += self._write(self._shadowed(), self.flights.launch().ticket)
        return effects

    @_ends
    def log_ends(self, end: int) -> Effects:
        """Where the log ends while we are idle (rule 9): somebody else may have written behind us."""
        if self.flights or self.phase is not Phase.OPEN or end == self.flights.expected:
            return []
        flight = self.flights.launch()
        flight.batches = [(end, 0)]
        return self._check()

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
            return [Publish(ticket, flight.topic, flight.changes, flight.refused)]
        flight.published = True
        return []

    @_ends
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
                ledger = self._ledger(flight.topic)
                ledger.refused = [offset for offset in ledger.refused if offset not in out]
        if self.phase is Phase.MENDING and not self.flights:
            return self._ready()
        return []

    def _confirm(self, changes: Changes) -> None:
        """These changes are published: leads need not carry them any more. What is published again at the beginning is not in `pending`."""
        for key, told in changes:
            left = self.pending.get(key, [])[len(told) :]
            if left:
                self.pending[key] = left
            else:
                self.pending.pop(key, None)
