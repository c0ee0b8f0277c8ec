"""To which stage a lead moves at a time. The sentences quoted are those of `docs/semantics.md`."""

from msgspec import Struct

from intentflow.domain.rules import Axis
from intentflow.oracle.worth import Pieces

SLACK = 1e-9


class Standing(Struct):
    """Where a lead stands."""

    since: int
    clock: int
    stage: int = 0
    sequence: int = 0
    left: dict[int, int] = {}  # stage -> when it was last left


def judged(pieces: Pieces, standing: Standing, t: int) -> int | None:
    """The stage to which judging at `t` moves the lead; None: it stays."""
    scores = pieces.scores(t)
    for j in range(len(pieces.model.stages) - 1, standing.stage, -1):
        if enters(j, pieces, scores, standing, t):
            return j
    if leaves(standing.stage, pieces, scores, t) and t >= standing.since + pieces.model.stages[standing.stage].dwell:
        return next(j for j in range(standing.stage - 1, -1, -1) if not leaves(j, pieces, scores, t))
    return None


def enters(j: int, pieces: Pieces, scores: dict[Axis, float], standing: Standing, t: int) -> bool:
    """'Every axis of `enter` has `score ≥ threshold - 1e-9`, every fact of `facts` holds, and a cool-down is over.'"""
    stage = pieces.model.stages[j]
    return (
        all(scores[axis] >= threshold - SLACK for axis, threshold in stage.enter)
        and all(pieces.holds(fact, t) for fact in stage.facts)
        and (j not in standing.left or t >= standing.left[j] + stage.cool_down)
    )


def leaves(j: int, pieces: Pieces, scores: dict[Axis, float], t: int) -> bool:
    """'An axis of `leave` has `score < threshold - 1e-9`, or a fact of `facts` doesn't hold. Stage 0 never.'"""
    stage = pieces.model.stages[j]
    return j > 0 and (
        any(scores[axis] < threshold - SLACK for axis, threshold in stage.leave)
        or any(not pieces.holds(fact, t) for fact in stage.facts)
    )


def turning_points(pieces: Pieces, standing: Standing) -> set[int]:
    """The times at which a part or a fact jumps, or a dwell or a cool-down is over."""
    stages = pieces.model.stages
    times = pieces.jumps() | {standing.since + stages[standing.stage].dwell}
    return times | {left + stages[j].cool_down for j, left in standing.left.items()}
