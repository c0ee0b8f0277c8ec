"""A lead that was erased, judged: what its log tells of every life that it had.

What counts of an erased lead depends on when the erasure was folded between its records, which only a log tells that was not compacted
yet. Where it doesn't, nothing is said of the lead.
"""

from collections.abc import Iterable, Mapping, Sequence

from intentflow.domain.rules import ScoringModel
from intentflow.oracle import Move, Reference
from intentflow.verify.account import Counted, steps
from intentflow.verify.log import Written


def furthest(applied: Sequence[int], history: Iterable[Written]) -> list[int]:
    """By source, the last offset that any row of the lead says was applied: one that began anew after a tombstone knows only its own."""
    found = list(applied)
    for row in history:
        for source, last in enumerate(row.applied):
            found[source] = max(found[source], last)
    return found


def moves_of(
    model: ScoringModel,
    key: bytes,
    events: Sequence[Counted],
    history: Sequence[Written],
    control: int | None,
    clocks: Mapping[int, int],
    erasures: Mapping[int, int],
) -> Sequence[Move] | None:
    """Every move of every life, as the reference walks it. None if it does not count, in this order, what was counted.

    `clocks`, `erasures`: the time that each of the control topic's records says, by offset.
    """
    reference, began = Reference(model), False
    for step in steps(events, history):
        if not step.row.applied:
            reference.let_go(key)
        elif step.source == control and step.row.stub:
            if step.upto not in erasures:
                return None
            reference.erase(key, erasures[step.upto])
        elif step.source == control and step.upto in clocks:
            reference.clock(key, clocks[step.upto])
        for one in step.events:
            if reference.event(key, one.event, one.told.timestamp) != "counted":
                return None
            began = True
    return reference.moves(key) if began else ()
