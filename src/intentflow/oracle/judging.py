"""To which stage a lead moves at a time. The sentences quoted are those of `docs/semantics.md`."""

from msgspec import Struct, structs

from intentflow.domain.rules import Axis, ScoringModel, Stage
from intentflow.oracle.worth import Pieces

SLACK = 1e-9


class Standing(Struct):
    """Where a lead stands."""

    since: int
    clock: int
    stage: int = 0
    sequence: int = 0
    left: dict[int, int] = {}  # stage -> when it was last left
    entered: dict[int, list[int]] = {}  # stage with `hand_offs` -> when it was entered, ascending
    told: dict[bytes, int] = {}  # cart -> the latest activity as of when its abandonment was told


def under(standing: Standing, old: ScoringModel, new: ScoringModel) -> Standing:
    """Where a lead of one model stands under another: stages go by their names. 'Who stood in one that is no more stands in the first.'"""
    number = {stage.name: j for j, stage in enumerate(new.stages)}
    names = [stage.name for stage in old.stages]
    now = structs.replace(standing, stage=number.get(names[standing.stage], 0), entered={})
    now.left = {number[names[j]]: at for j, at in standing.left.items() if names[j] in number}
    for j, times in standing.entered.items():
        if names[j] in number:
            note_entered(now, new.stages[number[names[j]]], number[names[j]], times)
    return now


def judged(pieces: Pieces, standing: Standing, t: int) -> int | None:
    """The stage to which judging at `t` moves the lead; None: it stays."""
    scores = pieces.scores(t)
    for j in range(len(pieces.model.stages) - 1, standing.stage, -1):
        if enters(j, pieces, scores, standing, t):
            return j
    here = pieces.model.stages[standing.stage]
    may_fall = t >= standing.since + here.dwell or barred(here, pieces, t)
    if leaves(standing.stage, pieces, scores, t) and may_fall:
        return next(
            j
            for j in range(standing.stage - 1, -1, -1)
            if not leaves(j, pieces, scores, t)
            and (pieces.model.stages[j].hand_offs is None or enters(j, pieces, scores, standing, t))
        )
    return None


def enters(j: int, pieces: Pieces, scores: dict[Axis, float], standing: Standing, t: int) -> bool:
    """'Every axis of `enter` has `score ≥ threshold - 1e-9`, every fact of `facts` holds, neither `barred(j, t)` nor
    `handed(j, t)`, and a cool-down is over.'"""
    stage = pieces.model.stages[j]
    return (
        all(scores[axis] >= threshold - SLACK for axis, threshold in stage.enter)
        and all(pieces.holds(fact, t) for fact in stage.facts)
        and not barred(stage, pieces, t)
        and not handed(stage, standing.entered.get(j, []), t)
        and (j not in standing.left or t >= standing.left[j] + stage.cool_down)
    )


def leaves(j: int, pieces: Pieces, scores: dict[Axis, float], t: int) -> bool:
    """'An axis of `leave` has `score < threshold - 1e-9`, or a fact of `facts` doesn't hold, or `barred(j, t)`. Stage 0 never.'"""
    stage = pieces.model.stages[j]
    return j > 0 and (
        any(scores[axis] < threshold - SLACK for axis, threshold in stage.leave)
        or any(not pieces.holds(fact, t) for fact in stage.facts)
        or barred(stage, pieces, t)
    )


def barred(stage: Stage, pieces: Pieces, t: int) -> bool:
    """'A fact of `unless` holds.'"""
    return any(pieces.holds(fact, t) for fact in stage.unless)


def handed(stage: Stage, entered: list[int], t: int) -> bool:
    """'At least `count` times are in `entered[j]`, and `t < e + period`, where e is the smallest of its `count` latest.'"""
    over = hand_offs_over(stage, entered)
    return over is not None and t < over


def hand_offs_over(stage: Stage, entered: list[int]) -> int | None:
    """When a stage that was entered as often as it may be is open again; None: it was not entered so often."""
    if stage.hand_offs is None or len(entered) < stage.hand_offs.count:
        return None
    return entered[-stage.hand_offs.count] + stage.hand_offs.period


def note_entered(standing: Standing, stage: Stage, j: int, times: list[int]) -> None:
    """'If j has `hand_offs`, t in `entered[j]`: a set of times, of which the latest `count` stay.'"""
    if stage.hand_offs is not None:
        every = sorted({*standing.entered.get(j, []), *times})
        standing.entered[j] = every[-stage.hand_offs.count :]


def turning_points(pieces: Pieces, standing: Standing) -> set[int]:
    """The times at which a part or a fact jumps, or a dwell or a cool-down is over, or a stage is open again after hand-offs."""
    stages = pieces.model.stages
    times = pieces.jumps() | {standing.since + stages[standing.stage].dwell}
    opening = {hand_offs_over(stages[j], entered) for j, entered in standing.entered.items()}
    times |= {over for over in opening if over is not None}
    return times | {left + stages[j].cool_down for j, left in standing.left.items()}
