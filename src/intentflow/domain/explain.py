"""Why a lead stands where it stands: receipts, what is missing, what time will do."""

from msgspec import Struct

from intentflow.domain.answers import Answering
from intentflow.domain.bonds import Merged
from intentflow.domain.change import Answers, Gap, Held, Interest, Receipt
from intentflow.domain.counting import Counting
from intentflow.domain.due import Due
from intentflow.domain.evidence import Doubt, Doubts
from intentflow.domain.fit import Attribute
from intentflow.domain.full import Full, full
from intentflow.domain.gaps import missing
from intentflow.domain.holding import Holding
from intentflow.domain.lead import Lead
from intentflow.domain.rules import AXES, DAY, Abandoned, Axis
from intentflow.domain.shopping import CartTold, SignUpTold, carts_told, sign_up_told
from intentflow.domain.stages import SLACK
from intentflow.domain.weighed import noted
from intentflow.domain.worth import holds

FAR = 3650 * DAY  # nothing is foretold beyond ten years


class Ending(Struct, frozen=True, omit_defaults=True):
    """Why a stage is left when time alone ends it: a score falls below so much, or a fact no longer holds."""

    axis: Axis | None = None
    below: float | None = None
    fact: str | None = None


class Explanation(Struct, frozen=True, kw_only=True):
    """A lead at one moment. The receipts add up to the scores. Times are epoch milliseconds."""

    at: int
    stage: str
    since: int
    scores: tuple[float, float, float]  # in the order of AXES
    answers: Answers
    receipts: tuple[Receipt, ...]
    facts: list[Held]
    topics: list[Interest]
    missing: tuple[Gap, ...]
    outlook: tuple[tuple[int, tuple[float, float, float]], ...]  # later times and the scores then, if nothing happens
    due: int | None  # the exact next moment at which time alone moves the lead
    due_stage: str | None  # and where to
    due_endings: tuple[Ending, ...] = ()  # if that is a fall: what ends its stay then
    merged: tuple[Merged, ...] = ()  # leads whose state came in, and what it was worth then
    known: tuple[Attribute, ...] = ()  # of the attributes that the model asks for
    unknown: tuple[str, ...] = ()  # of the same, or withdrawn
    carts: tuple[CartTold, ...] = ()  # the one used last first
    sign_up: SignUpTold | None = None  # to the newsletter
    doubts: tuple[Doubt, ...] = ()  # evidence that was told, by rule
    full: tuple[Full, ...] = ()  # what it holds the most of, so that something goes when more comes


def foretold(ahead: Due, lead: Lead, at: int) -> tuple[int | None, str | None, tuple[Ending, ...]]:
    """When time alone moves the lead after `at`, to which stage, and if it falls what ends its stay."""
    judge, due = ahead.judge, ahead.next_move(lead, at + FAR)
    if due is None:
        return None, None, ()
    here, scores = judge.stage_of(lead), ahead.scores.at(lead, due)
    to = judge.move(lead, due, scores)
    if to is None or to > here:
        return due, None if to is None else judge.stages[to].name, ()
    rung = judge.rungs[here]
    low = [Ending(axis=AXES[a], below=least) for a, least in rung.leave if scores[a] < least - SLACK]
    over = [Ending(fact=fact.name) for fact, c in rung.facts if not holds(fact, (lead.lasts or {}).get(c), due)]
    return due, judge.stages[to].name, (*low, *over)


def explain(
    ahead: Due, answering: Answering, holding: Holding, counting: Counting, doubts: Doubts, lead: Lead, at: int
) -> Explanation:
    """The lead at `at`, which is not before its clock and up to which all that was due has happened."""
    judge, scores = ahead.judge, ahead.scores
    due, due_stage, due_endings = foretold(ahead, lead, at)
    days, stage, now = (1, 7, 30, 90), judge.stage(lead).name, scores.at(lead, at)
    known = scores.fit.known(lead.profile)
    worths = scores.worths(lead, at)
    quiet = min((m.signal.quiet for m in scores.abandoned if isinstance(m.signal, Abandoned)), default=None)
    return Explanation(
        at=at,
        stage=stage,
        since=lead.since,
        scores=_triple(now),
        answers=answering.of(lead, at, now, stage),
        receipts=tuple(noted(counting, lead, scores.receipts(worths))),
        facts=holding.facts(lead, at),
        topics=holding.topics(worths),
        missing=tuple(missing(judge, lead, at, now, len(judge.stages))),
        outlook=tuple((at + d * DAY, _triple(scores.at(lead, at + d * DAY))) for d in days),
        due=due,
        due_stage=due_stage,
        due_endings=due_endings,
        merged=() if lead.bonds is None else tuple(lead.bonds.merged),
        carts=tuple(carts_told(lead, quiet, at)),
        sign_up=sign_up_told(lead),
        doubts=doubts.told(lead),
        full=tuple(full(lead)),
        known=tuple(known),
        unknown=tuple(name for name in scores.fit.asked if name not in {attribute.name for attribute in known}),
    )


def _triple(values: list[float]) -> tuple[float, float, float]:
    engagement, fit, intent = values
    return engagement, fit, intent
