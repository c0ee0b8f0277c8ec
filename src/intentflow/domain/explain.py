"""Why a lead stands where it stands: receipts, what is missing, what time will do."""

from msgspec import Struct

from intentflow.domain.change import Gap, Receipt, rfc3339
from intentflow.domain.due import Due
from intentflow.domain.lead import Lead
from intentflow.domain.rules import AXES, DAY
from intentflow.domain.stages import SLACK, Judge
from intentflow.domain.worth import holds

FAR = 3650 * DAY  # nothing is foretold beyond ten years


class Explanation(Struct, frozen=True, kw_only=True):
    """A lead at one moment. The receipts add up to the scores. Times are epoch milliseconds."""

    at: int
    stage: str
    since: int
    scores: tuple[float, float, float]  # in the order of AXES
    receipts: tuple[Receipt, ...]
    missing: tuple[Gap, ...]
    outlook: tuple[tuple[int, tuple[float, float, float]], ...]  # later times and the scores then, if nothing happens
    due: int | None  # the exact next moment at which time alone moves the lead
    due_stage: str | None  # and where to


def missing(judge: Judge, lead: Lead, now: int, scores: list[float], stages: int = 1) -> list[Gap]:
    """What the next stages up still ask for, lowest first; with the scores that the lead has at `now`."""
    gaps: list[Gap] = []
    here = judge.stage_of(lead)
    for j in range(here + 1, min(here + 1 + stages, len(judge.stages))):
        stage, rung = judge.stages[j], judge.rungs[j]
        gaps += [
            Gap(stage.name, axis=AXES[a], points=round(x - scores[a], 6))
            for a, x in rung.enter
            if scores[a] < x - SLACK
        ]
        gaps += [Gap(stage.name, fact=f.name) for f, c in rung.facts if not holds(f, (lead.lasts or {}).get(c), now)]
        over = (lead.left or {}).get(rung.code, -stage.cool_down) + stage.cool_down
        if stage.cool_down and now < over:
            gaps.append(Gap(stage.name, not_before=rfc3339(over)))
    return gaps


def explain(ahead: Due, lead: Lead, at: int) -> Explanation:
    """The lead at `at`, which is not before its clock and up to which all that was due has happened."""
    judge, scores = ahead.judge, ahead.scores
    due = ahead.next_move(lead, at + FAR)
    to = None if due is None else judge.move(lead, due, scores.at(lead, due))
    days = (1, 7, 30, 90)
    return Explanation(
        at=at,
        stage=judge.stage(lead).name,
        since=lead.since,
        scores=_triple(scores.at(lead, at)),
        receipts=tuple(scores.receipts(scores.worths(lead, at))),
        missing=tuple(missing(judge, lead, at, scores.at(lead, at), len(judge.stages))),
        outlook=tuple((at + d * DAY, _triple(scores.at(lead, at + d * DAY))) for d in days),
        due=due,
        due_stage=None if to is None else judge.stages[to].name,
    )


def _triple(values: list[float]) -> tuple[float, float, float]:
    engagement, fit, intent = values
    return engagement, fit, intent
