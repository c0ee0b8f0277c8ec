"""Events and models made by hand for tests. Times are milliseconds after `T0`, a whole number of any period used."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from intentflow.domain.event import AnyEvent, Campaign, Cart, LandingPage, NewsletterSignup, Page, WebsiteVisit
from intentflow.domain.rules import AnySignal, Condition, ScoringModel, Stage
from intentflow.oracle import Reference

T0 = 1_700_000_000_000
KEY = b"v:somebody"
_ids = count()

LOW = Stage(name="low")
VISIT = (Condition(family="website_visit"),)
CART = (Condition(family="cart"),)
LAND = (Condition(family="landing_page"),)


def moment(at: int) -> datetime:
    return datetime.fromtimestamp(T0 // 1000, UTC) + timedelta(milliseconds=at)


def visit(
    at: int, event_id: str | None = None, *, url: str | None = None, campaign: Campaign | None = None, **fields: Any
) -> AnyEvent:
    page = None if url is None else Page(url)
    return WebsiteVisit(
        event_id=event_id or fresh(), occurred_at=moment(at), visitor_id="v", page=page, campaign=campaign, **fields
    )


def newsletter(at: int, action: Any = "signup", event_id: str | None = None) -> AnyEvent:
    return NewsletterSignup(event_id=event_id or fresh(), occurred_at=moment(at), visitor_id="v", action=action)


def cart(
    at: int, action: Any = "add", cart_id: str | None = None, event_id: str | None = None, **fields: Any
) -> AnyEvent:
    return Cart(
        event_id=event_id or fresh(), occurred_at=moment(at), visitor_id="v", action=action, cart_id=cart_id, **fields
    )


def land(at: int, event_id: str | None = None, **fields: Any) -> AnyEvent:
    return LandingPage(event_id=event_id or fresh(), occurred_at=moment(at), visitor_id="v", **fields)


def fresh() -> str:
    return f"e{next(_ids)}"


def model(*signals: AnySignal, stages: Iterable[Stage] = (), **fields: Any) -> ScoringModel:
    defaults: dict[str, Any] = {"horizon": 10_000}
    return ScoringModel(name="made", version=1, hash="h", signals=signals, stages=(LOW, *stages), **defaults | fields)


class Told:
    """A reference of one lead, spoken to in milliseconds after `T0`."""

    def __init__(self, made: ScoringModel, *events: AnyEvent) -> None:
        self.reference = Reference(made)
        self.outcomes = [self.event(event) for event in events]

    def event(self, event: AnyEvent, received: int | None = None) -> str:
        """Received in time, unless said otherwise."""
        when = round(event.occurred_at.timestamp() * 1000) if received is None else T0 + received
        return self.reference.event(KEY, event, when)

    def clock(self, until: int) -> None:
        self.reference.clock(KEY, T0 + until)

    def intent(self, t: int) -> float:
        return self.reference.score(KEY, T0 + t)["intent"]

    def lines(self, t: int) -> dict[str, float]:
        return {line.name: line.points for line in self.reference.receipts(KEY, T0 + t)}

    def facts(self, t: int) -> set[str]:
        return set(self.reference.facts(KEY, T0 + t))

    def due(self, until: int) -> int | None:
        due = self.reference.due(KEY, T0 + until)
        return None if due is None else due - T0

    @property
    def stage(self) -> str:
        return self.reference.stage(KEY)

    @property
    def moves(self) -> list[tuple[str, str, int, str]]:
        """From, to, when, and `event` or `decay`."""
        return [(m.left, m.entered, m.at - T0, m.cause.partition(":")[0]) for m in self.reference.moves(KEY)]
