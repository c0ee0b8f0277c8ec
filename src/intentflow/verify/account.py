"""What the sources say of one lead: which of its records count, which don't, and in which order they came.

Decided with the reference alone. Within one topic the order is that of the offsets, and everything follows from it. Between topics the
owner chose, chunk by chunk (`intentflow.lane.order`). A changelog that was not compacted still tells how; otherwise the records are put in
the order of their timestamps. Where a choice could matter to whether a record was too late, the rejections are the witness of it.
"""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from heapq import merge
from itertools import pairwise
from operator import attrgetter
from typing import Generic, NamedTuple, Protocol, TypeVar

from msgspec import Struct

from intentflow.domain.event import AnyEvent, Link, key_of
from intentflow.domain.rules import ScoringModel
from intentflow.oracle.admission import Admission, event_time
from intentflow.oracle.conditions import Kept, kept
from intentflow.verify.log import Written
from intentflow.verify.snapshot import Told
from intentflow.wire.events import decode
from intentflow.wire.murmur2 import partition_of
from intentflow.wire.rejections import Rejection

Place = tuple[int, int]  # source and offset


class Counted(NamedTuple):
    """An event that counts, and its record."""

    told: Told
    event: AnyEvent
    kept: Kept


class OfRecord(Protocol):
    """Something that a record says."""

    @property
    def told(self) -> Told: ...


One = TypeVar("One", bound=OfRecord)


class Step(NamedTuple, Generic[One]):
    """What a row of the lead added: of one source, all up to an offset; `events` is empty if it is a clock record."""

    source: int
    upto: int
    events: Sequence[One]
    row: Written  # that says so


class Account(Struct):
    """What became of a lead's records."""

    inside: list[Counted]  # that its row holds, in the order in which they were folded, as far as that is known
    forgotten: list[Counted]  # that an erasure took out of it, likewise
    lost: list[Counted]  # that count, but lie behind what its row says was applied
    outcomes: dict[Place, str]  # counted, duplicate, or the reason of a rejection
    sources: int  # from how many topics the events came
    either: set[
        Place
    ]  # records with one id on two topics: which of them counted and which was the duplicate is not known
    twins: bool  # some of those say different things, so the score is not known either
    loose: bool = False  # nor what became of any record
    instead: dict[Place, Told] = {}  # of a message that was refused: the record that it carries

    @property
    def newest(self) -> int:
        """The time of the newest event in the row."""
        return max((one.kept.at for one in self.inside), default=0)


def account_of(
    model: ScoringModel,
    key: bytes,
    records: Sequence[Told],
    applied: Sequence[int],
    history: Sequence[Written] | None,
    partition: tuple[int, int],
    too_late: AbstractSet[Place],
    erased: bool = False,
) -> Account:
    """Which of a lead's records count. `applied`: the last offset by source that its row holds; `partition`: its number and their count;
    `too_late`: what the rejections say was too late; `erased`: it was erased, at a moment that only the history can tell."""
    account, decides = Account([], [], [], {}, 0, set(), False), Decider(model)
    events: list[Counted] = []
    here = partition_of(key, partition[1]) == partition[0]
    for told in records:
        event = decode(told.value, told.headers)
        if isinstance(event, Rejection):
            account.outcomes[told.source, told.offset] = event.reason
        elif not here or key_of(event) != key or isinstance(event, Link):  # a link at its place makes a tied lead
            account.outcomes[told.source, told.offset] = "misrouted"
        else:
            events.append(Counted(told, event, kept(model, event, event_time(event, told.timestamp))))
    account.sources = len({one.told.source for one in events})
    if account.sources > 1:
        _twins(account, events, ordered=history is not None)
    account.either |= {(one.told.source, one.told.offset) for one in events if erased and history is None}
    for one in in_order(events, applied, history):
        if one is None:
            account.forgotten, account.inside, decides = account.forgotten + account.inside, [], Decider(model)
            continue
        place = one.told.source, one.told.offset
        if account.sources < 2 and not erased:
            outcome = decides.alone(one.kept)
        elif history is not None:
            outcome = decides.ordered(one.kept, place in too_late)
        else:
            outcome = decides.unordered(one.kept, place in too_late)
        account.outcomes[place] = outcome
        if outcome == "counted":
            (account.inside if one.told.offset <= applied[one.told.source] else account.lost).append(one)
    return account


