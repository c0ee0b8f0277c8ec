"""PostHog's events: the sixteen recorded requests, what browsers and servers of today send, and each rule of the table in `posthog.py`."""

import base64
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from intentflow.collector.unpacking import unpacked
from intentflow.wire.posthog import opened as opened_by_posthog
from intentflow.wire.posthog import translate
from intentflow.wire.rejections import Rejection
from intentflow.wire.site import Site
from intentflow.wire.tracked import Envelope, Opened
from tests.wire.posthog_outcomes import OUTCOMES
from tests.wire.real_data import real
from tests.wire.trackers import NOON, opened, outcome, taken, told

LEAD, DEVICE = "pWAkITyQ3CN7332UqQxnH6p3FV8VJd7pY647EdNkxWc", "018a981f-4b2d-78ae-947b-bedbaa02a0f4"
BROWSER = {"$lib": "web", "$device_id": "d-1"}
UNKNOWN = {"distinct_id": "d-1", "properties": BROWSER | {"$is_identified": False}}
KNOWN = {"distinct_id": "u-1", "properties": BROWSER | {"$is_identified": True, "$user_id": "u-1"}}
SEEN = {"event_id": "e-1", "occurred_at": "2026-05-01T11:59:58Z"}


def requests() -> Iterator[tuple[bytes, int, Opened]]:
    """The recorded requests: the body, unpacked as the collector does, when it was received, and what `opened` finds."""
    for line in real("posthog_capture/requests_dump.jsonl").read_text().splitlines():
        if line.startswith("#"):
            continue
        request = json.loads(line)
        body = unpacked(base64.b64decode(request["body"]), 1 << 22)
        assert isinstance(body, bytes)
        found = opened_by_posthog(body, "capture")
        assert isinstance(found, Opened)
        yield body, int(datetime.fromisoformat(request["now"]).timestamp() * 1000), found


def recorded() -> Iterator[tuple[int, str, list[dict[str, Any]]]]:
    """Each recorded event: the number of its request, its name, and what it is to us."""
    for number, (_, now, found) in enumerate(requests(), 1):
        envelope = Envelope(tracker="posthog", received=now, sent=found.sent)
        for item in found.items:
            yield number, json.loads(bytes(item))["event"], [told(one) for one in translate(item, envelope)]


def captured(
    event: str, who: dict[str, Any] = UNKNOWN, more: dict[str, Any] | None = None, **fields: Any
) -> list[dict[str, Any]]:
    """What today's posthog-js sends, with more properties."""
    own = who | {"event": event, "uuid": "e-1", "timestamp": "2026-05-01T11:59:58.000Z"} | fields
    own["properties"] = who["properties"] | (more or {})
    return taken("posthog", {"api_key": "k", "batch": [own], "sent_at": "2026-05-01T12:00:00Z"})


def who_is(one: dict[str, Any]) -> tuple[str | None, str | None]:
    return one.get("lead_id"), one.get("visitor_id")


def test_every_recorded_event_is_what_the_table_says():
    found = [f"{n}; {name}; {', '.join(map(outcome, events)) or 'passed over'}" for n, name, events in recorded()]
    assert len({n for n, _, _ in recorded()}) == 16
    assert found == OUTCOMES.strip().splitlines()


def test_every_recorded_refusal_names_the_field_and_what_to_do():
    details = [one["detail"] for _, _, events in recorded() for one in events if "refused" in one]
    assert len(details) == 24
    assert {detail.partition(":")[0] for detail in details} == {"event"}
    assert {detail.partition(" is in no table: ")[2] for detail in details} == {
        "say in INTENTFLOW_EVENT_NAMES what it means, or 'pass'"
    }


def test_the_recorded_keys_are_found():
    assert {found.key for _, _, found in requests()} == {
        "phc_qgUFp5wz2BjC4RsFjMGpQ3PGDrsi6Q0CG0CP4NAac0I",
        "phc_NVZOyYb8hX2GDs80mQd072OT0WUrAbdQom4XeCV5Nfh",
        "abcdef123456",
    }


def test_the_recorded_identification_says_who_the_visitor_is():
    (events,) = [events for _, name, events in recorded() if name == "$identify"]
    assert events == [
        {
            "family": "link",
            "event_id": "018a981f-4b35-7c66-825e-8b0eeae65714/visitor",
            "occurred_at": "2023-09-15T09:15:02.325Z",
            "lead_id": LEAD,
            "visitor_id": DEVICE,
        }
    ]


