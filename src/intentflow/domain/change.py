"""A qualification change: a lead moved from one stage to another, and why. The value here is the one that is published."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Annotated, Literal

from msgspec import Meta, Struct

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Time = Annotated[str, Meta(description="RFC 3339 in UTC, to the millisecond")]


class Cause(Struct, frozen=True, omit_defaults=True, gc=False):
    """What moved the lead."""

    kind: Literal["event", "outcome", "profile", "decay", "merge", "model", "erasure", "evidence"]
    event_id: Annotated[str | None, Meta(description="of an event, an outcome, a profile or evidence")] = None
    reason: Annotated[
        str | None, Meta(description="of an outcome, in the words of sales; of evidence, in the model's")
    ] = None
    lead: Annotated[str | None, Meta(description="of a merge: the other lead's key")] = None


class Receipt(Struct, frozen=True, omit_defaults=True, gc=False):
    """The part of a score that one signal is responsible for; a capped group has a negative one of its own."""

    signal: str
    axis: str
    points: float
    met: Annotated[str | None, Meta(description="of an ideal: how many of its criteria are met")] = None
    weight: Annotated[float | None, Meta(description="by which evidence weighs what was counted, at the least")] = None
    because: Annotated[str | None, Meta(description="of the weight: why")] = None


class Gap(Struct, frozen=True, omit_defaults=True, gc=False):
    """What is missing for a stage: so many points on an axis, a fact, the end of one, or time."""

    stage: str
    axis: str | None = None
    points: float | None = None
    fact: str | None = None
    unless: str | None = None
    not_before: Time | None = None


class Held(Struct, frozen=True, omit_defaults=True, gc=False):
    """A fact that holds."""

    fact: Annotated[str, Meta(description="its name in the model")]
    by: Annotated[list[str], Meta(description="of a fact with ways: how it came about last")] = []
    until: Annotated[Time | None, Meta(description="missing: for ever")] = None


class Interest(Struct, frozen=True, gc=False):
    """What a lead is interested in."""

    topic: Annotated[str, Meta(description="in the words of the model")]
    points: Annotated[float, Meta(description="of all signals about it, before the caps of their groups")]


class Answers(Struct, frozen=True, gc=False):
    """Three answers about a lead: may it buy, does it meet the criteria, how likely is it to buy."""

    eligible: bool
    meets_criteria: bool | None
    criteria_met: int
    criteria: int
    likelihood: float | None


class ModelName(Struct, frozen=True, gc=False):
    """The scoring model that judged."""

    name: str
    version: int
    hash: str


class QualificationChange(Struct, frozen=True, kw_only=True, gc=False, rename={"from_stage": "from", "to_stage": "to"}):
    """A lead moved from one stage to another. A consumer that drops repeated ids sees each change once.

    Nothing in it depends on the wall clock, the process or an offset. Points are rounded to six decimals.
    """

    id: Annotated[str, Meta(description="the same whenever the same records are folded by the same model")]
    lead: Annotated[str, Meta(description="the lead's key: l:<lead id or e-mail>, or v:<visitor id>")]
    sequence: Annotated[int, Meta(ge=1, description="counts the changes of this lead")]
    from_stage: str
    to_stage: str
    at: Time
    cause: Cause
    scores: Annotated[dict[str, float], Meta(description="points by axis")]
    receipts: Annotated[list[Receipt], Meta(description="the largest parts of the scores")]
    answers: Answers
    facts: Annotated[list[Held], Meta(description="what is known of the lead")] = []
    topics: Annotated[list[Interest], Meta(description="what the lead is interested in, the most first")] = []
    missing: Annotated[list[Gap], Meta(description="what the next stage up still asks for")]
    treatment: Literal["nurture", "sales", "none"]
    follow_up_by: Time | None
    model: ModelName


def rfc3339(milliseconds: int) -> str:
    """Epoch milliseconds as `2026-05-01T10:00:00.000Z`."""
    days, rest = divmod(milliseconds, 86_400_000)
    seconds, rest = divmod(rest, 1000)
    minutes, seconds = divmod(seconds, 60)
    return f"{_day(days)}T{minutes // 60:02}:{minutes % 60:02}:{seconds:02}.{rest:03}Z"


@lru_cache(maxsize=1024)
def _day(days: int) -> str:
    return (EPOCH + timedelta(days=days)).strftime("%Y-%m-%d")
