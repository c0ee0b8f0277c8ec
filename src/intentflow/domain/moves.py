"""A move from one stage to another, and the change that tells of it."""

from intentflow.domain.answers import Answering
from intentflow.domain.causes import Why, change_id
from intentflow.domain.change import ModelName, QualificationChange, rfc3339
from intentflow.domain.counting import Counting
from intentflow.domain.gaps import adds_up, missing
from intentflow.domain.holding import Holding
from intentflow.domain.lead import Lead
from intentflow.domain.rules import AXES, ScoringModel
from intentflow.domain.stages import Judge
from intentflow.domain.weighed import noted
from intentflow.domain.worth import Worths

TOP_RECEIPTS = 5
TOP_TOPICS = 5


class Moves:
    """How a model's leads move."""

    def __init__(self, judge: Judge, counting: Counting, answering: Answering, model: ScoringModel) -> None:
        self._judge, self._scores, self._counting, self._answering = judge, judge.scores, counting, answering
        self.holding = Holding(model)
        self._name = ModelName(model.name, model.version, model.hash)
        self.mismatches = 0  # changes whose receipts did not add up to their scores: there must be none

    def make(
        self, key: bytes, lead: Lead, to: int, now: int, scores: list[float], worths: Worths, why: Why
    ) -> QualificationChange:
        """Move the lead to stage number `to` at `now`, when its signals are worth that, and tell of it."""
        judge = self._judge
        before, stage, rung = judge.stage(lead), judge.stages[to], judge.rungs[to]
        if before.cool_down:
            lead.left = {**(lead.left or {}), lead.stage: now}
        if rung.hand_offs is not None:
            lead.entered = entered = lead.entered or {}
            entered[rung.code] = sorted({*entered.get(rung.code, ()), now})[-rung.hand_offs.count :]
        lead.stage, lead.since, lead.sequence = rung.code, now, lead.sequence + 1
        lines = self._scores.lines(worths)
        self.mismatches += not adds_up([line[2:] for line in lines], scores)
        return QualificationChange(
            id=change_id(key, lead.sequence, self._name.hash, why),
            lead=key.decode(),
            sequence=lead.sequence,
            from_stage=before.name,
            to_stage=stage.name,
            at=rfc3339(now),
            cause=why.cause,
            scores=dict(zip(AXES, [round(points, 6) for points in scores], strict=True)),
            receipts=noted(
                self._counting,
                lead,
                [self._scores.receipt(name, axis, round(points, 6)) for _, name, axis, points in lines[:TOP_RECEIPTS]],
            ),
            answers=self._answering.of(lead, now, scores, stage.name),
            facts=self.holding.facts(lead, now),
            topics=self.holding.topics(worths)[:TOP_TOPICS],
            missing=missing(judge, lead, now, scores),
            treatment=stage.treatment,
            follow_up_by=None if stage.follow_up is None else rfc3339(now + stage.follow_up),
            model=self._name,
        )
