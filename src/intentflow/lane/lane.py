"""The lane: the partitions that this worker owns, and the way of a chunk through them. A thin shell around `protocol.py`.

What is unusual here: nothing acknowledges a chunk but its own effects. Several chunks may be unsettled at once
(`flights.crowded`); each is folded while those before it are still on their way to the broker.
"""

import asyncio
import logging
import time
import uuid
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

from intentflow.lane.chunk import Chunk
from intentflow.lane.due import Due
from intentflow.lane.effects import Effect, Stop
from intentflow.lane.exits import fail_stop
from intentflow.lane.fetching import Fetched
from intentflow.lane.flights import crowded
from intentflow.lane.folding import Core, fold_chunk, fold_control
from intentflow.lane.marks import Topic
from intentflow.lane.metrics import Metrics
from intentflow.lane.performing import Performer
from intentflow.lane.phases import Phase
from intentflow.lane.places import Place
from intentflow.lane.protocol import Partition
from intentflow.lane.reader import Progress
from intentflow.lane.sources import source_topics
from intentflow.lane.taking import take
from intentflow.lane.topic_ids import topic_ids
from intentflow.lane.writing import Writer
from intentflow.settings import Settings
from intentflow.wire.records import Folded
from intentflow.wire.topic_names import TopicNames

log = logging.getLogger(__name__)
TP = tuple[str, int]
Seeker = Callable[[Sequence[TP]], Awaitable[Mapping[TP, Place]]]


class Owned:
    """One partition of ours, and what its time rests on."""

    def __init__(self, part: Partition, performer: Performer) -> None:
        self.part, self.performer = part, performer
        self.due = Due(part.rows)
        self.read: dict[str, int] = {}  # topic -> timestamp of the last record read
        self.clock = 0  # the time that our last clock record says
        self.said_end = 0  # position behind our last control record: until it is folded, no other is written


