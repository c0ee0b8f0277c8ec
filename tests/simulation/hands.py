"""How a simulated process performs what its protocol asks for: in single steps, any of which may be its last.

A request is *sent*, later *lands* at the broker batch by batch (or never), later is *answered* (or never). Requests of one process
to one topic land in the order in which they were sent, as the idempotent producer has it; what was sent may land also when the
process is dead or frozen.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from intentflow.lane.changelog import headers_of_tombstone
from intentflow.lane.effects import Effect, Publish, ReadGap, Stop, WriteLog
from intentflow.lane.protocol import Partition
from tests.simulation.world import CHANGELOG, CHANGES, CONTROL, IDENTITIES, OFFSETS, REJECTIONS, World

Places = list[tuple[int, int]]  # offset and count of each batch


class Request:
    """Something sent to the broker."""

    __slots__ = ("answer", "batches", "places", "topic", "what")

    def __init__(
        self, topic: str, what: str, batches: Sequence[Sequence[Any]], answer: Callable[[Places], None]
    ) -> None:
        self.topic, self.what = topic, what
        self.batches, self.answer = batches, answer
        self.places: Places = []


class Connection:
    """What a process has sent, by topic, and what of it has landed and not been answered."""

    def __init__(self, world: World, name: str) -> None:
        self.world, self.name = world, name
        self.sent: dict[str, deque[Request]] = {
            topic: deque() for topic in (CHANGELOG, CHANGES, REJECTIONS, IDENTITIES, CONTROL, OFFSETS)
        }
        self.landed: list[Request] = []

    def send(self, request: Request) -> None:
        self.world.say(self.name, "sends", request.what, "to", request.topic)
        if request.batches:
            self.sent[request.topic].append(request)
        else:
            self.landed.append(request)

    def land(self, topic: str) -> None:
        """The next batch to this topic lands."""
        request = self.sent[topic][0]
        batch = request.batches[len(request.places)]
        offset = self.world.take(topic, batch, self.name)
        request.places.append((offset, len(batch)))
        self.world.say("  ", topic, "has", request.what, "of", self.name, "at", offset, f"({len(batch)})")
        if len(request.places) == len(request.batches):
            self.sent[topic].popleft()
            self.landed.append(request)

    def lose(self, topic: str) -> None:
        """What was sent to this topic and has not landed never will."""
        self.world.say("  ", topic, "never gets", [request.what for request in self.sent[topic]], "of", self.name)
        self.sent[topic].clear()

    def waiting(self) -> list[str]:
        """Topics that something was sent to which has not landed."""
        return [topic for topic, requests in self.sent.items() if requests]


class Hands:
    """What one partition's protocol asks for: asked, not yet sent. `performing.Performer`, one step at a time."""

    def __init__(self, part: Partition, connection: Connection, stop: Callable[[Stop], None]) -> None:
        self.part, self.connection, self._stop = part, connection, stop
        self.writes: deque[WriteLog] = deque()
        self.outs: deque[Publish] = deque()
        self.gaps: list[ReadGap] = []
        self.stopped = False

    def perform(self, effects: Iterable[Effect]) -> None:
        """Take effects to be performed; `Stop` ends the process before what comes after it."""
        for effect in effects:
            match effect:
                case WriteLog():
                    self.writes.append(effect)
                case Publish():
                    self.outs.append(effect)
                case ReadGap():
                    self.gaps.append(effect)
                case Stop():
                    self._stop(effect)
                    return
                case _:
                    raise AssertionError(f"nobody performs {effect!r} here")

    def moves(self) -> list[Callable[[], None]]:
        """The steps that can be taken now."""
        found: list[Callable[[], None]] = []
        if self.writes:
            found.append(self.write)
        if self.outs:
            found.append(self.publish)
        if self.gaps:
            found.append(self.read_gap)
        return found

    def _answered(self, event: Callable[..., list[Effect]], *arguments: Any) -> None:
        if not self.stopped:
            self.perform(event(*arguments))

    def write(self) -> None:
        effect = self.writes.popleft()
        erased = headers_of_tombstone(effect.epoch)
        batches = self._cut([(key, row, () if row is not None else erased) for key, row in effect.items])
        self.connection.send(
            Request(
                CHANGELOG,
                f"write {effect.ticket}",
                batches,
                lambda at: self._answered(self.part.landed, effect.ticket, at),
            )
        )

    def _cut(self, items: Sequence[Any]) -> list[Sequence[Any]]:
        """A large write is several batches; others' may land between them."""
        dice = self.connection.world.dice
        if len(items) < 2 or dice.random() < 0.8:
            return [items]
        self.connection.world.seen["writes in several batches"] += 1
        at = dice.randrange(1, len(items))
        return [items[:at], items[at:]]

    def publish(self) -> None:
        effect = self.outs.popleft()
        told = [(key, one) for key, news in effect.changes for one in news]
        changes = [(key, one.payload) for key, one in told if one.to is None]
        messages = [(one.to, one.payload) for _, one in told if one.to]
        refused = [(effect.topic, record.offset) for record, _ in effect.refused]
        left = [3]

        def answered(_: Places) -> None:
            left[0] -= 1
            if not left[0]:
                self._answered(self.part.published, effect.ticket)

        for topic, items in ((CHANGES, changes), (REJECTIONS, refused), (IDENTITIES, messages)):
            self.connection.send(Request(topic, f"publish {effect.ticket}", [items] if items else [], answered))

    def read_gap(self) -> None:
        effect = self.gaps.pop(0)
        found = [r for low, high in effect.ranges for r in self.connection.world.changelog.between(low, high)]
        self.connection.world.say(self.connection.name, "reads the gap", effect.ranges)
        self.connection.world.seen["gaps read"] += 1
        self._answered(self.part.gap_read, effect.ticket, found)
