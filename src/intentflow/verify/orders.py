"""In which order a tied lead read its records: that of the log, or one of a few that could have been.

A log that was compacted does not tell. What an alias sent on tells where it became one, so there are not many orders that can have been,
and the messages that were sent decide between them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from intentflow.domain import message as told_by
from intentflow.verify.account import merged, steps
from intentflow.verify.log import Written
from intentflow.verify.mail import digest_of
from intentflow.verify.walk import Read, Walk


class Control(NamedTuple):
    """What the control topic said to a lead, by offset, and its number (None: there is none)."""

    source: int | None
    clocks: Mapping[int, int]
    erasures: Mapping[int, int]


def walk_by_log(walk: Walk, reads: Sequence[Read], history: Sequence[Written], control: Control) -> Written | None:
    """Walk in the very order of the log. Returns the first row that has another number of changes than the reference there."""
    strayed: Written | None = None
    last: Written | None = None
    for step in steps(reads, history):
        if last is not None and step.row is not last and strayed is None and not _agrees(walk, last):
            strayed = last
        last = step.row
        if not step.row.applied:
            walk.reference.let_go(walk.key)
        elif step.source == control.source and step.row.stub and step.upto in control.erasures:
            walk.reference.erase(walk.key, control.erasures[step.upto])
        elif step.source == control.source and step.upto in control.clocks:
            walk.reference.clock(walk.key, control.clocks[step.upto])
        for one in step.events:
            walk.take(one)
    return last if strayed is None and last is not None and not _agrees(walk, last) else strayed


def _agrees(walk: Walk, row: Written) -> bool:
    return not row.applied or not walk.paths or walk.reference.sequence(walk.key) == row.sequence


def walk_as_told(
    make: Callable[[], Walk], reads: Sequence[Read], source: int | None, fits: Callable[[Walk], bool]
) -> tuple[Walk, Sequence[Read] | None]:
    """The walk in the first order that gives exactly the messages that were sent, and fits, and that order; else any walk, and None."""
    walks: list[Walk] = []
    for order in _orders(make, reads, source):
        walks.append(walked(make(), order))
        if walks[-1].tells_as_posted and fits(walks[-1]):
            return walks[-1], order
    return walks[0], None


def walked(walk: Walk, order: Iterable[Read]) -> Walk:
    """The same walk after these records."""
    for one in order:
        walk.take(one)
    return walk


def _orders(make: Callable[[], Walk], reads: Sequence[Read], source: int | None) -> Iterator[list[Read]]:
    """By time; each message as late as what was sent on allows; messages last; messages first."""
    heard = [one for one in reads if one.told.source == source]
    own = [one for one in reads if one.told.source != source]
    yield list(merged(reads))
    if not heard or not own:
        return
    sent_on = {posted.carries for posted in make().posted.values()}
    first = next((n for n, one in enumerate(own) if digest_of(one.told.value or b"") in sent_on), len(own))
    ties = next((n + 1 for n, one in enumerate(heard) if isinstance(one.says, told_by.Linked)), 0)
    yield [*own[:first], *heard[:ties], *merged([*own[first:], *heard[ties:]])]
    yield [*heard[:ties], *own[:first], *merged([*own[first:], *heard[ties:]])]
    yield [*own, *heard]
    yield [*heard, *own]
