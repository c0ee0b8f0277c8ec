"""What a lead lacks for the next stages, and whether its receipts add up to its scores."""

from collections.abc import Iterable, Sequence

from intentflow.domain.change import Gap, rfc3339
from intentflow.domain.lead import Lead
from intentflow.domain.rules import AXES, Axis
from intentflow.domain.stages import SLACK, Judge, Rung
from intentflow.domain.worth import holds


def adds_up(receipts: Iterable[tuple[Axis, float]], scores: Sequence[float]) -> bool:
    """Whether receipts (axis, points) add up to the scores, in the order of AXES: within 1e-9 of all their points together, or of 1."""
    sums, sizes = dict.fromkeys(AXES, 0.0), dict.fromkeys(AXES, 1.0)
    for axis, points in receipts:
        sums[axis] += points
        sizes[axis] += abs(points)
    return all(abs(sums[axis] - score) <= 1e-9 * sizes[axis] for axis, score in zip(AXES, scores, strict=True))


def missing(judge: Judge, lead: Lead, now: int, scores: list[float], stages: int = 1) -> list[Gap]:
    """What the next stages up still ask for, lowest first; with the scores that the lead has at `now`.

    A stage that one is put into to be kept out of others is nothing to strive for, and left out.
    """
    gaps: list[Gap] = []
    for rung in [rung for rung in judge.rungs[judge.stage_of(lead) + 1 :] if not rung.is_setback][:stages]:
        stage = judge.stages[rung.number]
        gaps += [
            Gap(stage.name, axis=AXES[a], points=round(x - scores[a], 6))
            for a, x in rung.enter
            if scores[a] < x - SLACK
        ]
        gaps += [Gap(stage.name, fact=f.name) for f, c in rung.facts if not holds(f, (lead.lasts or {}).get(c), now)]
        gaps += _waits(judge, rung, stage.name, lead, now)
    return gaps


def _waits(judge: Judge, rung: Rung, stage: str, lead: Lead, now: int) -> list[Gap]:
    """What bars a stage, and until when; a cool-down; hand-offs that are used up."""
    lasts = lead.lasts or {}
    gaps = [
        Gap(stage, unless=fact.name, not_before=None if fact.lasts is None else rfc3339(lasts[c] + fact.lasts))
        for fact, c in rung.unless
        if holds(fact, lasts.get(c), now)
    ]
    over = judge.handed_until(rung, lead)
    if rung.cool_down and lead.left and rung.code in lead.left:
        over = max(over, lead.left[rung.code] + rung.cool_down)
    return [*gaps, Gap(stage, not_before=rfc3339(over))] if now < over else gaps
