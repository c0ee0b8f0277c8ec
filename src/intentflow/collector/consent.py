"""Who does not want to be watched: what is heard of it, and what is done about it.

Two wishes are heard. *Do not track*: the browser says so (`DNT: 1`), or the visitor did in the site's own consent dialogue, which
trackers hand on (the attribute `do_not_track`, or a category that is refused). *Global privacy control* (`Sec-GPC: 1`): nothing may be
sold or shared. Both are carried in the event in any case. What is done is a setting for each: `drop`, and what we would only know by
watching is not written; or `carry`, and the scoring model decides. What somebody tells us themselves (a form, a sign-up, an order, and
above all an unsubscription) is not watching: it is taken under both, without the link to what their browser did. Do-not-contact is
another matter, and an attribute of the profile. See docs/decisions/0009.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

from msgspec import Struct

from intentflow.domain.event import AnyRecord, Attribute, Cart, LandingPage, Link, NewsletterSignup, WebsiteVisit
from intentflow.wire.tracked import DO_NOT_TRACK, PRIVACY_CONTROL

Policy = Literal["drop", "carry"]
TOLD: dict[
    type, frozenset[str]
] = {  # by family: the actions by which somebody tells us something; any other is watched
    WebsiteVisit: frozenset(),
    LandingPage: frozenset({"submit"}),
    Cart: frozenset({"purchase"}),
    NewsletterSignup: frozenset({"signup", "confirm", "unsubscribe", "bounce"}),
}


class Wishes(Struct, frozen=True):
    """What a browser says for whoever sits before it."""

    do_not_track: bool = False
    privacy_control: bool = False


class Policies(Struct, frozen=True):
    """What is done about it."""

    do_not_track: Policy = "drop"
    privacy_control: Policy = "carry"
    consents: frozenset[str] = frozenset()  # such as `consent.analytics`: who refuses one of them is not to be watched


NONE = Wishes()


def carry(events: Sequence[AnyRecord], wishes: Wishes) -> None:
    """What the browser says is in each event, unless the event says otherwise. Links carry nothing."""
    said = {DO_NOT_TRACK: wishes.do_not_track, PRIVACY_CONTROL: wishes.privacy_control}
    heard = {name: True for name, is_so in said.items() if is_so}
    for event in events:
        if not isinstance(event, Link):
            event.attributes = heard | (event.attributes or {})


def is_private(events: Sequence[AnyRecord], wishes: Wishes, policies: Policies) -> bool:
    """Whether these events, which belong together, are not to be watched: the browser or one of them says so, and the policy is `drop`."""
    if wishes.do_not_track and policies.do_not_track == "drop":
        return True
    if wishes.privacy_control and policies.privacy_control == "drop":
        return True
    for event in events:
        if not isinstance(event, Link) and event.attributes and _refuses(event.attributes, policies):
            return True
    return False


def _refuses(said: Mapping[str, Attribute], policies: Policies) -> bool:
    if policies.privacy_control == "drop" and said.get(PRIVACY_CONTROL) is True:
        return True
    if policies.do_not_track != "drop":
        return False
    if said.get(DO_NOT_TRACK) is True:
        return True
    for name in policies.consents:
        if said.get(name) is False:
            return True
    return False


def is_told(event: AnyRecord) -> bool:
    """Whether somebody tells us this themselves, or sales does. What joins them to a browser is not told."""
    if isinstance(event, Link):
        return False
    told = TOLD.get(type(event))
    return told is None or event.action in told
