"""One lead and all that is known of it, as the API says it. Times are aware datetimes in UTC; points are exact as of `as_of`."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from intentflow.readmodel.views import ChangeView, GapView, Kind, Points, ReceiptView, View


class CurvePoint(View):
    """A score at a moment."""

    at: datetime
    engagement: float
    fit: float
    intent: float


class Threshold(View):
    """Where a stage begins or ends on an axis."""

    axis: str
    stage: str
    points: float
    kind: Literal["enter", "leave"]


class Curve(View):
    """The score over time. Before `known_from` there are only the moments at which the stage changed; from there on it is exact."""

    past: tuple[CurvePoint, ...]
    future: tuple[CurvePoint, ...] = Field(description="if nothing happens; the first point is now")
    thresholds: tuple[Threshold, ...]
    known_from: datetime
    now: datetime


class Moment(View):
    """Something that happened to a lead."""

    at: datetime
    kind: Literal["change", "signal", "fact", "cart", "newsletter", "profile", "merge", "evidence"]
    title: str = Field(description="in a few words: the stages, or the name of the signal, fact or attribute")
    words: str | None = Field(description="what it means, in a sentence")
    count: int | None = Field(default=None, description="how often, in the latest period of a signal with a limit")
    change: ChangeView | None = Field(default=None, description="of a change")


class IdentityView(View):
    """Another id whose history is in this lead."""

    key: str
    at: datetime = Field(description="when it came in")
    scores: Points = Field(description="what it was worth then")


class CartView(View):
    """A cart."""

    cart_id: str | None
    stands: Literal["seen", "open", "abandoned", "emptied", "bought"]
    since: datetime
    amount: str | None = Field(description="an exact decimal")
    currency: str | None
    lines: int | None
    notice_told: bool


class AttributeView(View):
    """An attribute of the profile."""

    attribute: str
    value: str | int | float | bool
    told_at: datetime
    provenance: str
    given_freely: bool
    fresh: bool
    fresh_until: datetime | None


class ProfileView(View):
    """What is known of who they are, of all that the model asks for."""

    known: tuple[AttributeView, ...]
    unknown: tuple[str, ...]
    completeness: float | None = Field(description="from 0 to 1; null if the model asks for nothing")


class EvidenceView(View):
    """What speaks against a human."""

    rule: str
    weight: float = Field(description="what it leaves, from 0 to 1")
    because: str
    hours: tuple[datetime, ...]


class AnswersView(View):
    """May it buy, does it meet the criteria, how likely is it to buy."""

    eligible: bool
    meets_criteria: bool | None
    criteria_met: int
    criteria: int
    likelihood: float | None


class NewsletterView(View):
    """The sign-up to the newsletter."""

    stands: Literal["provisional", "confirmed", "unsubscribed", "bounced"]
    since: datetime


class LeadDetail(View):
    """All that is known of a lead, as of now."""

    key: str
    name: str
    kind: Kind
    asked_for: str = Field(description="the key that was asked for; another one if that is an alias of this lead")
    company: str | None
    stage: str = Field(description="as it was told last")
    stage_now: str = Field(description="with what time has done since; the same, unless the worker is behind")
    meaning: str = Field(description="of the stage, from the model's glossary")
    since: datetime
    treatment: Literal["nurture", "sales", "none"]
    scores: Points
    receipts: tuple[ReceiptView, ...] = Field(description="they add up to the scores; the largest first")
    answers: AnswersView
    missing: tuple[GapView, ...] = Field(description="for the stages above, the lowest first")
    falls_at: datetime | None = Field(description="the next moment at which time alone moves it; null: never")
    falls_to: str | None
    curve: Curve
    timeline: tuple[Moment, ...] = Field(description="the latest first, as far as it is known")
    identities: tuple[IdentityView, ...]
    carts: tuple[CartView, ...]
    newsletter: NewsletterView | None
    profile: ProfileView
    evidence: tuple[EvidenceView, ...]
    active_at: datetime
    as_of: datetime


class StepView(View):
    """One thing to do, and how often."""

    does: str
    times: int


class WayView(View):
    """What would put the lead into a stage: all of it now, or one thing once a day on so many days."""

    stage: str
    steps: tuple[StepView, ...]
    days: int


class WaysView(View):
    """What would move a lead up, found by trying."""

    ways: tuple[WayView, ...]
    complete: bool = Field(description="whether all was tried; the search is bounded")
