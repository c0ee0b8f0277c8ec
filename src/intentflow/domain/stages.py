"""The judge: where a lead stands.

A lead rises to the highest stage that it may enter; else, if it may not stay, it falls to the highest lower one that it need not leave.
Into a stage with hand-offs, where each entry has somebody act, it doesn't fall unless it may enter it.
"""

from collections.abc import Sequence
from typing import NamedTuple

from intentflow.domain.lead import Lead
from intentflow.domain.rules import AXES, Fact, Limit, ScoringModel, Stage
from intentflow.domain.worth import Scores, code, holds

NOTHING: dict[int, int] = {}
SLACK = 1e-9  # of comparisons: without it, two right programs disagree at round numbers


class Rung(NamedTuple):
    """A stage, ready to be judged by."""

    number: int
    code: int
    enter: list[tuple[int, float]]  # axis, threshold
    leave: list[tuple[int, float]]
    facts: list[tuple[Fact, int]]
    needs: int  # one of these facts, 0 for none: who never met it need not be looked at any closer
    unless: list[tuple[Fact, int]]
    dwell: int
    cool_down: int
    hand_offs: Limit | None
    is_setback: bool  # it asks for a fact that bars another stage: nothing to strive for


class Judge:
    """The stages of a model, ready to judge leads by. Stages are numbers here, from low to high."""

    def __init__(self, model: ScoringModel, scores: Scores) -> None:
        self.stages, self.scores = model.stages, scores
        facts = {f.name: (f, c) for f, c in scores.facts}
        barring = {name for s in model.stages for name in s.unless}
        self.barring = [facts[name] for name in sorted(barring)]
        self.rungs = [
            Rung(
                number=number,
                code=code(s.name) if number else 0,
                enter=[(AXES.index(a), x) for a, x in s.enter],
                leave=[(AXES.index(a), x) for a, x in s.leave],
                facts=[facts[name] for name in s.facts],
                needs=facts[s.facts[-1]][1] if s.facts else 0,
                unless=[facts[name] for name in s.unless],
                dwell=s.dwell,
                cool_down=s.cool_down,
                hand_offs=s.hand_offs,
                is_setback=not barring.isdisjoint(s.facts),
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
        here, lasts = self._index.get(lead.stage, 0), lead.lasts or NOTHING
        for rung in self._above[here]:
            if rung.needs and rung.needs not in lasts:
                continue
            for axis, threshold in rung.enter:
                if scores[axis] < threshold - SLACK:
                    break
            else:
                if self.is_open(rung, lead, now):
                    return rung.number
        if here and self.may_fall(here, lead, now) and self.leaves(here, lead, now, scores):
            return next(j for j in range(here - 1, -1, -1) if self._catches(j, lead, now, scores))
        return None

    def may_fall(self, here: int, lead: Lead, now: int) -> bool:
        """Whether no dwell holds the lead in its stage."""
        rung = self.rungs[here]
        return now >= lead.since + rung.dwell or self.is_barred(rung, lead, now)

    def _catches(self, j: int, lead: Lead, now: int, scores: list[float]) -> bool:
        """Whether a lead may fall into stage j. A hand-off is never fallen into: the lead must be able to enter."""
        rung = self.rungs[j]
        if self.leaves(j, lead, now, scores):
            return False
        return rung.hand_offs is None or (self.is_open(rung, lead, now) and _reaches(rung, scores))

    def may_rise(self, lead: Lead, now: int, scores: list[float]) -> bool:
        """Whether the lead may enter a stage above with these scores."""
        return any(
            self.is_open(rung, lead, now) and _reaches(rung, scores) for rung in self._above[self.stage_of(lead)]
        )

    def is_open(self, rung: Rung, lead: Lead, now: int) -> bool:
        """Whether all of a stage's conditions but its scores are met."""
        if rung.cool_down and lead.left and now < lead.left.get(rung.code, -rung.cool_down) + rung.cool_down:
            return False
        if rung.facts and not self.facts_hold(rung, lead, now):
            return False
        if rung.unless and lead.lasts and self.is_barred(rung, lead, now):
            return False
        return not lead.entered or now >= self.handed_until(rung, lead)

    def is_barred(self, rung: Rung, lead: Lead, now: int) -> bool:
        """Whether a fact of `unless` holds."""
        lasts = lead.lasts
        if not lasts or not rung.unless:
            return False
        return any(holds(fact, lasts.get(c), now) for fact, c in rung.unless)

    def any_bars(self, lead: Lead, now: int) -> bool:
        """Whether a fact holds that bars any stage."""
        lasts = lead.lasts
        if lasts:
            for fact, c in self.barring:
                if c in lasts and holds(fact, lasts[c], now):
                    return True
        return False

    @staticmethod
    def handed_until(rung: Rung, lead: Lead) -> int:
        """Until when a stage was entered so often that it is not entered again; a time that is over, if it was not."""
        times = lead.entered.get(rung.code) if lead.entered else None
        if rung.hand_offs is None or times is None or len(times) < rung.hand_offs.count:
            return 0
        return times[-rung.hand_offs.count] + rung.hand_offs.period

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
        return not self.facts_hold(rung, lead, now) or self.is_barred(rung, lead, now)


def _reaches(rung: Rung, scores: list[float]) -> bool:
    return all(scores[axis] >= threshold - SLACK for axis, threshold in rung.enter)
