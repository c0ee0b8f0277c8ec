"""A lead's way through the stages, walked by the reference in an order that the log tells, or in one that is searched for.

Clocks change nothing but how early it is known, unless an event comes late: a clock that was read first may have caused a change
that the event would have prevented. So the path is a function of the order in which a lead's events and the clocks were folded, and that
order is nowhere but in the changelog, until it is compacted. Then any order will do that gives exactly the changes that were published;
if there is none, they are wrong.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from intentflow.domain.change import QualificationChange, rfc3339
from intentflow.domain.event import EARLIEST
from intentflow.domain.rules import ScoringModel
from intentflow.oracle import Move, Reference
from intentflow.oracle.judging import Standing
from intentflow.verify.account import Account, Counted, Step, steps
from intentflow.verify.log import Written
from intentflow.verify.published import milliseconds

TRIES = 256  # orders that are tried


class Way(NamedTuple):
    """Where the reference went."""

    moves: Sequence[Move]
    standing: Standing
    stage: str
    reference: Reference
    strayed: Written | None = None  # the first row that has another number of changes than the reference there


def by_log(
    model: ScoringModel,
    key: bytes,
    account: Account,
    history: Sequence[Written],
    control: int | None,
    clocks: Mapping[int, int],
) -> Way | None:
    """The way in the order of the log. None if the reference, in this order, does not count what was counted."""
    reference, strayed = Reference(model), None
    for step in steps(account.inside, history):
        if not _take(reference, key, step, step.source == control, clocks):
            return None
        if strayed is None and reference.standing(key).sequence != step.row.sequence and _is_last(step, history):
            strayed = step.row
    return _way(reference, key, strayed)


def _take(reference: Reference, key: bytes, step: Step[Counted], is_clock: bool, clocks: Mapping[int, int]) -> bool:
    if is_clock:
        if key in reference.leads and step.upto in clocks:
            reference.clock(key, clocks[step.upto])
        return key in reference.leads
    for one in step.events:
        if reference.event(key, one.event, one.told.timestamp) != "counted":
            return False
    return True


def _is_last(step: Step[Counted], history: Sequence[Written]) -> bool:
    """Whether a row has nothing more of another source: then the reference is where the row is."""
    at = next((n for n, row in enumerate(history) if row is step.row), 0)
    before = history[at - 1].applied if at else ()
    moved = [s for s, upto in enumerate(step.row.applied) if upto > (before[s] if s < len(before) else -1)]
    return not moved or step.source == moved[-1]


def by_search(
    model: ScoringModel,
    key: bytes,
    account: Account,
    published: Sequence[QualificationChange],
    stood: tuple[int, int],
    clock: int,
) -> tuple[Way | None, bool]:
    """A way that gives exactly these changes and ends as the row does; if there is none, the nearest that was tried.

    `stood`: since when the lead stands where it stands, and its clock; `clock`: the latest time that any clock record says. False
    beside it: not every order was tried, so nothing follows from there being none. No way at all: the reference, in this order, does not
    count what was counted.
    """
    choices: list[bool] = []
    nearest: Way | None = None
    told = [(change.id, change.from_stage, change.to_stage, change.at) for change in published]
    for _ in range(TRIES):
        way = _walk(model, key, account.inside, published, clock, choices)
        if way is None:
            return None, False
        if [(move.id, move.left, move.entered, rfc3339(move.at)) for move in way.moves] == told:
            if (way.standing.since, way.standing.clock) == stood:
                return way, True
            nearest = way
        nearest = nearest or way
        while choices and not choices[-1]:
            choices.pop()
        if not choices:
            return nearest, account.sources < 2
        choices[-1] = False
    return nearest, False


def _walk(
    model: ScoringModel,
    key: bytes,
    events: Iterable[Counted],
    published: Sequence[QualificationChange],
    clock: int,
    choices: list[bool],
) -> Way | None:
    """One order: before each event, the clock comes or not, as `choices` say as far as they go, and it comes where they say nothing."""
    reference, made = Reference(model), 0
    for one in events:
        while key in reference.leads and (due := _told_next(reference, key, published, one.kept.at, clock)) is not None:
            if made == len(choices):
                choices.append(True)
            made += 1
            if not choices[made - 1]:
                break
            reference.clock(key, due)
        if reference.event(key, one.event, one.told.timestamp) != "counted":
            return None
    while key in reference.leads and (due := _told_next(reference, key, published, EARLIEST, clock)) is not None:
        reference.clock(key, due)
    return _way(reference, key, None)


def _told_next(
    reference: Reference, key: bytes, published: Sequence[QualificationChange], after: int, clock: int
) -> int | None:
    """The due time of the next published change, if time caused it, the reference agrees, and no event of `after` causes it anyway."""
    done = reference.standing(key).sequence
    if done >= len(published) or published[done].cause.kind != "decay":
        return None
    told = milliseconds(published[done].at)
    if not after < told <= clock or told <= reference.standing(key).clock:
        return None
    return told if reference.due(key, told) == told else None


def _way(reference: Reference, key: bytes, strayed: Written | None) -> Way | None:
    if key not in reference.leads:
        return None
    return Way(reference.moves(key), reference.standing(key), reference.stage(key), reference, strayed)
