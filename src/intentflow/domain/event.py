"""The event contract: what somebody did on the site, in four families.

These structs are the only definition of an event. The JSON Schemas in `docs/schemas/` are made from them, and the collector, the worker
and `replay` decode with them. Fields that we don't know are ignored, so that producers may send more than we read.
"""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta, Struct

MAX_RECORD_BYTES = 1 << 20  # of a record's value
MAX_ID_BYTES = 128  # of an id in UTF-8
MAX_LINES = 500  # of a cart
MAX_ATTRIBUTES = 64  # of an event
MAX_AMOUNT = Decimal(10) ** 12  # of money; it is never negative
EARLIEST = 946_684_800_000  # 2000-01-01: an event before it is a broken clock
LATEST = 4_102_444_800_000  # 2100-01-01
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Id = Annotated[str, Meta(min_length=1, max_length=MAX_ID_BYTES, description="at most 128 bytes in UTF-8")]
Email = Annotated[
    str, Meta(min_length=3, max_length=254, pattern="^[^@]+@[^@]+$", description="compared in lower case")
]
Text = Annotated[str, Meta(max_length=512)]
Url = Annotated[str, Meta(max_length=4096)]
Currency = Annotated[str, Meta(pattern="^[A-Z]{3}$", description="ISO 4217")]
Number = Annotated[float, Meta(ge=-1e15, le=1e15)]
Whole = Annotated[int, Meta(ge=-(10**15), le=10**15)]
Attribute = Annotated[str, Meta(max_length=1024)] | Whole | Number | bool


class Money(Struct, frozen=True, gc=False):
    """An amount and its currency. The amount is exact: a JSON number or a decimal string."""

    amount: Decimal
    currency: Currency


class Line(Struct, frozen=True, omit_defaults=True, gc=False):
    """One line of a cart."""

    sku: Id
    name: Text | None = None
    quantity: Annotated[int, Meta(ge=1, le=1_000_000)] = 1
    price: Money | None = None


class Page(Struct, frozen=True, omit_defaults=True, gc=False):
    """Where it happened."""

    url: Url
    title: Text | None = None
    referrer: Url | None = None


class Campaign(Struct, frozen=True, omit_defaults=True, gc=False):
    """The link that brought somebody here; a landing page reached with one is targeted."""

    id: Text | None = None
    name: Text | None = None
    source: Text | None = None
    medium: Text | None = None
    term: Text | None = None
    content: Text | None = None


class Event(Struct, kw_only=True, tag_field="family", omit_defaults=True, gc=False):
    """What all four families share. At least one of `lead_id`, `email` and `visitor_id` is there."""

    event_id: Id
    occurred_at: Annotated[datetime, Meta(tz=True, description="RFC 3339 with an offset; read to the millisecond")]
    lead_id: Id | None = None
    email: Email | None = None
    visitor_id: Id | None = None
    page: Page | None = None
    campaign: Campaign | None = None
    user_agent: Annotated[str, Meta(max_length=1024)] | None = None
    attributes: Annotated[dict[Id, Attribute], Meta(max_length=MAX_ATTRIBUTES)] | None = None


class WebsiteVisit(Event, tag="website_visit"):
    """Somebody looked at the site."""

    action: Literal["view", "download", "search", "video", "demo", "competitor_compare"] = "view"


class NewsletterSignup(Event, tag="newsletter_signup"):
    """Somebody dealt with the newsletter."""

    action: Literal["signup", "confirm", "open", "click", "unsubscribe", "bounce"] = "signup"


class Cart(Event, tag="cart"):
    """Somebody used a cart."""

    action: Literal["add", "remove", "view", "shipping_quote", "checkout", "purchase"]
    cart_id: Id | None = None
    lines: Annotated[tuple[Line, ...], Meta(max_length=MAX_LINES)] = ()
    value: Money | None = None


class LandingPage(Event, tag="landing_page"):
    """Somebody came to a landing page, or sent its form."""

    action: Literal["land", "submit"] = "land"


AnyEvent = WebsiteVisit | NewsletterSignup | Cart | LandingPage
FAMILIES: dict[str, type[AnyEvent]] = {
    "website_visit": WebsiteVisit,
    "newsletter_signup": NewsletterSignup,
    "cart": Cart,
    "landing_page": LandingPage,
}
FAMILY_OF: dict[type, str] = {kind: name for name, kind in FAMILIES.items()}


def time_of(event: Event) -> int:
    """When it happened, in epoch milliseconds, rounded down. In whole numbers: a fifth faster than by way of `timestamp()`."""
    since = event.occurred_at - EPOCH
    return since.days * 86_400_000 + since.seconds * 1000 + since.microseconds // 1000


def key_of(event: Event) -> bytes:
    """The key of the event's record and of its lead: `l:<lead id or e-mail>` if the lead is known, else `v:<visitor id>`.

    A function of the event's own fields alone, so that a retry goes to the same record. Ids are stripped of surrounding white space;
    one with an `@` is an e-mail address and is compared in lower case. `b""` if there is no id.
    """
    lead = event.lead_id or event.email
    if lead is not None:
        lead = lead.strip()
        return b"l:" + (lead.lower() if "@" in lead else lead).encode() if lead else b""
    visitor = event.visitor_id.strip() if event.visitor_id else ""
    return b"v:" + visitor.encode() if visitor else b""