class Lane:
    """What a worker process owns. One event loop; `generation` is None while no chunk may be folded."""

    def __init__(self, settings: Settings, names: TopicNames, core: Callable[[int], Core], metrics: Metrics) -> None:
        self.settings, self.names, self.metrics = settings, names, metrics
        self.topics = source_topics(names, settings.family_topics)
        self.owned: dict[int, Owned] = {}
        self.generation: int | None = None
        self.reading: Progress | None = None  # how far recovery has come, while there is one
        self.ends: dict[TP, int] = {}  # source -> where the broker's log ends, as last told
        self.fetched: dict[TP, int] = {}  # source -> the client's position
        self.committed: dict[TP, int] = {}
        self.committing = asyncio.Lock()
        self.queued = 0  # chunks between delivery and the agent
        self.asking = False  # whether an answer of the broker about its logs is awaited
        self.answers = 0  # how many have come
        self.beat = time.monotonic()  # when the event loop turned last, as the watchdog saw it
        self.room = asyncio.Event()  # set whenever something settled
        self.writer = Writer(settings.kafka)
        self._make_core, self._cores = core, dict[int, Core]()
        self._busy = 0
        self._token = uuid.uuid4().bytes

    async def start(self) -> None:
        """Connect."""
        await self.writer.start()

    async def stop(self) -> None:
        """Disconnect, after everything has settled."""
        for owned in self.owned.values():
            owned.performer.stop()
        await self.writer.stop()

    # -- ownership -----------------------------------------------------------------------------------------------------

    async def take(self, numbers: Sequence[int], seek: Seeker) -> None:
        """Make these partitions ours, whichever were ours before; afterwards each is ready to be opened (rules 10 to 12)."""
        began = time.monotonic()
        for number in [n for n, owned in self.owned.items() if n not in numbers or not owned.part.may_keep()]:
            self.owned.pop(number).performer.stop()
        kept = len(self.owned)
        ids = await topic_ids(self.writer.client, self.topics)
        topics = [Topic(name, ids.get(name, "")) for name in self.topics]
        mine = dict(self.owned)
        mine.update({n: self._own(Partition(n, topics, self._token)) for n in numbers if n not in mine})
        parts = [owned.part for owned in mine.values()]
        try:
            await take(parts, self.writer, self.settings.kafka, self.names.changelog, self._read)
            await self._begin(mine, await seek([(topic, n) for n in numbers for topic in self.topics]))
        except BaseException:
            for number in mine.keys() - self.owned.keys():
                mine[number].performer.stop()
            raise
        for owned in mine.values():
            owned.due = Due(owned.part.rows)
        self.owned = mine
        self.metrics.fenced.inc(len(parts))
        log.info(
            "partitions %s: %d leads in %.2f s, %d kept", sorted(numbers), self.leads, time.monotonic() - began, kept
        )

    def _read(self, progress: Progress) -> None:
        self.reading = progress
        self.metrics.recovery(progress.done, progress.total, progress.leads)

    def _own(self, part: Partition) -> Owned:
        return Owned(part, Performer(part, self.writer, self.settings, self.names, self.metrics, settled=self.room.set))

    async def _begin(self, mine: Mapping[int, Owned], places: Mapping[TP, Place]) -> None:
        self.ends = {tp: place.end for tp, place in places.items()}
        self.fetched = {tp: place.start for tp, place in places.items()}
        self.committed = {tp: place.committed or 0 for tp, place in places.items()}
        for number, owned in mine.items():
            owned.performer.perform(owned.part.sought({topic: places[topic, number] for topic in self.topics}))
        while any(owned.part.phase is not Phase.READY for owned in mine.values()):
            await self._something_settles()

    def open(self, generation: int) -> None:
        """Chunks of this generation may be folded."""
        for owned in self.owned.values():
            owned.part.open(generation)
        self.queued, self.generation, self.reading = 0, generation, None
        self.metrics.leads.set(self.leads)
        self.metrics.partitions.set(len(self.owned))
        self.room.set()

    def close(self) -> None:
        """No chunk is folded from here on."""
        self.generation = self.reading = None
        for owned in self.owned.values():
            owned.part.close()

    @property
    def leads(self) -> int:
        """How many leads this worker holds."""
        return sum(len(owned.part.rows) for owned in self.owned.values())

    # -- chunks --------------------------------------------------------------------------------------------------------

    async def process(self, chunk: Chunk) -> None:
        """The agent's body: fold one chunk and begin its effects; they settle behind our back, in order."""
        if chunk.generation != self.generation:
            return
        self.queued -= 1
        self._busy += 1
        try:
            await self._fold(chunk)
        except Exception as error:  # Faust would acknowledge the chunk and go on; whatever it is, the process must end
            log.exception("lane")
            fail_stop(f"{chunk.topic}-{chunk.partition}, position {chunk.start}: {error!r}")
        finally:
            self._busy -= 1
            self.room.set()

    async def _fold(self, chunk: Chunk) -> None:
        owned = self.owned[chunk.partition]
        accepted = owned.part.accept(chunk)
        if isinstance(accepted, Stop):
            fail_stop(accepted.reason, accepted.exit_code)
        if not accepted:
            return
        counted_to, began = owned.part.counted_to(chunk.topic), time.perf_counter()
        for effects, folded in self._steps(owned, chunk):
            self.metrics.folded(chunk.topic, folded, time.perf_counter() - began)
            self.metrics.receipts(sum(core.mismatches for core in self._cores.values()))
            self.metrics.refused(
                chunk.topic, (why.reason for record, why in folded.rejected if record.offset >= counted_to)
            )
            owned.performer.perform(effects)
            await asyncio.sleep(0)  # a queue that is never empty would not let the event loop turn
            while owned.part.laden or self.crowded:
                await self._something_settles()
            if chunk.generation != self.generation:
                return  # whoever gets the partition next folds the rest
            began = time.perf_counter()
        self.metrics.chunk_records.inc(len(chunk.records))
        if chunk.records:
            owned.read[chunk.topic] = chunk.records[-1].timestamp

    def _steps(self, owned: Owned, chunk: Chunk) -> Iterable[tuple[list[Effect], Folded]]:
        part, due, core = owned.part, owned.due, self.core(len(owned.part.sources))
        if chunk.topic == self.names.control:
            return fold_control(part, due, core, chunk, self.settings.partitions)
        messages = chunk.topic == self.names.identities
        return fold_chunk(part, due, core, chunk, self.settings.partitions, messages)

    def core(self, sources: int) -> Core:
        """The core for that many sources."""
        if sources not in self._cores:
            self._cores[sources] = self._make_core(sources)
        return self._cores[sources]

    # -- settling ------------------------------------------------------------------------------------------------------

    @property
    def unsettled(self) -> int:
        """Writes whose effects are under way."""
        return sum(len(owned.part.flights) for owned in self.owned.values())

    @property
    def crowded(self) -> bool:
        """Whether something must settle before more is folded."""
        under_way = [flight.records for owned in self.owned.values() for flight in owned.part.flights.queue]
        return crowded(under_way, self.settings.in_flight, self.settings.chunk)

    async def _something_settles(self) -> None:
        self.room.clear()
        await self.room.wait()

    async def settle(self) -> None:
        """Wait until nothing is under way (rule 13). The producer's timeouts bound it: a batch that isn't acknowledged ends the process."""
        while self._busy or self.unsettled:
            await self._something_settles()

    def marks(self) -> dict[TP, int]:
        """What may be committed and is not: everything before it is durable and published."""
        done = {(topic, n): end for n, owned in self.owned.items() for topic, end in owned.part.done.items()}
        return {tp: end for tp, end in done.items() if end > self.committed.get(tp, 0)}

    def forget_marks(self) -> None:
        """What could not be committed by now belongs to whoever gets the partition next; a late commit would set it back."""
        for owned in self.owned.values():
            owned.part.done = {}

    @property
    def sources(self) -> list[TP]:
        """Every source of every partition that is ours."""
        return list(self.fetched)

    def broker_has(self, ends: Mapping[TP, int], fetched: Sequence[Fetched]) -> None:
        """Where the broker's logs end, and how far we have fetched."""
        for one in fetched:
            self.fetched[one.topic, one.partition] = one.end
        for tp, end in ends.items():
            self.ends[tp] = max(end, self.ends[tp], self.fetched[tp])

    def lag(self, topic: str, number: int) -> int:
        """Records that the broker is known to have of a source and that are not folded."""
        return max(0, self.ends.get((topic, number), 0) - self.owned[number].part.next[topic])
