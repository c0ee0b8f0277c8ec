"""The event contract: what somebody did on the site, in the four families of behaviour, and what became of it in sales.

These structs are the only definition of an event. The JSON Schemas in `docs/schemas/` are made from them, and the collector, the worker
and `replay` decode with them. Fields that we don't know are ignored, so that producers may send more than we read.
"""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal, final, get_args

from msgspec import Meta, Struct

from intentflow.domain.bonds import rank
from intentflow.domain.moments import milliseconds

MAX_RECORD_BYTES = 1 << 20  # of a record's value
MAX_ID_BYTES = 128  # of an id in UTF-8
MAX_LINES = 500  # of a cart
MAX_ATTRIBUTES = 64  # of an event, and of a profile
MAX_TOLD_BYTES = 256  # of a text in a profile, in UTF-8
MAX_AMOUNT = Decimal(10) ** 12  # of money; it is never negative
EARLIEST = 946_684_800_000  # 2000-01-01: an event before it is a broken clock
LATEST = 4_102_444_800_000  # 2100-01-01

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
Told = (
    Annotated[str, Meta(max_length=MAX_TOLD_BYTES, description="at most 256 bytes in UTF-8")]
    | Whole
    | Number
    | bool
    | None
)
Provenance = Literal["form", "purchase", "observed", "enriched", "bought"]
PROVENANCES: tuple[Provenance, ...] = get_args(Provenance)


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
    """What all families share. At least one of `lead_id`, `email` and `visitor_id` is there."""

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
    lines: Annotated[tuple[Line, ...], Meta(max_length=MAX_LINES)] | None = None
    value: Money | None = None


class LandingPage(Event, tag="landing_page"):
    """Somebody came to a landing page, or sent its form."""

    action: Literal["land", "submit"] = "land"


class SalesOutcome(Event, tag="outcome"):
    """What became of a lead in sales: they took it up, gave it back, or the deal was decided."""

    action: Literal["won", "lost", "accepted", "rejected", "recycled"]
    reason: Text | None = None
    value: Money | None = None


class Profile(Event, kw_only=True, tag="profile"):
    """Something became known of somebody: attributes by name. Null withdraws one."""

    action: Literal["update"] = "update"
    profile: Annotated[dict[Id, Told], Meta(min_length=1, max_length=MAX_ATTRIBUTES)]
    provenance: Provenance
    given_freely: bool = False


@final
class Link(Struct, kw_only=True, tag_field="family", tag="link", omit_defaults=True, gc=False):
    """Two ids are one person: exactly two of `lead_id`, `email`, `same_as` and `visitor_id`. Its key is that of the greater one.

    Ids are ordered: user ids, then e-mails, then visitors; among equals by bytes.
    """

    event_id: Id
    occurred_at: Annotated[datetime, Meta(tz=True, description="RFC 3339 with an offset; read to the millisecond")]
    lead_id: Id | None = None
    email: Email | None = None
    same_as: Annotated[Id | None, Meta(description="another lead id or e-mail")] = None
    visitor_id: Id | None = None


AnyEvent = WebsiteVisit | NewsletterSignup | Cart | LandingPage | SalesOutcome | Profile
AnyRecord = AnyEvent | Link
FAMILIES: dict[str, type[AnyEvent]] = {
    "website_visit": WebsiteVisit,
    "newsletter_signup": NewsletterSignup,
    "cart": Cart,
    "landing_page": LandingPage,
    "outcome": SalesOutcome,
    "profile": Profile,
}
FAMILY_OF: dict[type, str] = {kind: name for name, kind in FAMILIES.items()}


def time_of(event: Event | Link) -> int:
    """When it happened, in epoch milliseconds, rounded down."""
    return milliseconds(event.occurred_at)


def key_of(event: Event | Link) -> bytes:
    """The key of the event's record and of its lead: `l:<lead id or e-mail>` if the lead is known, else `v:<visitor id>`.

    A function of the event's own fields alone, so that a retry goes to the same record. Ids are stripped of surrounding white space;
    one with an `@` is an e-mail address and is compared in lower case. `b""` if there is no id. A link's is the greater of its two.
    """
    if isinstance(event, Link):
        return max(ids_of(event), key=rank, default=b"")
    lead = event.lead_id or event.email
    return visitor_key(event.visitor_id) if lead is None else lead_key(lead)


def ids_of(link: Link) -> list[bytes]:
    """The keys of the ids that a link names."""
    keys = [lead_key(name) for name in (link.lead_id, link.email, link.same_as) if name is not None]
    return keys if link.visitor_id is None else [*keys, visitor_key(link.visitor_id)]


def lead_key(name: str) -> bytes:
    """The key of a lead id or e-mail."""
    name = name.strip()
    return b"l:" + (name.lower() if "@" in name else name).encode() if name else b""


def visitor_key(name: str | None) -> bytes:
    """The key of a visitor id."""
    name = name.strip() if name else ""
    return b"v:" + name.encode() if name else b""
