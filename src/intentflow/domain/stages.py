"""The judge: where a lead stands.

A lead rises to the highest stage that it may enter; else, if it may not stay, it falls to the highest lower one that it need not leave.
"""

from intentflow.domain.lead import Lead
from intentflow.domain.rules import AXES, ScoringModel, Stage
from intentflow.domain.worth import Scores, code, holds

SLACK = 1e-9  # of comparisons: without it, two right programs disagree at round numbers


class Judge:
    """The stages of a model, ready to judge leads by. Stages are numbers here, from low to high."""

    def __init__(self, model: ScoringModel, scores: Scores) -> None:
        self.stages, self.scores = model.stages, scores
        self.codes = [0, *(code(s.name) for s in model.stages[1:])]
        self.index = {c: i for i, c in enumerate(self.codes)}
        self.enter = [[(AXES.index(a), x) for a, x in s.enter] for s in model.stages]
        self.leave = [[(AXES.index(a), x) for a, x in s.leave] for s in model.stages]
        facts = {f.name: (f, c) for f, c in scores.facts}
        self.facts = [[facts[name] for name in s.facts] for s in model.stages]

    def stage_of(self, lead: Lead) -> int:
        """The number of its stage; the first, if the model no longer has it."""
        return self.index.get(lead.stage, 0)

    def stage(self, lead: Lead) -> Stage:
        """Its stage."""
        return self.stages[self.stage_of(lead)]

    def move(self, lead: Lead, now: int, scores: list[float]) -> int | None:
        """The stage that the lead moves to if it is judged at `now`, with the scores that it has then; None if it stays."""
        here = self.stage_of(lead)
        for j in range(len(self.stages) - 1, here, -1):
            if self.scores_enter(j, scores) and self.is_open(j, lead, now):
                return j
        if here and now >= lead.since + self.stages[here].dwell and self.leaves(here, lead, now, scores):
            return next(j for j in range(here - 1, -1, -1) if not self.leaves(j, lead, now, scores))
        return None

    def scores_enter(self, j: int, scores: list[float]) -> bool:
        """Whether scores suffice for stage j."""
        for axis, threshold in self.enter[j]:
            if scores[axis] < threshold - SLACK:
                return False
        return True

    def is_open(self, j: int, lead: Lead, now: int) -> bool:
        """Whether all of stage j's conditions but its scores are met."""
        if lead.left:
            cool_down = self.stages[j].cool_down
            if cool_down and now < lead.left.get(self.codes[j], -cool_down) + cool_down:
                return False
        return self.facts_hold(j, lead, now)

    def facts_hold(self, j: int, lead: Lead, now: int) -> bool:
        """Whether all facts that stage j asks for hold."""
        for fact, c in self.facts[j]:
            if not holds(fact, lead.lasts.get(c), now):
                return False
        return True

    def leaves(self, j: int, lead: Lead, now: int, scores: list[float]) -> bool:
        """Whether stage j's leave condition is met. The first stage is never left downwards."""
        if not j:
            return False
        for axis, threshold in self.leave[j]:
            if scores[axis] < threshold - SLACK:
                return True
        return not self.facts_hold(j, lead, now)
