"""A simulated process: takes the partition, folds chunks, settles, commits, says what time it is. One step at a time.

It does what `lane.py`, `timekeeping.py`, `delivery.py` and `rebalance.py` do around the protocol, which is the real one.
"""

from collections.abc import Iterator
from functools import partial

from intentflow.lane.chunk import Chunk
from intentflow.lane.clock import Reading, reached
from intentflow.lane.due import Due
from intentflow.lane.effects import Effect, Stop
from intentflow.lane.folding import fold_chunk, fold_control
from intentflow.lane.phases import Phase
from intentflow.lane.protocol import Partition
from intentflow.lane.stubs import take_over
from intentflow.wire.control import encode_clock
from intentflow.wire.records import Folded
from tests.simulation.habits import Habits
from tests.simulation.hands import Hands, Places, Request
from tests.simulation.taker import Move, Taker
from tests.simulation.traffic import CONTROL, FED, IDENTITIES, PARTITIONS, SECOND, scorer
from tests.simulation.world import OFFSETS, World

QUEUE = 3  # chunks between delivery and the fold


class Worker(Taker):
    """One process. `waiting`: it has joined the group and was given nothing; else it has a job, or is open, or leaves."""

    def __init__(self, world: World, name: str, habits: Habits) -> None:
        super().__init__(world, name, habits)
        self.generation: int | None = None  # in which chunks are folded
        self.member = 0  # the group's generation, as this process knows it
        self.leaving = self.frozen = False
        self.excuses: set[str] = set()  # faults that were injected and that it may end for
        self.queue: list[Chunk] = []
        self.steps: Iterator[tuple[list[Effect], Folded]] | None = None  # of the chunk that is being folded
        self.folding: Chunk | None = None
        self.committing = False
        self.look: tuple[Partition, int, int] | None = None  # behind the log: whose, where it was to end, where it ends
        self.fresh()

    def fresh(self) -> None:
        self.read: dict[str, int] = {}  # topic -> timestamp of the last record folded
        self.clock = self.clock_end = 0

    @property
    def waiting(self) -> bool:
        return self.job is None and self.generation is None and not self.leaving

    def moves(self) -> list[Move]:
        """Every step that this process can take now."""
        if self.dead or self.frozen:
            return []
        found: list[Move] = []
        if self.owned is not None:
            found += self.owned.moves()
        if self.job is not None:
            found += self.job_moves(self.job)
            if self.job.hands is not self.owned:
                found += self.job.hands.moves()
        if self.connection.landed and (not self.habits.deaf or self.world.dice.random() > self.habits.deaf):
            found.append(self.hear)
        if self.steps is not None and self._room():
            found.append(self.fold_on)
        if self.generation is not None and self.owned is not None:
            found += self._open_moves(self.owned.part)
        if self.leaving and self.steps is None and not (self.owned and self.owned.part.flights) and not self.committing:
            found.append(self.left)
        return found

    def _open_moves(self, part: Partition) -> list[Move]:
        found: list[Move] = []
        if len(self.queue) < QUEUE and any(at < self.world.sources[topic].end for topic, at in self.position.items()):
            found.append(self.fetch)
        if self.queue and self.steps is None and self._room():
            found.append(self.fold)
        if not self.committing and any(end > self.committed.get(topic, 0) for topic, end in part.done.items()):
            found.append(self.commit)
        if take_over(dict(part.stubs), part.rows, part.pending, self._by_number(part)):
            found.append(self.let_go)
        if self.look is not None:
            found.append(self.looked)
        elif part.phase is Phase.OPEN and not part.flights and part.flights.expected != self.world.changelog.end:
            found.append(self.look_behind)
        if (time := self.clock_due(part)) is not None:
            found.append(partial(self.say_clock, part, time))
        return found

    def _by_number(self, part: Partition) -> dict[int, int]:
        return {part.sources[topic]: position for topic, position in self.committed.items()}

    def let_go(self) -> None:
        """What is left of erased leads goes: `timekeeping._let_go`."""
        assert self.owned is not None
        self.world.say(self.name, "lets go of some of", list(self.owned.part.stubs))
        self.owned.perform(self.owned.part.committed(self.committed))

    def _room(self) -> bool:
        if self.owned is None:
            return True
        part = self.owned.part
        return not part.laden and len(part.flights) < self.habits.in_flight

    def hear(self) -> None:
        """Any of the answers that wait is heard; they need not come in order."""
        landed = self.connection.landed
        request = landed.pop(self.world.dice.randrange(len(landed)))
        self.world.say(self.name, "hears of", request.what, "to", request.topic, request.places)
        request.answer(request.places)

    # -- the group -----------------------------------------------------------------------------------------------------

    def assigned(self, generation: int) -> None:
        """The group gave this process the partition. It must be `waiting`."""
        self.member = generation
        self.take(generation)

    def open(self) -> None:
        assert self.job is not None
        self.owned, self.generation = self.job.hands, self.job.generation
        self.due = Due(self.owned.part.rows)
        self.owned.part.open(self.generation)
        self.job = None
        self.world.seen["opened"] += 1
        self.world.say(self.name, "opens generation", self.generation, "as epoch", self.owned.part.epoch)

    def leave(self) -> None:
        """The partition is taken away, as far as this process knows: close first, then settle, then commit (rule 13)."""
        self.world.say(self.name, "leaves")
        self.abandon()
        self.generation = self.look = None
        if self.owned is not None:
            self.owned.part.close()
        self.leaving = True

    def left(self) -> None:
        """All is settled: commit, and when that is answered join the group again."""
        if self.owned is not None and self._marks(self.owned):
            self.commit()
            return
        self.leaving = False
        if self.owned is not None:
            self.owned.part.done = {}

    def _marks(self, hands: Hands) -> dict[str, int]:
        return {topic: end for topic, end in hands.part.done.items() if end > self.committed.get(topic, 0)}

    def commit(self) -> None:
        assert self.owned is not None
        marks, self.committing = self._marks(self.owned), True

        def answered(places: Places) -> None:
            self.committing = False
            if places[0][0]:
                self.committed.update(marks)
            elif self.leaving and self.owned is not None:
                self.owned.part.done = {}

        self.connection.send(Request(OFFSETS, f"commit {marks}", [[(self.member, marks)]], answered))

    # -- chunks --------------------------------------------------------------------------------------------------------

    def fetch(self) -> None:
        """Take what one source has; the position moves."""
        dice = self.world.dice
        sources = self.world.sources
        again = self._again()
        topic = dice.choice(list(again) or [topic for topic, at in self.position.items() if at < sources[topic].end])
        log, start = sources[topic], self.position[topic]
        self.ends[topic] = log.end
        limit = again.get(topic, log.end)
        records = log.between(start, limit)[: dice.randint(1, self.habits.chunk)]
        end = limit if not records or records[-1] is log.between(start, limit)[-1] else records[-1].offset + 1
        if self.habits.hole and len(records) > 1 and dice.random() < self.habits.hole:
            self.excuses.add("a hole in")
            start = records[1].offset
            records = records[1:]
        assert self.generation is not None
        self.position[topic] = end
        self.queue.append(Chunk(topic, 0, start, end, records, self.generation))

    def _again(self) -> dict[str, int]:
        """The sources that are fetched again, and up to where."""
        assert self.owned is not None
        ends = ((topic, at, self.owned.part.counted_to(topic)) for topic, at in self.position.items())
        return {topic: end for topic, at, end in ends if at < end}

    def fold(self) -> None:
        """The next chunk of any topic; the order between topics is chance, but for what is read again."""
        assert self.owned is not None
        part = self.owned.part
        first = {chunk.topic: at for at, chunk in reversed(list(enumerate(self.queue)))}
        again = [at for topic, at in first.items() if topic in part.again()]
        chunk = self.queue.pop(self.world.dice.choice(again or list(first.values())))
        accepted = part.accept(chunk)
        if isinstance(accepted, Stop):
            self.end(accepted)
        if accepted is not True:
            self.world.seen["chunks of an old generation dropped"] += 1
            return
        redelivered = sum(record.offset < part.counted_to(chunk.topic) for record in chunk.records)
        self.world.seen["records redelivered"] += redelivered
        self.world.say(self.name, "folds", chunk.topic, f"{chunk.start}-{chunk.end},", redelivered, "again")
        if chunk.topic == CONTROL:
            self.steps = fold_control(part, self.due, scorer(self.habits.told), chunk, PARTITIONS)
        else:
            messages = chunk.topic == IDENTITIES
            self.steps = fold_chunk(part, self.due, scorer(self.habits.told), chunk, PARTITIONS, messages)
        self.folding = chunk
        self.fold_on()

    def fold_on(self) -> None:
        """One step of the chunk; the generation may have gone by since the last."""
        assert self.folding is not None
        assert self.steps is not None
        chunk = self.folding
        done = None if chunk.generation != self.generation else next(self.steps, None)
        if done is None:
            self.steps = self.folding = None
            if chunk.records and chunk.generation == self.generation:
                self.read[chunk.topic] = chunk.records[-1].timestamp
            return
        effects, folded = done
        self.world.seen["records skipped"] += folded.skipped
        self.world.seen["chunks cut"] += folded.end is not None
        if self.owned is not None:
            self.world.seen["partitions laden"] += self.owned.part.laden
            self.owned.perform(effects)

    # -- time ----------------------------------------------------------------------------------------------------------

    def clock_due(self, part: Partition) -> int | None:
        """The time that a clock record should say now, if any: `timekeeping._say`."""
        world = self.world
        if part.phase is not Phase.OPEN or part.next[CONTROL] < self.clock_end or self.clock + SECOND > world.now:
            return None
        lags = {topic: max(0, self.ends[topic] - part.next[topic]) for topic in (*FED, IDENTITIES)}
        now = reached(world.now, (Reading(lag, self.read.get(topic)) for topic, lag in lags.items()))
        return now if now is not None and now > self.clock and self.due.any_by(now) else None

    def say_clock(self, part: Partition, time: int) -> None:
        sources = self.world.sources
        self.world.witness.clock(
            time,
            (r for topic in (*FED, IDENTITIES) for r in sources[topic].between(part.next[topic], self.ends[topic])),
        )
        self.clock_end = 1 << 60  # until the answer comes

        def answered(places: Places) -> None:
            self.clock, self.clock_end = time, places[0][0] + 1

        self.connection.send(Request(CONTROL, f"clock {time}", [[encode_clock(time)]], answered))

    def look_behind(self) -> None:
        """Ask where the log ends, while nothing of ours is under way."""
        assert self.owned is not None
        part = self.owned.part
        self.look = part, part.flights.expected, self.world.changelog.end

    def looked(self) -> None:
        assert self.owned is not None
        assert self.look is not None
        (part, expected, end), self.look = self.look, None
        if part is self.owned.part and part.flights.expected == expected:
            self.world.seen["looked behind the log"] += 1
            self.owned.perform(part.log_ends(end))
