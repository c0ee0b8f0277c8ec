"""From what a tracker saw to events of the contract, the same for every tracker.

A page view is a `landing_page` if it came by a campaign, as its own address or the tracker says, or if the site says that the page is
one; else it is a `website_visit` (docs/trackers.md). A form that was sent, and a sign-up, also tell what their fields say of the
person.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

import msgspec
from msgspec import Struct

from intentflow.domain.campaigns import campaign_of
from intentflow.domain.event import (
    MAX_ATTRIBUTES,
    AnyRecord,
    Attribute,
    Campaign,
    Cart,
    LandingPage,
    Link,
    NewsletterSignup,
    Page,
    Profile,
    WebsiteVisit,
)
from intentflow.wire.event_names import NOTHING, Meaning
from intentflow.wire.refusals import refused, rejection
from intentflow.wire.rejections import Rejection
from intentflow.wire.site import Site
from intentflow.wire.tracked import Envelope
from intentflow.wire.tracker_carts import currency_of, lines_of, value_of
from intentflow.wire.tracker_ids import Refusal, email_of, id_of
from intentflow.wire.tracker_texts import LONGEST_TEXT
from intentflow.wire.tracker_traits import Told, is_of_a_person, tellings

T = TypeVar("T")
# What people tell with their own address. The `email` of any other event may be somebody else's: a friend's, who was sent a link.
WITH_ADDRESS = {("landing_page", "submit"), ("cart", "checkout"), ("cart", "purchase")}
SENT = {("landing_page", "submit"), ("newsletter_signup", "signup")}  # what people fill in


class Seen(Struct):
    """What a tracker says with every event, whatever it is about."""

    event_id: str
    occurred_at: datetime
    lead_id: str | None = None
    email: str | None = None
    visitor_id: str | None = None
    page: Page | None = None
    campaign: Campaign | None = None
    user_agent: str | None = None
    attributes: dict[str, Attribute] = {}

    def shared(self) -> dict[str, object]:
        """The fields that all families share."""
        return {
            "event_id": self.event_id,
            "occurred_at": self.occurred_at,
            "lead_id": self.lead_id,
            "email": self.email,
            "visitor_id": self.visitor_id,
            "page": self.page,
            "campaign": self.campaign,
            "user_agent": self.user_agent,
            "attributes": self.attributes or None,
        }


def or_refused(
    records: Callable[[T, Envelope], Iterable[AnyRecord]], item: T, envelope: Envelope, who: str
) -> Sequence[AnyRecord | Rejection]:
    """The records of one item, or why there are none: it can't be read, or not be taken. `who` says which fields name somebody."""
    try:
        found = list(records(item, envelope))
    except Refusal as refusal:
        return (refusal.rejection,)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return (refused(error),)
    for one in found:
        if not (one.visitor_id or one.lead_id or one.email):
            return (rejection("no_identity", who),)
    return found


def page_view(seen: Seen, site: Site) -> AnyRecord:
    """Somebody looked at a page: a landing page, or a visit."""
    url = None if seen.page is None else seen.page.url
    arrives = campaign_of(seen.campaign, url) is not None or site.is_landing_page(url)
    return LandingPage(**seen.shared()) if arrives else WebsiteVisit(**seen.shared())  # type: ignore[arg-type] # by name


def named(
    seen: Seen, field: str, name: str, meaning: Meaning | None, properties: Mapping[str, object], site: Site
) -> list[AnyRecord]:
    """What an event of this name is, and what it tells of the person. The name, which `field` said, is its attribute `event`.

    Raises Refusal if nobody knows what the name means.
    """
    if meaning is None:
        detail = f"{field}: {name[:60]!r} is in no table: say in INTENTFLOW_EVENT_NAMES what it means, or 'pass'"
        raise Refusal("unknown_family", detail)
    if meaning is NOTHING:
        return []
    if not meaning.family:
        return [page_view(seen, site)]
    if meaning.family == "newsletter_signup" or (meaning.family, meaning.action) in WITH_ADDRESS:
        seen.email = email_of(properties.get("email")) or seen.email
    person = _of_the_person(properties, seen) if (meaning.family, meaning.action) in SENT else None
    _note(seen.attributes, "event", name[:LONGEST_TEXT])
    if meaning.family == "landing_page":
        _note_form(seen.attributes, meaning)
    event = _event(seen, meaning, properties, site)
    return [event, *profiles(seen, person)] if person else [event]


