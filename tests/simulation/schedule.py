"""One schedule: a seed decides what happens in which order, at the grain of single effects; then all faults stop, one clean
owner drains everything, and the verdict is spoken.
"""

from collections import Counter
from random import Random

from intentflow.errors import IntentflowError
from tests.simulation import verdict
from tests.simulation.faults import Faults
from tests.simulation.habits import calm, draw
from tests.simulation.traffic import CONTROL, FED, MINUTE, SECOND, Traffic
from tests.simulation.witness import BrokenError
from tests.simulation.worker import Worker
from tests.simulation.world import World

PATIENCE = 4000  # steps in which a clean owner must have drained everything


class Schedule:
    """The processes of one world, and who goes next."""

    def __init__(self, seed: int, seen: Counter[str], trace: list[str] | None = None) -> None:
        self.seed, self.seen = seed, seen
        self.dice = Random(seed)
        self.world = World(self.dice, seen, trace)
        self.habits = draw(self.dice)
        self.world.witness.bounded = self.habits.told == 0
        self.traffic = Traffic(self.dice)
        self.workers: list[Worker] = []
        self.gone: list[Worker] = []  # dead ones, something of which may still land
        self.late: list[Worker] = self.gone  # those of them whose requests may land now
        self.faults = Faults(self)

    def run(self) -> None:
        """Raises `BrokenError` if a promise is broken."""
        self.feed(self.dice.randrange(1, 12))
        self.start()
        try:
            for _ in range(self.habits.steps):
                self.step()
            self.drain()
        except (IntentflowError, LookupError, ValueError, AssertionError) as error:
            raise BrokenError(f"{type(error).__name__}: {error}") from error
        verdict.speak(self.world, self.traffic.shared or self.traffic.ties)

    def step(self) -> None:
        dice, habits, world = self.dice, self.habits, self.world
        world.pass_time(dice.randrange(habits.tick))
        chance = dice.random()
        if chance < habits.fault:
            self.faults.strike()
        elif chance < habits.fault + habits.feed:
            self.feed(dice.randrange(1, 4))
        else:
            self.go_on()
        self.bury()

    def go_on(self) -> bool:
        """Something that was sent lands, or a process takes a step; False if nothing can happen."""
        dice = self.dice
        sent = [(w.connection, topic) for w in self.workers + self.late for topic, q in w.connection.sent.items() if q]
        if sent and dice.random() < self.habits.eager:
            connection, topic = dice.choice(sent)
            connection.land(topic)
            return True
        moves = [move for worker in self.workers for move in worker.moves()]
        if moves:
            dice.choice(moves)()
        elif sent:
            connection, topic = dice.choice(sent)
            connection.land(topic)
        return bool(moves or sent)

    def feed(self, records: int) -> None:
        """Producers send records."""
        for _ in range(records):
            if self.traffic.erases and self.dice.random() < 0.35:
                self.world.sources[CONTROL].append(*self.traffic.erasure(self.world.now), self.world.now)
                self.seen["erasures"] += 1
            if (model := self.traffic.model(self.world.now)) is not None:
                self.world.sources[CONTROL].append(*model, self.world.now)
                self.seen["models"] += 1
            topic = self.dice.choice(FED)
            self.world.sources[topic].append(*self.traffic.record(topic, self.world.now), self.world.now)

    def start(self) -> Worker:
        """A process starts and joins the group."""
        worker = Worker(self.world, f"P{len(self.workers) + len(self.gone) + 1}-{self.seen['processes']}", self.habits)
        self.seen["processes"] += 1
        self.workers.append(worker)
        self.world.say(worker.name, "starts")
        if len(self.workers) == 1:
            self.hand_to(worker)
        return worker

    def hand_to(self, worker: Worker) -> None:
        """The group gives the partition to a process that waits for it."""
        worker.assigned(self.world.hand_to(worker.name))

    def bury(self) -> None:
        """Who is dead decides nothing more. A process may end itself only for a reason."""
        for worker in [worker for worker in self.workers if worker.dead]:
            self.workers.remove(worker)
            self.gone.append(worker)
            if worker.ended is not None:
                verdict.excused(worker, self.seen)

    def drain(self) -> None:
        """All faults stop; one clean process takes the partition while the last requests of the others still land or are lost."""
        for worker in self.workers:
            worker.die("is killed: the end")
        self.bury()
        self.world.say("--- the faults are over")
        self.habits = calm(self.habits)
        owner, world = self.start(), self.world
        self.late = self.gone if self.dice.random() < 0.5 else []
        for wait in (0, MINUTE * 60):
            world.pass_time(wait)
            for _ in range(PATIENCE):
                world.pass_time(SECOND)
                if self.dice.random() < 0.02:
                    self.faults.lose()
                went_on = self.go_on()
                if self.late is not self.gone and (not went_on or self.dice.random() < 0.02):
                    self.late, went_on = self.gone, True
                if owner.dead:
                    raise BrokenError(f"the last owner, with nobody beside it, ended: {owner.ended}")
                if not went_on and self.is_drained(owner):
                    break
                if not went_on:
                    raise BrokenError("nothing can happen, and not all is done")
            else:
                raise BrokenError(f"not drained within {PATIENCE} steps")
            if world.witness.unmended_since() is not None:
                raise BrokenError(f"void records still shadow valid ones: {sorted(world.witness.shadows)}")
        world.compact()

    def is_drained(self, owner: Worker) -> bool:
        """Whether everything is folded, settled and committed."""
        world = self.world
        if owner.owned is None or owner.generation is None or owner.owned.part.flights:
            return False
        ends = {topic: log.end for topic, log in world.sources.items()}
        committed = all(world.committed.get(topic, 0) == end for topic, end in ends.items())
        return committed and owner.owned.part.next == ends
