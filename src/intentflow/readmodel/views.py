"""What the read model answers, as the API says it: frozen pydantic values. Times are aware and in UTC; points are exact as of `as_of`.

One lead with all that is known of it is in `lead_views.py`, the scoring model in `model_views.py`.
"""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Sort = Literal["stage", "since", "active", "engagement", "fit", "intent"]
Kind = Literal["lead", "visitor"]
Name = Literal["redis", "projector", "kafka", "worker", "model", "webhooks"]
State = Literal["ok", "degraded", "down"]
CauseKind = Literal["event", "outcome", "profile", "decay", "merge", "model", "erasure", "evidence"]


class View(BaseModel):
    """What all views share."""

    model_config = ConfigDict(frozen=True, ser_json_inf_nan="null")


class Points(View):
    """A score: points by axis."""

    engagement: float
    fit: float
    intent: float


class LeadSummary(View):
    """A lead as a line of a list."""

    key: str = Field(description="l:<lead id or e-mail>, or v:<visitor id>; what /api/leads/{id} takes")
    name: str = Field(description="the id alone")
    kind: Kind
    stage: str = Field(description="as it was told last")
    since: datetime = Field(description="when it came into that stage")
    scores: Points = Field(description="now")
    company: str | None = Field(description="the profile's, or what the e-mail address says")
    active_at: datetime = Field(description="its latest event")


class LeadPage(View):
    """Some leads in order."""

    leads: tuple[LeadSummary, ...]
    next: str | None = Field(
        description="cursor of the next page; null: this is the last. A page may be short and still have a next one"
    )
    total: int | None = Field(description="how many there are; null if that was not counted, since leads were filtered")
    as_of: datetime


class ReceiptView(View):
    """The part of a score that one signal is responsible for."""

    signal: str
    axis: str
    points: float
    words: str | None = Field(
        description="what somebody did, in words; null for a group's cap or a signal that the model no longer has"
    )
    met: str | None = None
    weight: float | None = None
    because: str | None = None


class GapView(View):
    """What a stage still asks for: points on an axis, a fact, the end of one, or time."""

    stage: str
    axis: str | None = None
    points: float | None = None
    fact: str | None = None
    unless: str | None = None
    not_before: datetime | None = None


class ChangeView(View):
    """A lead moved from one stage to another."""

    cursor: str = Field(
        description="its place in the feed: the `after` of /api/changes, and the event id of the stream; empty elsewhere"
    )
    id: str
    lead: str = Field(description="the lead's key")
    name: str
    sequence: int
    from_stage: str
    to_stage: str
    up: bool
    at: datetime
    cause: CauseKind
    cause_words: str = Field(description="in a sentence")
    scores: Points
    receipts: tuple[ReceiptView, ...]
    treatment: Literal["nurture", "sales", "none"]
    follow_up_by: datetime | None


class ChangePage(View):
    """The latest changes, or those after a cursor."""

    changes: tuple[ChangeView, ...] = Field(
        description="without a cursor the latest first; after a cursor in the order in which they came"
    )
    cursor: str = Field(description="of the newest change here: go on from it")
    reset: bool = Field(
        description="true if changes lie between the given cursor and these that are no longer kept: begin anew"
    )


class DayCount(View):
    """So many on a day (UTC)."""

    day: str
    count: int


class FunnelStage(View):
    """How many leads stand in a stage, and came into it."""

    stage: str
    meaning: str
    leads: int
    entered: tuple[DayCount, ...] = Field(description="the last days, oldest first, today last")


class Funnel(View):
    """The stages from low to high."""

    stages: tuple[FunnelStage, ...]
    total: int
    as_of: datetime


class RatePoint(View):
    """Events that were scored in one second."""

    at: datetime
    counted: int
    duplicate: int
    rejected: int


class Rates(View):
    """How much is coming in, as the worker's own books say."""

    events_per_second: float = Field(description="over the last ten seconds")
    series: tuple[RatePoint, ...] = Field(
        description="of the last minutes, oldest first; seconds without events are left out"
    )
    counted: int = Field(description="since the beginning, like the next two")
    duplicate: int
    rejected: int
    refused_by_collector: int = Field(
        description="rejections that the collector wrote, of what was never on a topic of events; since the read model was built, "
        "with those that the rejections topic held then"
    )
    lag: int | None = Field(description="records on the broker that the worker has not scored yet; null: not known")
    as_of: datetime


class RejectionView(View):
    """A record that was refused."""

    cursor: str
    id: str
    reason: str
    detail: str
    source_topic: str
    source_partition: int
    source_offset: int
    at: datetime
    key: str = Field(description="as text; what is no UTF-8 is replaced")
    text: str = Field(description="the value as text, likewise; never to be shown unescaped")
    value: str = Field(description="the value's bytes in base64, as many as are kept here")
    size: int = Field(description="of the whole value in bytes")
    kept_whole: bool


class ReasonCount(View):
    """So many of the kept rejections have that reason."""

    reason: str
    count: int


class RejectionPage(View):
    """The latest rejections, the newest first."""

    rejections: tuple[RejectionView, ...]
    reasons: tuple[ReasonCount, ...] = Field(
        description="of all that came since the read model was built, the most frequent first"
    )
    next: str | None


class HealthPart(View):
    """One part of the whole."""

    name: Name
    state: State
    says: str = Field(description="what is, in a sentence; with the remedy if it is not well")


class Health(View):
    """Whether what is shown is whole and current, and what to do if not."""

    state: State
    parts: tuple[HealthPart, ...]
    generation: int | None = Field(description="of the read model that serves")
    building: float | None = Field(description="from 0 to 1 while the first read model is being built; null otherwise")
    leads: int
    lag: int | None = Field(description="records that the read model is behind Kafka; null: not known")
    as_of: datetime
