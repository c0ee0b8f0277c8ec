"""Three questions about a lead, and an answer to each: is it eligible to buy, does it meet the criteria, how likely is it to buy?

All of it follows from the facts, the scores and the stage; nothing is kept for it. `docs/semantics.md`, "Three answers".
"""

from collections.abc import Iterable

from intentflow.domain.change import Answers
from intentflow.domain.lead import Lead
from intentflow.domain.rules import AXES, Axis, ScoringModel
from intentflow.domain.stages import SLACK
from intentflow.domain.worth import Scores, holds


class Answering:
    """A model's answers."""

    def __init__(self, model: ScoringModel, scores: Scores) -> None:
        facts = {fact.name: (fact, c) for fact, c in scores.facts}
        self._needed = [facts[name] for name in model.eligible.facts]
        self._barring = [facts[name] for name in model.eligible.unless]
        self._scores = _thresholds(model.criteria.scores)
        self._facts = [facts[name] for name in model.criteria.facts]
        self._table = [(row.stages, _thresholds(row.scores), row.share) for row in model.likelihood]

    def of(self, lead: Lead, now: int, scores: list[float], stage: str) -> Answers:
        """The answers for a lead that has these scores at `now` and stands in this stage."""
        lasts, met, asked = lead.lasts or {}, 0, len(self._scores) + len(self._facts)
        for axis, least in self._scores:
            met += scores[axis] >= least
        for fact, c in self._facts:
            met += c in lasts and holds(fact, lasts[c], now)
        eligible = True
        for fact, c in self._needed:
            eligible = eligible and holds(fact, lasts.get(c), now)
        for fact, c in self._barring:
            eligible = eligible and not holds(fact, lasts.get(c), now)
        return Answers(eligible, met == asked if asked else None, met, asked, self._likelihood(scores, stage))

    def _likelihood(self, scores: list[float], stage: str) -> float | None:
        for stages, thresholds, share in self._table:
            if (not stages or stage in stages) and all(scores[axis] >= least for axis, least in thresholds):
                return share
        return None


def _thresholds(written: Iterable[tuple[Axis, float]]) -> list[tuple[int, float]]:
    """The number of each axis, and what a score must at least be."""
    return [(AXES.index(axis), number - SLACK) for axis, number in written]
