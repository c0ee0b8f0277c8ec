"""The first half of a simulated process: how the partition becomes its own. What `taking.py` and `Lane.take` do around the protocol."""

from collections.abc import Callable, Sequence
from functools import partial

from intentflow.lane.effects import Effect, ReadLog, ReadOn, Seek, Stop, WriteFence
from intentflow.lane.marks import encode_fence
from intentflow.lane.phases import Phase
from intentflow.lane.places import Place
from intentflow.lane.protocol import Partition
from intentflow.wire.cutting import Bound
from tests.simulation.habits import Habits
from tests.simulation.hands import Connection, Hands, Places, Request
from tests.simulation.traffic import FEW, PARTITION, TOPICS
from tests.simulation.world import CHANGELOG, World

Move = Callable[[], None]


class Job:
    """The partition is being taken for this generation."""

    def __init__(self, generation: int, hands: Hands, effect: Effect) -> None:
        self.generation, self.hands = generation, hands
        self.effect: Effect | None = effect  # what the protocol asks for next; None: it is mending
        self.sent = False
        self.end: int | None = None  # how far it is to read
        self.at = 0  # how far it has read


class Taker:
    """One process, as far as it takes partitions and ends."""

    def __init__(self, world: World, name: str, habits: Habits) -> None:
        self.world, self.name, self.habits = world, name, habits
        self.connection = Connection(world, name)
        self.token = name.encode().rjust(16, b"-")
        self.owned: Hands | None = None
        self.job: Job | None = None
        self.dead = False
        self.ended: Stop | None = None
        self.position: dict[str, int] = {}  # of the client, by topic
        self.ends: dict[str, int] = {}  # of the broker's logs, as last told
        self.committed: dict[str, int] = {}

    def end(self, stop: Stop) -> None:
        """Fail-stop: at once, and without a commit."""
        self.ended = stop
        self.die(f"ends itself: {stop.reason}")

    def die(self, why: str) -> None:
        self.dead = True
        self.world.say(self.name, why)

    def take(self, generation: int) -> None:
        """The group gave this process the partition."""
        owned = self.owned
        if owned is not None and not owned.part.may_keep():
            owned.stopped, self.owned, owned = True, None, None
        if owned is None:
            self.fresh()
            part = Partition(PARTITION, TOPICS, self.token)
            part.bound = Bound(FEW, self.habits.told)
            owned = Hands(part, self.connection, self.end)
            [effect] = owned.part.take()
        else:
            self.world.seen["memory kept, if the fence lands well"] += 1
            [effect] = owned.part.keep()
        self.job = Job(generation, owned, effect)
        self.world.say(self.name, "is given generation", generation, "and begins with", type(effect).__name__)

    def fresh(self) -> None:
        """Nothing is known of the partition."""

    def abandon(self) -> None:
        """The partition is about to be handed out anew: stop taking it."""
        job, self.job = self.job, None
        if job is None:
            return
        self.world.seen[f"taking interrupted while {job.hands.part.phase}"] += 1
        if job.hands.part.phase is Phase.READY:  # `Lane.take` had returned, and the lane was not opened
            self.owned = job.hands
        elif job.hands is not self.owned:
            job.hands.stopped = True

    def job_moves(self, job: Job) -> list[Move]:
        match job.effect:
            case None:
                return [self.open] if job.hands.part.phase is Phase.READY else []
            case WriteFence(fence):
                return [] if job.sent else [partial(self.fence, job, encode_fence(fence))]
            case ReadLog() | ReadOn():
                return [partial(self.read_log, job, job.effect)]
            case Seek():
                return [partial(self.seek, job)]
        raise AssertionError(job.effect)

    def open(self) -> None:
        raise NotImplementedError

    def _next(self, job: Job, effects: Sequence[Effect]) -> None:
        [effect] = effects
        job.sent, job.end = False, None
        if isinstance(effect, ReadLog):
            self.world.seen["memory overtaken"] += 1
            job.at = 0
        job.effect = effect
        if isinstance(effect, Stop):
            self.end(effect)

    def fence(self, job: Job, item: tuple[bytes, bytes]) -> None:
        job.sent = True

        def answered(places: Places) -> None:
            if self.job is job:
                self._next(job, job.hands.part.fence_landed(places[0][0]))

        self.connection.send(Request(CHANGELOG, f"fence {job.hands.part.epoch}", [[item]], answered))

    def read_log(self, job: Job, effect: ReadLog | ReadOn) -> None:
        """Read some of the changelog: up to where it ended when that was asked, or up to our fence."""
        log, part = self.world.changelog, job.hands.part
        if job.end is None:
            job.end = effect.end if isinstance(effect, ReadOn) else log.end
        if job.at < job.end:
            to = min(job.end, job.at + self.world.dice.choice((5, 20, 1000)))
            part.log.feed(log.between(job.at, to))
            job.at = to
        else:
            self.world.say(self.name, "has read up to", job.at)
            self._next(job, part.read_to_end() if isinstance(effect, ReadLog) else part.read_on())

    def seek(self, job: Job) -> None:
        sources, committed = self.world.sources, self.world.committed
        places = {topic: Place(committed.get(topic), 0, log.end) for topic, log in sources.items()}
        self.position = {topic: place.start for topic, place in places.items()}
        self.ends = {topic: place.end for topic, place in places.items()}
        self.committed = {topic: place.committed or 0 for topic, place in places.items()}
        self.world.say(self.name, "seeks", self.position)
        job.effect = None
        job.hands.perform(job.hands.part.sought(places))
