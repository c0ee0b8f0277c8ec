"""The protocol of one partition as a state machine: events in, effects out. No I/O, no clock, no task, no Faust.

It decides when a partition is ours, what must be durable before what may be published, what may be committed, and when
the process must end (design 8; each rule is named where it is kept). Whoever performs the effects may die between any
two of them; whoever comes after starts from the changelog and the committed offsets alone, and every rule here is there
so that this is enough.

This half is about whose a partition is and where it begins; `settling.py` is about what a folded chunk waits for. A
partition's life is the table in `phases.py`; what is under way is in `flights.py`, how a log is read in `changelog.py`.
"""

from collections.abc import Mapping, Sequence

from intentflow.lane import places
from intentflow.lane.changelog import Changelog
from intentflow.lane.chunk import Chunk
from intentflow.lane.effects import ReadLog, ReadOn, Seek, Stop, WriteFence
from intentflow.lane.flights import Flights
from intentflow.lane.marks import MODEL, SOURCES, Fence, Topic, encode_model, encode_sources
from intentflow.lane.phases import Phase, move
from intentflow.lane.places import Place
from intentflow.lane.settling import Effects, Settling, an_event
from intentflow.lane.stubs import stubs_of
from intentflow.wire.control import ModelRecord


class Partition(Settling):
    """One partition of the leads, as this process owns it."""

    def __init__(self, number: int, topics: Sequence[Topic], token: bytes) -> None:
        super().__init__(number, token)
        self.topics = topics
        self.generation: int | None = None
        self.next: dict[str, int] = {}  # topic -> the position that may be folded next
        self._grown = False  # whether the record of sources must be written

    # -- ownership: rules 10 and 11 ------------------------------------------------------------------------------------

    @an_event
    def take(self) -> Effects:
        """The partition was assigned: read it from the beginning."""
        self.phase = move(self.phase, "take")
        self.log, self.flights, self.mended = Changelog(), Flights(), False
        self.pending, self.sources, self.ledgers, self.refusal, self.laden = {}, {}, {}, None, False
        self.stubs = {}
        return [ReadLog()]

    @an_event
    def read_to_end(self) -> Effects:
        """The log was read as far as it went: put a fence behind it."""
        self.phase = move(self.phase, "read_to_end")
        return self._fence(self.log.epoch + 1)

    def _fence(self, epoch: int) -> Effects:
        self.epoch = epoch
        return [WriteFence(Fence(epoch, self.token))]

    @an_event
    def fence_landed(self, offset: int) -> Effects:
        """Our fence lies at this offset."""
        if self.phase is Phase.KEEPING:
            return self._kept(offset)
        self.phase = move(self.phase, "fence_landed")
        self.flights.expected = offset + 1
        return [ReadOn(offset + 1)]

    @an_event
    def read_on(self) -> Effects:
        """The log was read up to and with our fence."""
        if self.log.last_fence != Fence(self.epoch, self.token):
            lost = f"partition {self.number}: our fence of epoch {self.epoch} is not in the changelog where it was acknowledged"
            return [Stop(lost)]
        if self.log.outranked:  # somebody took this epoch, or a higher one, just before: theirs is the log up to here
            self.phase = move(self.phase, "outranked")
            return self._fence(self.log.epoch + 1)
        self.phase = move(self.phase, "confirmed")
        known = self.log.sources()
        if mistaken := places.made_again(known, self.topics):
            return [Stop(mistaken, exit_code=2)]
        numbered = places.numbered(known, self.topics)
        self._grown = numbered != known
        if self._grown:
            self.log.marks[SOURCES] = encode_sources(self.epoch, numbered)
        self.sources = {topic.name: number for number, topic in enumerate(numbered)}
        self.ledgers, self.stubs = self.log.ledgers(), stubs_of(self.rows)
        return [Seek()]

    @property
    def model(self) -> str:
        """The hash of the scoring model that took effect last; empty if none has yet."""
        return self.log.model()[0]

    @property
    def model_at(self) -> int:
        """When that model took effect, in epoch milliseconds; 0 if that is not known."""
        return self.log.model()[1]

    def note_model(self, said: ModelRecord) -> list[tuple[bytes, bytes | None]]:
        """Every lead was brought to this model: what is to be written of it, behind them. It took effect when that was said first."""
        if self.model == said.model:
            return []
        self.log.marks[MODEL] = row = encode_model(self.epoch, said.model, said.at)
        return [(MODEL, row)]

    def may_keep(self) -> bool:
        """Whether memory may be kept over a rebalance, if a new fence lands where it must (rule 11)."""
        owed = self.flights or self.pending or self.log.shadowed
        return self.phase is Phase.CLOSED and self.mended and not owed

    @an_event
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

    @an_event
    def sought(self, found: Mapping[str, Place]) -> Effects:
        """Every source was sought to `found[topic].start`: mend the log and publish again what may not have got out."""
        self.phase = move(self.phase, "sought")
        looked = (places.refused(topic, self.number, place, self.ledger(topic)) for topic, place in found.items())
        self.refusal = next((stop for stop in looked if stop is not None), None)
        if (
            self.refusal is not None
        ):  # or is it only that a new owner has committed more? Where a write of ours lands, tells
            return self.write(self.log.again([SOURCES], self.epoch), self.flights.launch().ticket)
        self.next = {topic: place.start for topic, place in found.items()}
        self.done = dict(self.next)
        if self.mended:
            return self.ready()
        for topic, place in found.items():  # what was committed is published
            ledger = self.ledger(topic)
            ledger.refused = [offset for offset in ledger.refused if offset >= (place.committed or 0)]
        items = self.log.again([SOURCES], self.epoch) if self._grown else []
        items += self.shadowed()
        again = places.unpublished(
            self.rows, {self.sources[topic]: place.committed or 0 for topic, place in found.items()}
        )
        if not items and not again:
            return self.ready()
        return self.write(items, self.flights.launch(changes=again).ticket)

    def open(self, generation: int) -> None:
        """Chunks of this generation may be folded."""
        self.phase, self.generation = move(self.phase, "open"), generation

    def close(self) -> None:
        """The generation is over (rule 13, first step): no chunk is folded; what is under way goes on."""
        if self.phase is Phase.ENDED:
            return
        self.mended = self.mended and self.phase in (Phase.OPEN, Phase.READY, Phase.TAKEN, Phase.CLOSED)
        self.phase, self.generation = move(self.phase, "close"), None

    def again(self) -> dict[str, int]:
        """The sources that are read again, and up to which position: nothing new may be folded before all of that is (rule 12).

        Of the last chunk in the books some leads may not have landed. These must be as they were then when its records come again:
        after newer ones of another topic, what counted would look too late.
        """
        ends = ((topic, at, self.counted_to(topic)) for topic, at in self.next.items())
        return {topic: end for topic, at, end in ends if at < end}

    def accept(self, chunk: Chunk) -> bool | Stop:
        """Whether to fold a chunk now; of an old generation it is dropped, and a hole ends the process, or one that is not its turn."""
        if self.phase is not Phase.OPEN or chunk.generation != self.generation:
            return False
        if wrong := self._out_of_turn(chunk):
            self.phase = Phase.ENDED
            return Stop(wrong)
        self.next[chunk.topic] = chunk.end
        return True

    def _out_of_turn(self, chunk: Chunk) -> str:
        where, expected = f"{chunk.topic}-{self.number}", self.next[chunk.topic]
        if chunk.start != expected:
            return f"a hole in {where}: position {expected} expected, {chunk.start} delivered"
        before = self.again().keys() - {chunk.topic}
        if before and chunk.records and chunk.records[-1].offset >= self.counted_to(chunk.topic):
            return f"new records of {where} before {', '.join(sorted(before))} was read again"
        return ""