class Decider:
    """Decides what becomes of a lead's events, one after the other."""

    def __init__(self, model: ScoringModel) -> None:
        self.admission = Admission(model)
        self.counted: set[int] = set()  # hashes of ids

    def alone(self, event: Kept) -> str:
        """The outcome of an event of the only topic: the reference knows."""
        outcome = self.admission.outcome(event)
        if outcome == "counted":
            self.admission.accept(event)
        return outcome

    def ordered(self, event: Kept, refused: bool) -> str:
        """The outcome where the order of what counted is known; what did not count may have come somewhat before it is its turn here."""
        outcome = self.alone(event) if not refused else "too_late"
        return "duplicate" if outcome == "too_late" and not refused else outcome

    def unordered(self, event: Kept, refused: bool) -> str:
        """The outcome where the order is not known: the rejections say what was too late."""
        if refused:
            return "too_late"
        if event.counts and event.id_hash in self.counted:
            return "duplicate"
        self.counted |= {event.id_hash} if event.counts else set()
        return "counted"


def _twins(account: Account, events: Sequence[Counted], ordered: bool) -> None:
    """Notes the ids that came more than once, if the order between topics decides what became of them."""
    by_id: dict[int, list[Counted]] = {}
    for one in events:
        if one.kept.counts:
            by_id.setdefault(one.kept.id_hash, []).append(one)
    for same in by_id.values():
        twins = any(one.kept != same[0].kept for one in same)
        account.twins |= twins
        if twins or (not ordered and len({one.told.source for one in same}) > 1):
            account.either |= {(one.told.source, one.told.offset) for one in same}


def in_order(
    events: Sequence[Counted], applied: Sequence[int], history: Sequence[Written] | None
) -> Iterator[Counted | None]:
    """Events in the order in which they were folded; those that lie behind what was applied come last. None: the lead was erased."""
    inside = [one for one in events if one.told.offset <= applied[one.told.source]]
    if history is None:
        yield from merged(inside)
    else:
        stub: Written | None = None
        for step in steps(inside, history):
            if stub is not None and step.row is not stub:
                yield None
            yield from step.events
            stub = step.row if step.row.stub else None
        if stub is not None:
            yield None
    yield from merged([one for one in events if one.told.offset > applied[one.told.source]])


def merged(events: Sequence[One]) -> Iterator[One]:
    """By timestamp between topics; a topic's own keep their order."""
    sources: dict[int, list[One]] = {}
    for one in events:
        sources.setdefault(one.told.source, []).append(one)
    return merge(*sources.values(), key=attrgetter("told.timestamp"))


def steps(events: Sequence[One], history: Sequence[Written]) -> Iterator[Step[One]]:
    """The way that a lead's rows tell."""
    left: dict[int, list[One]] = {one.told.source: [] for one in events}
    for one in reversed(events):
        left[one.told.source].append(one)
    before: tuple[int, ...] = ()
    for row in history:
        if not row.applied:
            yield Step(-1, -1, (), row)
        for source, upto in enumerate(row.applied):
            if upto <= (before[source] if source < len(before) else -1):
                continue
            waiting = left.get(source)
            came: list[One] = []
            while waiting and waiting[-1].told.offset <= upto:
                came.append(waiting.pop())
            yield Step(source, upto, came, row)
        before = row.applied


def went_back(history: Sequence[Written]) -> Written | None:
    """The first row that says less of a source than the one before it."""
    for one, other in pairwise(history):
        if any(now < then for then, now in zip(one.applied, other.applied, strict=False)) or (
            other.sequence < one.sequence and other.applied
        ):
            return other
    return None
