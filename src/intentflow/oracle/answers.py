"""The three answers about a lead at a time. The sentences quoted are those of `docs/semantics.md`, "Three answers"."""

from typing import NamedTuple

from intentflow.oracle.judging import SLACK, Standing
from intentflow.oracle.worth import Pieces


class Answered(NamedTuple):
    """May it buy, how many criteria of how many does it meet, how likely is it to buy."""

    eligible: bool
    met: int
    criteria: int
    likelihood: float | None


def answered(pieces: Pieces, standing: Standing, t: int) -> Answered:
    """The answers at `t`, which is not before the lead's clock."""
    model, scores = pieces.model, pieces.scores(t)
    criteria = [scores[axis] >= threshold - SLACK for axis, threshold in model.criteria.scores]
    criteria += [pieces.holds(fact, t) for fact in model.criteria.facts]
    stage = model.stages[standing.stage].name
    rows = [
        row.share
        for row in model.likelihood
        if stage in (row.stages or (stage,))
        and not any(scores[axis] < threshold - SLACK for axis, threshold in row.scores)
    ]
    return Answered(
        eligible=all(pieces.holds(fact, t) for fact in model.eligible.facts)
        and not any(pieces.holds(fact, t) for fact in model.eligible.unless),
        met=criteria.count(True),
        criteria=len(criteria),
        likelihood=rows[0] if rows else None,
    )