def test_the_first_recorded_page_is_a_visitors_and_the_next_a_leads():
    pages = [events[0] for _, name, events in recorded() if name == "$pageview"]
    assert pages[0] == {
        "family": "website_visit",
        "event_id": "018a981f-4b2f-791a-9eb1-67ae5b9ecf84",
        "occurred_at": "2023-09-15T09:15:02.319Z",
        "visitor_id": DEVICE,
        "page": {"url": "http://localhost:8000/", "title": "PostHog"},
    }
    assert {who_is(page) for page in pages[1:]} == {(LEAD, DEVICE)}


def test_a_recorded_organization_is_the_persons_company():
    told_of_company = [one for _, name, events in recorded() if name == "$groupidentify" for one in events]
    assert told_of_company[0]["profile"] == {
        "company_id": "018a981e-f55c-0000-a85d-25c15e555d5d",
        "company": "X",
        "company_slug": "x",
        "company_created_at": "2023-09-15T09:14:40.355611Z",
        "company_instance_tag": "none",
    }


def test_a_recorded_servers_sign_up_is_a_form_that_was_sent():
    (signup,) = [one for n, name, events in recorded() if name == "user signed up" for one in events]
    assert signup == {
        "family": "landing_page",
        "action": "submit",
        "event_id": "018eec80-f044-7c2d-b966-35f05059f375",
        "occurred_at": "2024-04-17T14:40:56.900Z",
        "lead_id": "distinct_id_of_the_user",
        "attributes": {"login_type": "email", "is_free_trial": True, "event": "user signed up", "form": "sign_up"},
    }


@pytest.mark.parametrize(
    ("distinct", "properties", "who"),
    [
        ("d-1", {"$device_id": "d-1", "$is_identified": False}, (None, "d-1")),
        ("u-1", {"$device_id": "d-1", "$is_identified": True}, ("u-1", "d-1")),
        ("d-2", {"$device_id": "d-1", "$is_identified": False}, (None, "d-2")),  # after `reset()`
        ("d-2", {"$device_id": "d-1", "$lib": "web"}, (None, "d-2")),  # the same in an older version
        ("u-1", {"$device_id": "d-1", "$lib": "web", "$user_id": "u-1"}, ("u-1", "d-1")),
        ("u-1", {"$device_id": "d-1", "$lib": "posthog-ios"}, ("u-1", "d-1")),
        ("u-1", {}, ("u-1", None)),
        ("u-1", {"$process_person_profile": False}, (None, "u-1")),
    ],
)
def test_a_distinct_id_is_a_leads_or_a_visitors(
    distinct: str, properties: dict[str, Any], who: tuple[str | None, str | None]
):
    (page,) = taken("posthog", {"event": "$pageview", "distinct_id": distinct, "properties": properties})
    assert who_is(page) == who


def test_an_id_that_nobody_has_alone_is_refused():
    (refused,) = captured("$pageview", {"distinct_id": "$posthog_cookieless", "properties": {}})
    assert refused["refused"] == "no_identity"


def test_a_page_is_a_landing_by_its_own_address_and_not_by_what_posthog_remembers():
    (page,) = captured("$pageview", more={"$current_url": "https://shop.example/x", "utm_source": "news", "gclid": "x"})
    assert (page["family"], page.get("attributes")) == ("website_visit", None)
    (page,) = captured("$pageview", more={"$current_url": "https://shop.example/?utm_source=news"})
    assert page["family"] == "landing_page"


def test_a_page_has_its_address_title_referrer_and_browser():
    more = {
        "$current_url": "https://shop.example/x",
        "title": "X",
        "$referrer": "$direct",
        "$raw_user_agent": "Mozilla/5.0 x",
        "plan": "pro",
    }
    assert captured("$pageview", more=more) == [
        {
            **SEEN,
            "family": "website_visit",
            "visitor_id": "d-1",
            "page": {"url": "https://shop.example/x", "title": "X"},
            "user_agent": "Mozilla/5.0 x",
            "attributes": {"plan": "pro"},
        }
    ]


def test_an_identification_links_visitor_and_address_and_tells_the_rest():
    found = captured(
        "$identify",
        KNOWN,
        {"$anon_distinct_id": "d-1"},
        **{"$set": {"email": "a@b.example", "name": "Ann", "plan": "pro"}},
    )
    assert [(outcome(one), one.get("visitor_id"), one.get("email")) for one in found] == [
        ("link", "d-1", None),
        ("link", None, "a@b.example"),
        ("profile", None, "a@b.example"),
        ("profile", None, "a@b.example"),
    ]
    assert [one.get("profile") for one in found[2:]] == [{"name": "Ann"}, {"plan": "pro"}]
    assert {one["lead_id"] for one in found} == {"u-1"}


