"""The judge: where a lead stands.

A lead rises to the highest stage that it may enter; else, if it may not stay, it falls to the highest lower one that it need not leave.
"""

from collections.abc import Sequence
from typing import NamedTuple

from intentflow.domain.lead import Lead
from intentflow.domain.rules import AXES, Fact, ScoringModel, Stage
from intentflow.domain.worth import Scores, code, holds

SLACK = 1e-9  # of comparisons: without it, two right programs disagree at round numbers


class Rung(NamedTuple):
    """A stage, ready to be judged by."""

    number: int
    code: int
    enter: list[tuple[int, float]]  # axis, threshold
    leave: list[tuple[int, float]]
    facts: list[tuple[Fact, int]]
    dwell: int
    cool_down: int


class Judge:
    """The stages of a model, ready to judge leads by. Stages are numbers here, from low to high."""

    def __init__(self, model: ScoringModel, scores: Scores) -> None:
        self.stages, self.scores = model.stages, scores
        facts = {f.name: (f, c) for f, c in scores.facts}
        self.rungs = [
            Rung(
                number=number,
                code=code(s.name) if number else 0,
                enter=[(AXES.index(a), x) for a, x in s.enter],
                leave=[(AXES.index(a), x) for a, x in s.leave],
                facts=[facts[name] for name in s.facts],
                dwell=s.dwell,
                cool_down=s.cool_down,
            )
            for number, s in enumerate(model.stages)
        ]
        self._index = {rung.code: rung.number for rung in self.rungs}
        self._above = [self.rungs[:here:-1] for here in range(len(self.rungs))]  # the highest first

    def stage_of(self, lead: Lead) -> int:
        """The number of its stage; the first, if the model no longer has it."""
        return self._index.get(lead.stage, 0)

    def stage(self, lead: Lead) -> Stage:
        """Its stage."""
        return self.stages[self.stage_of(lead)]

    def asking(self, fact: str) -> list[Rung]:
        """The stages that ask for a fact."""
        return [rung for rung in self.rungs if any(f.name == fact for f, _ in rung.facts)]

    def move(self, lead: Lead, now: int, scores: list[float]) -> int | None:
        """The stage that the lead moves to if it is judged at `now`, with the scores that it has then; None if it stays."""
        here = self._index.get(lead.stage, 0)
        for rung in self._above[here]:
            for axis, threshold in rung.enter:
                if scores[axis] < threshold - SLACK:
                    break
            else:
                if self.is_open(rung, lead, now):
                    return rung.number
        if here and now >= lead.since + self.rungs[here].dwell and self.leaves(here, lead, now, scores):
            return next(j for j in range(here - 1, -1, -1) if not self.leaves(j, lead, now, scores))
        return None

    def may_rise(self, lead: Lead, now: int, scores: list[float]) -> bool:
        """Whether the lead may enter a stage above with these scores."""
        return any(
            self.is_open(rung, lead, now) and all(scores[axis] >= threshold - SLACK for axis, threshold in rung.enter)
            for rung in self._above[self.stage_of(lead)]
        )

    def is_open(self, rung: Rung, lead: Lead, now: int) -> bool:
        """Whether all of a stage's conditions but its scores are met."""
        if rung.cool_down and lead.left and now < lead.left.get(rung.code, -rung.cool_down) + rung.cool_down:
            return False
        return not rung.facts or self.facts_hold(rung, lead, now)

    def facts_hold(self, rung: Rung, lead: Lead, now: int) -> bool:
        """Whether all facts that a stage asks for hold."""
        lasts = lead.lasts
        if not lasts:
            return not rung.facts
        for fact, c in rung.facts:
            if not holds(fact, lasts.get(c), now):
                return False
        return True

    def any_facts_hold(self, rungs: Sequence[Rung], lead: Lead, now: int) -> bool:
        """Whether for one of these stages all facts hold that it asks for."""
        return any(self.facts_hold(rung, lead, now) for rung in rungs)

    def leaves(self, j: int, lead: Lead, now: int, scores: list[float]) -> bool:
        """Whether stage j's leave condition is met. The first stage is never left downwards."""
        if not j:
            return False
        rung = self.rungs[j]
        for axis, threshold in rung.leave:
            if scores[axis] < threshold - SLACK:
                return True
        return not self.facts_hold(rung, lead, now)
