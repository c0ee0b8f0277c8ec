"""Several partitions of leads that may turn out to be one person, and beside them the reference, told the same records in the same order.

The fold goes through its door, in chunks, and its rows and messages are bytes in between. What leads tell each other lies about until it is
chosen: of two messages either may come first, unless they are of one sender to one receiver.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

from hypothesis import strategies as st
from msgspec.structs import replace

from intentflow.domain.bonds import rank
from intentflow.domain.event import AnyRecord, Link, key_of
from intentflow.domain.lead import NOTICE, Lead
from intentflow.domain.rules import AXES, Axis, ScoringModel
from intentflow.oracle import Message, Notice, Reference
from intentflow.wire.changes import decode_change, decode_notice
from intentflow.wire.chunk import Scorer
from intentflow.wire.events import decode, encode
from intentflow.wire.messages import decode_message
from intentflow.wire.murmur2 import partition_of
from intentflow.wire.records import Folded
from intentflow.wire.rejections import Rejection
from intentflow.wire.rows import decode_row, due_of, encode_row
from tests.domain.arms import Move, as_told, milliseconds
from tests.domain.strategies import Choices, Step, histories, many
from tests.oracle.made import T0, moment

EVENTS, CONTROL, IDENTITIES = range(3)
PEOPLE: tuple[dict[str, str], ...] = (
    {"lead_id": "a"},
    {"lead_id": "b"},
    {"email": "x@y.example"},
    {"visitor_id": "v"},
    {"visitor_id": "v"},
    {"visitor_id": "w"},
    {"lead_id": "a", "visitor_id": "v"},
    {"lead_id": "b", "visitor_id": "v"},
    {"email": "x@y.example", "visitor_id": "w"},
)
KNOWN: tuple[dict[str, str], ...] = (
    {"lead_id": "a", "email": "x@y.example"},
    {"lead_id": "b", "same_as": "a"},
    {"lead_id": "b", "email": "x@y.example"},
    {"email": "x@y.example", "same_as": "Z@y.example"},
    {"lead_id": "c", "email": "z@y.example"},
    {"lead_id": "c", "same_as": "b"},
    {"lead_id": "a", "same_as": "a"},
)
LINKS = (
    *KNOWN,
    {"lead_id": "a", "visitor_id": "v"},
    {"lead_id": "b", "visitor_id": "w"},
    {"email": "z@y.example", "visitor_id": "v"},
)


class Line(NamedTuple):
    """A record as the Kafka client gives it."""

    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()


class Told(NamedTuple):
    """An event or link and when it was received, or the time that a clock says."""

    record: AnyRecord | None
    at: int


def link(names: dict[str, str], at: int, event_id: str = "link") -> Link:
    return Link(event_id=event_id, occurred_at=moment(at), **names)


def whose(
    choose: Choices, step: Step, number: int, links: Sequence[dict[str, str]], people: Sequence[dict[str, str]]
) -> Told:
    """A step of a history is somebody's event, or now and then a link instead."""
    late = choose.one((0, 0, 0, 40, 300))
    if step.event is None:
        return Told(None, step.at)
    if choose.below(4) == 0:
        return Told(link(choose.one(links), step.at - T0, f"link {number}"), step.at + late)
    made = replace(step.event, **{"visitor_id": None, "email": None} | choose.one(people))
    ahead = choose.one((0, 0, 0, 300_000, 300_001))
    return Told(made, step.at + late - ahead)


@st.composite
def traffic(
    draw: st.DrawFn, links: Sequence[dict[str, str]] = LINKS, people: Sequence[dict[str, str]] = PEOPLE, most: int = 25
) -> list[Told]:
    """Events of a few people under several ids, links and clocks, in the order of their arrival."""
    steps = draw(histories(most))
    chosen = zip(many(draw, len(steps)), steps, strict=True)
    return [whose(choose, step, n, links, people) for n, (choose, step) in enumerate(chosen)]