def test_any_event_may_tell_of_the_person():
    found = captured("Order Completed", KNOWN, {"$set": {"plan": "pro"}, "total": 5, "currency": "EUR"})
    assert [outcome(one) for one in found] == ["cart.purchase", "profile"]
    assert found[0]["value"] == {"amount": "5", "currency": "EUR"}
    assert [outcome(one) for one in captured("$autocapture", KNOWN, {"$set": {"plan": "pro"}})] == ["profile"]


@pytest.mark.parametrize(
    "name", ["$autocapture", "$pageleave", "$feature_flag_called", "$web_vitals", "$opt_in", "$whatever_comes"]
)
def test_posthogs_own_events_are_nothing(name: str):
    assert captured(name) == []


@pytest.mark.parametrize(
    ("who", "links"),
    [
        (UNKNOWN, [{"lead_id": "u-2", "visitor_id": "d-1"}]),
        (KNOWN, [{"lead_id": "u-2", "same_as": "u-1"}]),
        (
            {"distinct_id": "x-1", "properties": {}},
            [{"lead_id": "u-2", "visitor_id": "x-1"}, {"lead_id": "u-2", "same_as": "x-1"}],
        ),
    ],
)
def test_an_alias_is_another_id_of_the_visitor_or_of_the_lead(who: dict[str, Any], links: list[dict[str, str]]):
    found = captured("$create_alias", who, {"alias": "u-2"})
    assert [
        {k: v for k, v in one.items() if (k.endswith("_id") and k != "event_id") or k == "same_as"} for one in found
    ] == links


def test_an_alias_of_itself_is_refused():
    (refused,) = captured("$create_alias", KNOWN, {"alias": "u-1"})
    assert refused["refused"] == "no_identity"


@pytest.mark.parametrize("properties", [{"$group_type": "project"}, {"$group_type": ["company"]}, {}])
def test_a_group_that_is_no_company_is_nothing(properties: dict[str, Any]):
    assert captured("$groupidentify", KNOWN, properties | {"$group_key": "k"}) == []


def test_a_group_that_a_server_tells_of_is_nobodys_company():
    """posthog-python makes an id up for it."""
    told_of = {"$group_type": "company", "$group_key": "acme", "$group_set": {"name": "Acme"}, "$is_server": True}
    assert captured("$groupidentify", {"distinct_id": "6ac49daa-8aba", "properties": {}}, told_of) == []


def test_a_list_and_a_single_event_are_taken_like_a_batch():
    event = UNKNOWN | {"event": "$pageview", "api_key": "k"}
    for body in ([event], event, {"batch": [event], "api_key": "k"}):
        assert opened("posthog", body).key == "k"
        assert [outcome(one) for one in taken("posthog", body)] == ["website_visit.view"]
    assert opened("posthog", UNKNOWN | {"properties": {"token": "k"}}).key == "k"


@pytest.mark.parametrize("body", [b"", b"7", b"[7]", b'{"batch": {}}', b"\x1f\x8b", b"data=x"])
def test_a_body_that_is_no_event_is_refused(body: bytes):
    assert isinstance(opened_by_posthog(body, "capture"), Rejection)


def test_an_offset_says_how_long_before_it_was_received():
    (page,) = taken("posthog", UNKNOWN | {"event": "$pageview", "offset": 5000})
    assert page["occurred_at"] == "2026-05-01T11:59:55Z"


def test_the_time_of_a_slow_clock_is_put_right_by_when_it_was_sent():
    event = UNKNOWN | {"event": "$pageview", "timestamp": "2026-05-01T09:59:00Z"}
    (page,) = taken("posthog", {"batch": [event], "sent_at": "2026-05-01T10:00:00Z"}, received=NOON)
    assert page["occurred_at"] == "2026-05-01T11:59:00Z"


def test_a_sites_own_name_means_what_the_site_says():
    event = UNKNOWN | {"event": "recording viewed"}
    assert [outcome(one) for one in taken("posthog", event)] == ["refused unknown_family"]
    assert [
        outcome(one) for one in taken("posthog", event, site=Site({"recording viewed": "website_visit.video"}))
    ] == ["website_visit.video"]