def profiles(seen: Seen, traits: Mapping[str, object]) -> Iterator[Profile]:
    """What is told of a person: a profile for each way in which it became known."""
    for way, provenance, freely, told in tellings(traits):
        yield _profile(seen, way, told, provenance=provenance, given_freely=freely)


def company(seen: Seen, told: dict[str, Told]) -> Iterator[Profile]:
    """What is told of a person's company."""
    if told:
        yield _profile(seen, "company", told, provenance="observed")


def links(seen: Seen, *, join: bool = True) -> Iterator[Link]:
    """Who a visitor is, and with `join` that a user id and an e-mail address are one person's."""
    known = {name: text for name, text in (("lead_id", seen.lead_id), ("email", seen.email)) if text is not None}
    shared = {"occurred_at": seen.occurred_at}
    if known and seen.visitor_id is not None:
        name, text = next(iter(known.items()))
        yield Link(event_id=f"{seen.event_id}/visitor", visitor_id=seen.visitor_id, **{name: text}, **shared)  # type: ignore[arg-type]
    if join and len(known) == 2 and not is_same(known["lead_id"], known["email"]):
        yield Link(event_id=f"{seen.event_id}/email", **known, **shared)  # type: ignore[arg-type] # ids by name


def aliases(seen: Seen, before: str, now: str, *, browser: bool | None = None) -> Iterator[Link]:
    """Two ids of one person, of which the former is a browser's or a known one; if nobody can tell which, both is said."""
    shared = {"occurred_at": seen.occurred_at, "lead_id": now}
    if browser is not False and "@" not in before:
        yield Link(event_id=f"{seen.event_id}/visitor", visitor_id=before, **shared)  # type: ignore[arg-type] # by name
    if browser is not True:
        yield Link(event_id=f"{seen.event_id}/same", same_as=before, **shared)  # type: ignore[arg-type] # by name


def is_same(one: str, other: str) -> bool:
    """Whether two ids of known people are one: addresses are compared in lower case."""
    return one == other or ("@" in one and one.lower() == other.lower())


def _event(seen: Seen, meaning: Meaning, properties: Mapping[str, object], site: Site) -> AnyRecord:
    shared = seen.shared()
    match meaning.family:
        case "cart":
            return _cart(shared, meaning.action, properties, site)
        case "newsletter_signup":
            return NewsletterSignup(action=meaning.action, **shared)  # type: ignore[arg-type] # checked behind
        case "landing_page":
            return LandingPage(action=meaning.action, **shared)  # type: ignore[arg-type] # checked behind
        case _:
            return WebsiteVisit(action=meaning.action, **shared)  # type: ignore[arg-type] # checked behind


def _cart(shared: dict[str, object], action: str, properties: Mapping[str, object], site: Site) -> Cart:
    currency = currency_of(properties.get("currency"), site.currency)
    return Cart(
        action=action,  # type: ignore[arg-type] # checked behind
        cart_id=_cart_id(properties) if site.cart_ids else None,
        lines=lines_of(action, properties.get("products", properties.get("items")), currency),
        value=value_of(action, properties, currency),
        **shared,  # type: ignore[arg-type] # by name
    )


def _cart_id(properties: Mapping[str, object]) -> str | None:
    try:
        return id_of(properties.get("cart_id"), "cart_id")
    except Refusal:
        return None


def _of_the_person(properties: Mapping[str, object], seen: Seen) -> dict[str, object]:
    """The fields of a form that say something of who sent it; they are no attributes of the event then."""
    found = {name: value for name, value in properties.items() if is_of_a_person(name)}
    for name in found:
        seen.attributes.pop(name, None)
    return found


def _note(attributes: dict[str, Attribute], name: str, value: str) -> None:
    if len(attributes) >= MAX_ATTRIBUTES and name not in attributes:
        attributes.pop(next(reversed(attributes)))
    attributes[name] = value


def _note_form(attributes: dict[str, Attribute], meaning: Meaning) -> None:
    said = next(
        (attributes[name] for name in ("form", "form_id", "form_name", "formId", "formName") if name in attributes),
        None,
    )
    if meaning.action == "submit" and (form := said if isinstance(said, str) else meaning.form):
        _note(attributes, "form", form)


def _profile(seen: Seen, way: str, told: dict[str, Told], **how: object) -> Profile:
    return Profile(
        event_id=f"{seen.event_id}/{way}",
        occurred_at=seen.occurred_at,
        lead_id=seen.lead_id,
        email=seen.email,
        visitor_id=None if seen.lead_id or seen.email else seen.visitor_id,
        profile=told,
        **how,  # type: ignore[arg-type] # by name
    )
