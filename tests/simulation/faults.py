"""What goes wrong: each fault once, as one step of a schedule."""

from typing import TYPE_CHECKING

from intentflow.lane.effects import WriteFence
from tests.simulation.habits import FAULTS
from tests.simulation.traffic import CONTROL, FED, MINUTE
from tests.simulation.worker import Worker
from tests.simulation.world import CHANGELOG

if TYPE_CHECKING:
    from tests.simulation.schedule import Schedule


class Faults:
    """The faults of one schedule."""

    def __init__(self, schedule: "Schedule") -> None:
        self.schedule, self.world, self.dice = schedule, schedule.world, schedule.dice
        weights = schedule.habits.faults
        self._kinds = [getattr(self, fault.replace(" ", "_")) for fault in FAULTS]
        self._weights = [weights[fault] for fault in FAULTS]

    def strike(self) -> None:
        """One of them."""
        [fault] = self.dice.choices(self._kinds, self._weights)
        fault()

    def _any(self, workers: list[Worker]) -> Worker | None:
        return self.dice.choice(workers) if workers else None

    # -- processes -----------------------------------------------------------------------------------------------------

    def crash(self) -> None:
        """A process is killed; what it has sent may still land."""
        worker = self._any(self.schedule.workers)
        if worker is not None:
            for moment in moments(worker):
                self.world.seen[f"crash {moment}"] += 1
            worker.die("is killed")

    def freeze(self) -> None:
        worker = self._any([w for w in self.schedule.workers if not w.frozen])
        if worker is not None:
            worker.frozen = True
            self.world.say(worker.name, "freezes")

    def usurp(self) -> None:
        """Whoever believes the partition is its own freezes for longer than its session, and another is given it."""
        busy = self._any([w for w in self.schedule.workers if not w.waiting])
        if busy is None:
            return
        busy.frozen = True
        self.world.say(busy.name, "freezes for long")
        waiting = [w for w in self.schedule.workers if w.waiting and not w.frozen]
        if not waiting and len(self.schedule.workers) < self.schedule.habits.processes:
            waiting = [self.schedule.start()]
        if waiting:
            self.schedule.hand_to(self.dice.choice(waiting))

    def thaw(self) -> None:
        worker = self._any([w for w in self.schedule.workers if w.frozen])
        if worker is not None:
            worker.frozen = False
            self.world.say(worker.name, "wakes")
            if worker.member != self.world.generation and not worker.waiting:
                self.world.seen["zombies woken"] += 1
                if worker.job is not None:
                    self.world.seen["zombies woken while taking"] += 1
                    fencing = isinstance(worker.job.effect, WriteFence)
                    self.world.seen["zombies woken before their own fence"] += fencing

    def leave(self) -> None:
        """A process is told that partitions are handed out anew."""
        worker = self._any([w for w in self.schedule.workers if not (w.waiting or w.leaving or w.frozen)])
        if worker is not None:
            worker.leave()

    def start(self) -> None:
        if len(self.schedule.workers) < self.schedule.habits.processes:
            self.schedule.start()

    def hand_over(self) -> None:
        """The group gives the partition to one that waits: it waited for its last owner to leave, or not (its session was over)."""
        worker = self._any([w for w in self.schedule.workers if w.waiting and not w.frozen])
        if worker is None:
            return
        others = [w for w in self.schedule.workers if w is not worker and not w.waiting]
        if others:
            self.world.seen["handed over from under a process"] += 1
        self.schedule.hand_to(worker)

    # -- requests ------------------------------------------------------------------------------------------------------

    def lose(self) -> None:
        """What a dead process has sent to a topic and has not landed never will."""
        gone = [w for w in self.schedule.gone if w.connection.waiting()]
        if gone:
            connection = self.dice.choice(gone).connection
            connection.lose(self.dice.choice(connection.waiting()))
            self.world.seen["requests of the dead lost"] += 1

    def refuse(self) -> None:
        """A request fails, and the process ends for it."""
        worker = self._any([w for w in self.schedule.workers if w.connection.waiting() and not w.frozen])
        if worker is not None:
            worker.connection.lose(self.dice.choice(worker.connection.waiting()))
            self.world.seen["requests refused"] += 1
            worker.die("ends: a batch was not acknowledged")

    def repeat(self) -> None:
        """An answer is lost, the producer sends again, and the broker says that it has it already: without an offset."""
        worker = self._any([w for w in self.schedule.workers if w.connection.landed and not w.frozen])
        if worker is None:
            return
        request = self.dice.choice(worker.connection.landed)
        if request.topic == CHANGELOG and request.places:
            worker.excuses |= {"where", "is not in the changelog"}
            request.places[-1] = -1, request.places[-1][1]
            self.world.seen["answers without an offset"] += 1
            self.world.say("the answer to", request.what, "of", worker.name, "has no offset")

    # -- the broker ----------------------------------------------------------------------------------------------------

    def compact(self) -> None:
        self.world.compact()

    def pause(self) -> None:
        """Nothing happens for minutes."""
        self.world.pass_time(self.dice.choice((2, 6, 11)) * MINUTE)

    def mark(self) -> None:
        """The broker itself takes an offset of a source."""
        self.world.sources[self.dice.choice(FED)].mark()

    def noise(self) -> None:
        """Somebody writes on the control topic what is no clock record."""
        self.world.sources[CONTROL].append(b"x", b"{}", self.world.now)


def moments(worker: Worker) -> list[str]:
    """Between which of its effects a process is killed."""
    hands = worker.job.hands if worker.job is not None else worker.owned
    found = [f"while {hands.part.phase}"] if hands is not None else []
    if worker.leaving:
        found.append("while it leaves")
    if hands is not None:
        found += ["with a write not sent"] * bool(hands.writes) + ["with changes not sent"] * bool(hands.outs)
    found += [f"with something on its way to {topic}" for topic in worker.connection.waiting()]
    found += sorted({f"with no answer yet from {request.topic}" for request in worker.connection.landed})
    if worker.steps is not None:
        clock = worker.folding is not None and worker.folding.topic == CONTROL
        found.append("between two slices of a clock record" if clock else "between two pieces of a chunk")
    return found