class Town:
    """`choose(n)` chooses below n: what is read next, and how much of it. `twice`: each message is published once more, later."""

    def __init__(self, model: ScoringModel, partitions: int, choose: Callable[[int], int], twice: bool = False) -> None:
        self.scorer, self.reference = Scorer(model, sources=3), Reference(model)
        self.choose, self.twice = choose, twice
        self.partitions = partitions
        self.rows: list[dict[bytes, bytes]] = [{} for _ in range(partitions)]
        self.logs: dict[tuple[int, int], list[Line]] = {
            (n, s): [] for n in range(partitions) for s in (EVENTS, IDENTITIES)
        }
        self.read = dict.fromkeys(self.logs, 0)
        self.on_the_way: list[tuple[bytes, bytes, bytes]] = []  # sender, receiver, payload
        self.moves: dict[bytes, list[Move]] = {}
        self.notices: dict[bytes, list[Notice]] = {}
        self.told: dict[tuple[bytes, int], Message] = {}  # by the reference
        self.last: dict[bytes, int] = {}  # number of each sender
        self.outcomes: Counter[str] = Counter()
        self.wanted: Counter[str] = Counter()

    def live(self, history: Sequence[Told]) -> None:
        """All of it happens, and meanwhile what was told is heard, or some of it."""
        for told in history:
            if told.record is None:
                self.clock(told.at)
            else:
                self.add(EVENTS, Told(told.record, told.at))
            while self.choose(3) and self.go_on():
                pass
        self.rest()

    def rest(self) -> None:
        """Until nothing is under way."""
        while self.go_on():
            pass

    def add(self, source: int, told: Told) -> None:
        assert told.record is not None
        self.put(source, key_of(told.record), encode(told.record), told.at)

    def put(self, source: int, key: bytes, value: bytes, at: int) -> None:
        log = self.logs[partition_of(key, self.partitions), source]
        log.append(Line(len(log), at, key, value))

    def go_on(self) -> bool:
        """Publish a message or fold a chunk; False if there is nothing to do."""
        waiting = [place for place, log in self.logs.items() if self.read[place] < len(log)]
        heads = {(sender, to): n for n, (sender, to, _) in reversed(list(enumerate(self.on_the_way)))}
        if not waiting and not heads:
            return False
        chosen = self.choose(len(waiting) + len(heads))
        if chosen >= len(waiting):
            self._publish(list(heads.values())[chosen - len(waiting)])
        else:
            self._chunk(*waiting[chosen])
        return True

    def _publish(self, n: int) -> None:
        sender, to, payload = self.on_the_way.pop(n)
        self.put(IDENTITIES, to, payload, T0)
        if self.twice and self.choose(2):
            self.on_the_way.insert(n + self.choose(len(self.on_the_way) - n + 1), (sender, to, payload))

    def _chunk(self, number: int, source: int) -> None:
        log, start = self.logs[number, source], self.read[number, source]
        chunk = log[start : start + 1 + self.choose(3)]
        self.read[number, source] = start + len(chunk)
        for line in chunk:
            self.wanted[self._refer(line, source)] += 1
        self._collect()
        folded = self.scorer.fold_events(
            self.rows[number], chunk, source, number, self.partitions, messages=source == IDENTITIES
        )
        self._apply(number, folded)

    def _refer(self, line: Line, source: int) -> str:
        """The reference reads the record."""
        key = line.key or b""
        if source == IDENTITIES:
            message = decode_message(line.value)
            assert not isinstance(message, Rejection)
            return self.reference.hear(key, self.told[message.sender, message.number])
        event = decode(line.value, line.headers)
        assert not isinstance(event, Rejection)
        if isinstance(event, Link):
            return self.reference.link(key, event, line.timestamp)
        return self.reference.event(key, event, line.timestamp)

    def _collect(self) -> None:
        """What the reference tells; the numbers of a sender only rise."""
        for _, message in self.reference.outbox:
            assert message.number > self.last.get(message.sender, 0)
            self.last[message.sender] = message.number
            self.told[message.sender, message.number] = message
        self.reference.outbox.clear()

    def clock(self, time: int) -> None:
        for number, rows in enumerate(self.rows):
            due = [key for key, row in rows.items() if 0 < due_of(row) <= time]
            self._apply(number, self.scorer.fold_clock(rows, due, time, CONTROL, 0))
        for key in self.reference.leads:
            self.reference.clock(key, time)

    def _apply(self, number: int, folded: Folded) -> None:
        rows = self.rows[number]
        for name in ("counted", "duplicate", "refused", "forwarded", "passed"):
            self.outcomes["too_late" if name == "refused" else name] += getattr(folded, name)
        for key, lead, told in folded.leads:
            rows[key] = encode_row(1, lead)
            for one in told:
                if one.to == NOTICE:
                    self.notices.setdefault(key, []).append(as_told(decode_notice(one.payload)))
                elif one.to is not None:
                    self.on_the_way.append((key, one.to, one.payload))
                else:
                    c = decode_change(one.payload)
                    move = Move(c.sequence, c.from_stage, c.to_stage, milliseconds(c.at) - T0, c.id)
                    self.moves.setdefault(key, []).append(move)
        for key, due in folded.moved:
            rows[key] = rows[key][:5] + due.to_bytes(8, "big") + rows[key][13:]

    def lead(self, key: bytes) -> Lead:
        row = self.rows[partition_of(key, self.partitions)].get(key)
        return Lead([], []) if row is None else decode_row(row)

    @property
    def keys(self) -> list[bytes]:
        return sorted(key for rows in self.rows for key in rows)

    def alias(self, key: bytes) -> bytes:
        bonds = self.lead(key).bonds
        return b"" if bonds is None else bonds.alias

    @property
    def aliases(self) -> dict[bytes, bytes]:
        return {key: self.alias(key) for key in self.keys if self.alias(key)}

    def itself(self, key: bytes) -> bytes:
        """Who the lead with this key is in the end. An alias' target is always smaller, so there is an end."""
        while target := self.alias(key):
            assert rank(target) < rank(key)
            key = target
        return key

    def scores(self, key: bytes, t: int) -> dict[Axis, float]:
        return dict(zip(AXES, self.scorer.fold.scores.at(self.lead(key), t), strict=True))
