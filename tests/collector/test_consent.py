"""Who does not want to be watched."""

from datetime import UTC, datetime
from typing import Any, get_args

import pytest

from intentflow.collector.consent import NONE, TOLD, Policies, Wishes, carry, is_private, is_told
from intentflow.domain.event import (
    FAMILIES,
    AnyRecord,
    Cart,
    LandingPage,
    Link,
    NewsletterSignup,
    Profile,
    SalesOutcome,
    WebsiteVisit,
)

WHEN = datetime(2026, 5, 1, tzinfo=UTC)
BOTH = Policies("drop", "drop")
CARRIED = Policies("carry", "carry")


def event(kind: type = WebsiteVisit, action: str | None = None, **more: Any) -> AnyRecord:
    said = {"event_id": "e", "occurred_at": WHEN, "visitor_id": "v"} | more
    made: AnyRecord = kind(**said) if action is None else kind(**said, action=action)
    return made


def link() -> Link:
    return Link(event_id="l", occurred_at=WHEN, visitor_id="v", lead_id="u")


@pytest.mark.parametrize("wishes", [Wishes(True, False), Wishes(False, True), Wishes(True, True)])
def test_a_wish_is_carried_in_the_event_whatever_is_done_about_it(wishes):
    events = [event(), event(attributes={"a": 1}), link()]
    carry(events, wishes)
    said = {
        name: True
        for name in ("do_not_track", "global_privacy_control")
        if getattr(wishes, {"do_not_track": "do_not_track"}.get(name, "privacy_control"))
    }
    assert [one.attributes for one in events if not isinstance(one, Link)] == [said, said | {"a": 1}]


def test_what_the_event_says_itself_is_not_written_over():
    asked = event(attributes={"do_not_track": False})
    carry([asked], Wishes(do_not_track=True))
    assert not isinstance(asked, Link)
    assert asked.attributes == {"do_not_track": False}


@pytest.mark.parametrize(
    ("wishes", "attributes", "policies", "private"),
    [
        (NONE, None, BOTH, False),
        (NONE, {"do_not_track": False, "global_privacy_control": False}, BOTH, False),
        (NONE, {"do_not_track": "true"}, BOTH, False),
        (Wishes(do_not_track=True), None, Policies(), True),
        (Wishes(privacy_control=True), None, Policies(), False),
        (Wishes(privacy_control=True), None, BOTH, True),
        (NONE, {"do_not_track": True}, Policies(), True),
        (NONE, {"global_privacy_control": True}, BOTH, True),
        (NONE, {"consent.analytics": False}, Policies(consents=frozenset({"consent.analytics"})), True),
        (NONE, {"consent.analytics": True}, Policies(consents=frozenset({"consent.analytics"})), False),
        (NONE, {"consent.advertising": False}, Policies(consents=frozenset({"consent.analytics"})), False),
        (NONE, {"consent.analytics": False}, Policies("carry", consents=frozenset({"consent.analytics"})), False),
        (Wishes(True, True), {"do_not_track": True, "global_privacy_control": True}, CARRIED, False),
    ],
)
def test_somebody_is_private_who_said_so_where_the_policy_is_to_drop(wishes, attributes, policies, private):
    assert is_private([link(), event(attributes=attributes)], wishes, policies) == private


def test_by_default_do_not_track_is_dropped_and_privacy_control_is_carried():
    assert (Policies().do_not_track, Policies().privacy_control) == ("drop", "carry")


def test_what_somebody_tells_us_is_not_watching():
    told = {(kind, action) for kind, actions in TOLD.items() for action in actions}
    assert told == {
        (LandingPage, "submit"),
        (Cart, "purchase"),
        *((NewsletterSignup, action) for action in ("signup", "confirm", "unsubscribe", "bounce")),
    }
    assert is_told(event(NewsletterSignup, "unsubscribe"))
    assert is_told(event(Profile, profile={"a": 1}, provenance="form"))
    assert is_told(event(SalesOutcome, "won"))


def test_every_other_thing_that_visitors_do_is_watched():
    assert set(TOLD) == set(FAMILIES.values()) - {Profile, SalesOutcome}
    actions = {kind: set(get_args(kind.__annotations__["action"])) for kind in TOLD}
    watched = [event(kind, action) for kind, names in actions.items() for action in names - TOLD[kind]]
    assert len(watched) == 14
    assert not any(map(is_told, [*watched, link()]))
