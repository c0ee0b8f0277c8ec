"""Segment's calls and RudderStack's: every example of the spec, and each rule of the table in `segment.py`."""

import json
import re
from typing import Any

import pytest

from intentflow.wire.rejections import Rejection
from intentflow.wire.segment import opened as opened_by_segment
from intentflow.wire.site import ANY_SITE, Site
from tests.wire.real_data import real
from tests.wire.segment_outcomes import OUTCOMES
from tests.wire.trackers import NOON, opened, outcome, taken

BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"
AT_NOON = "2026-05-01T12:00:00Z"
WHO = {"anonymousId": "a-1", "messageId": "m-1", "timestamp": "2026-05-01T11:59:58Z", "sentAt": AT_NOON}
SEEN = {"event_id": "m-1", "occurred_at": "2026-05-01T11:59:58Z", "visitor_id": "a-1"}


def spec() -> list[dict[str, Any]]:
    return [json.loads(line) for line in real("segment_spec/spec_payloads.jsonl").read_text().splitlines()]


def message(example: dict[str, Any]) -> dict[str, Any]:
    """An example as it is sent: what a call of analytics.js is given, in the call that it makes of it."""
    payload: dict[str, Any] = example["payload"]
    kind, call = example["method"], example["call"]
    if not call or "properties" in payload:
        return {"anonymousId": "a-1"} | payload if call else payload
    if kind in ("track", "page"):
        return {"type": kind, "anonymousId": "a-1", "event": example["event"], "properties": payload}
    named = re.search(r"\(\W?(\w*)", call)
    assert named
    who = {"groupId" if kind == "group" else "userId": named[1]}
    return {"type": kind, "anonymousId": "a-1", "traits": payload} | who


def track(event: object, properties: object = None, site: Site = ANY_SITE, **more: object) -> list[dict[str, Any]]:
    call = WHO | {"type": "track", "event": event, "properties": properties} | more
    return taken("segment", call, site=site)


def page(url: str, **more: object) -> dict[str, Any]:
    (seen,) = taken("segment", WHO | {"type": "page", "properties": {"url": url}} | more)
    return seen


def test_every_example_of_the_spec_is_what_the_table_says():
    found = []
    for example in spec():
        name = example["event"] or example["method"] or "(nothing)"
        outcomes = ", ".join(map(outcome, taken("segment", message(example), example["method"] or "")))
        found.append(f"{example['file']}; {name}; {outcomes or 'passed over'}")
    assert found == OUTCOMES.strip().splitlines()


def test_every_refusal_of_an_example_names_the_field_and_what_to_do():
    refusals = {one["detail"] for example in spec() for one in taken("segment", message(example)) if "refused" in one}
    fields = {detail.partition(":")[0].split(",")[0] for detail in refusals}
    assert fields == {"event", "type", "userId"}
    assert [
        d for d in refusals if not re.search(r"must|say in INTENTFLOW_EVENT_NAMES what it means, or 'pass'", d)
    ] == []


def test_an_identify_links_the_visitor_and_the_address_and_tells_the_rest():
    (example,) = [e for e in spec() if e["file"] == "identify.md" and e["section"] == "Example"]
    shared = {"occurred_at": AT_NOON, "lead_id": "97980cfea0067"}
    form = {
        "name": "Peter Gibbons",
        "street": "6th St",
        "city": "San Francisco",
        "state": "CA",
        "postal_code": "94103",
        "country": "USA",
    }
    message_id, email = "022bb90c-bbac-11e4-8dfc-aa07a5b093db", "peter@example.com"
    assert taken("segment", example["payload"] | {"sentAt": None, "timestamp": None}) == [
        {"family": "link", "event_id": f"{message_id}/visitor", **shared, "visitor_id": "507f191e810c19729de860ea"},
        {"family": "link", "event_id": f"{message_id}/email", **shared, "email": email},
        {
            "family": "profile",
            "event_id": f"{message_id}/form",
            **shared,
            "email": email,
            "profile": form,
            "provenance": "form",
        },
        {
            "family": "profile",
            "event_id": f"{message_id}/observed",
            **shared,
            "email": email,
            "profile": {"plan": "premium", "logins": 5},
            "provenance": "observed",
        },
    ]


def test_an_order_has_its_lines_and_what_was_paid():
    (example,) = [e for e in spec() if e["section"] == "Selecting your properties"]
    assert taken("segment", {**example["payload"], "type": "track", "messageId": "m-1"}) == [
        {
            "family": "cart",
            "action": "purchase",
            "event_id": "m-1",
            "occurred_at": AT_NOON,
            "lead_id": "019mr8mf4r",
            "lines": [
                {"sku": "201", "name": "Folsom", "price": {"amount": "10", "currency": "USD"}},
                {"sku": "204", "name": "Brennan", "price": {"amount": "10", "currency": "USD"}},
            ],
            "value": {"amount": "20", "currency": "USD"},
            "attributes": {
                "order_id": "50314b8e9bcf000000000000",
                "total": 20,
                "currency": "USD",
                "event": "Order Completed",
            },
        }
    ]


def test_a_click_in_a_mail_is_one_in_the_newsletter():
    (example,) = [e for e in spec() if e["event"] == "Email Link Clicked"]
    (clicked,) = taken("segment", example["payload"])
    assert (clicked["lead_id"], clicked["email"]) == ("019mr8mf4r", "joanna@chotchkies.com")
    assert clicked["campaign"] == {"id": "123", "name": "New Customer Discount"}
    assert clicked["page"] == {"url": "https://www.buymyshirts.com?promo=NEWCUSTOMER"}


def test_a_page_is_a_visit():
    assert page("https://shop.example/x?q=1", context={"userAgent": BROWSER, "page": {"title": "ignored"}}) == {
        **SEEN,
        "family": "website_visit",
        "page": {"url": "https://shop.example/x?q=1"},
        "user_agent": BROWSER,
    }


@pytest.mark.parametrize(
    ("url", "context", "family"),
    [
        ("https://shop.example/spring?utm_campaign=spring", {}, "landing_page"),
        ("https://shop.example/spring?gclid=x", {}, "landing_page"),
        ("https://shop.example/spring", {"campaign": {"source": "news"}}, "landing_page"),
        ("https://shop.example/spring", {"campaign": {}}, "website_visit"),
        ("https://shop.example/spring", {"page": {"referrer": "https://search.example/"}}, "website_visit"),
        ("https://shop.example/lp/spring", {}, "landing_page"),
        ("https://shop.example/LP/spring", {}, "landing_page"),
    ],
)
def test_a_page_is_a_landing_if_a_campaign_or_the_site_says_so(url: str, context: dict[str, Any], family: str):
    call = WHO | {"type": "page", "properties": {"url": url}, "context": context}
    (seen,) = taken("segment", call, site=Site(landing_pages=["*/lp/*"]))
    assert seen["family"] == family


def test_rudderstacks_direct_is_no_referrer():
    context = {"page": {"url": "https://shop.example/", "referrer": "$direct", "title": "Home"}}
    assert page("", context=context)["page"] == {"url": "https://shop.example/", "title": "Home"}


def test_the_path_names_the_call_where_the_body_does_not():
    body = WHO | {"properties": {"url": "https://shop.example/"}}
    assert [outcome(one) for one in taken("segment", body, "page")] == ["website_visit.view"]
    assert [outcome(one) for one in taken("segment", body | {"type": "identify", "traits": {"plan": 1}}, "page")] == [
        "profile"
    ]


def test_a_batch_is_its_calls_and_a_bad_one_costs_only_itself():
    batch = [WHO | {"type": "page"}, 7, None, "x", [], WHO | {"type": "shrug"}, {"type": "page", "userId": {}}]
    found = taken("segment", {"batch": batch, "writeKey": "k", "sentAt": AT_NOON}, "batch")
    assert [outcome(one) for one in found] == [
        "website_visit.view",
        *["refused wrong_type"] * 4,
        "refused unknown_family",
        "refused wrong_type",
    ]
    assert found[-1]["detail"] == "userId: must be a text or a whole number"


def test_the_key_and_the_time_of_sending_are_found():
    found = opened("segment", {"batch": [], "writeKey": "k", "sentAt": AT_NOON})
    assert (found.key, found.sent, list(found.items)) == ("k", NOON, [])
    assert opened("segment", {"writeKey": 7, "sentAt": "soon"}).key is None


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"7", b'{"batch": 7}', b"\xff", b'{"batch": {}}', b"[" * 100_000])
def test_a_body_that_is_no_call_is_refused(body: bytes):
    assert isinstance(opened_by_segment(body, "batch"), Rejection)


def test_a_clock_that_is_a_day_ahead_is_put_right():
    call = WHO | {"type": "page", "timestamp": "2026-05-02T11:59:00Z", "sentAt": "2026-05-02T12:00:00Z"}
    (seen,) = taken("segment", call)
    assert seen["occurred_at"] == "2026-05-01T11:59:00Z"


def test_the_original_timestamp_goes_before_the_one_that_a_relay_put_right():
    (seen,) = taken("segment", WHO | {"type": "page", "originalTimestamp": "2026-05-01T11:58:00.500Z"})
    assert seen["occurred_at"] == "2026-05-01T11:58:00.500Z"


@pytest.mark.parametrize(
    ("said", "at"), [(NOON // 1000 - 60, "11:59:00"), (NOON - 60_000, "11:59:00"), ("2026-05-01 11:59", "11:59:00")]
)
def test_a_time_may_be_a_number_or_have_no_offset(said: object, at: str):
    (seen,) = taken("segment", WHO | {"type": "page", "timestamp": said})
    assert seen["occurred_at"] == f"2026-05-01T{at}Z"


@pytest.mark.parametrize("said", ["yesterday", True, {}, "NaN", 10**40, "1" * 5000, "2026-13-01"])
def test_a_time_that_cannot_be_read_refuses_the_event(said: object):
    (seen,) = taken("segment", WHO | {"type": "page", "timestamp": said})
    assert outcome(seen) == "refused bad_time" or seen["occurred_at"] == AT_NOON


@pytest.mark.parametrize("nobody", [None, "", " ", "undefined", "null", "Anonymous", "[object Object]", "0", 0])
def test_an_id_that_is_nobodys_is_none(nobody: object):
    (seen,) = taken("segment", WHO | {"type": "page", "userId": nobody})
    assert seen["visitor_id"] == "a-1"
    assert "lead_id" not in seen
    (refused,) = taken("segment", {"type": "page", "userId": nobody, "anonymousId": nobody})
    assert refused["refused"] == "no_identity"


def test_a_number_may_be_an_id():
    (seen,) = taken("segment", WHO | {"type": "page", "userId": 4711})
    assert seen["lead_id"] == "4711"


def test_a_call_without_an_id_has_one_of_its_content_and_the_same_when_it_is_sent_again():
    call = {name: value for name, value in WHO.items() if name != "messageId"} | {"type": "page"}
    first, again, other = (
        taken("segment", call | more, received=NOON + later)[0]["event_id"]
        for more, later in ((({}), 0), ({"sentAt": "2026-05-01T12:00:05Z"}, 5000), ({"name": "Home"}, 0))
    )
    assert first == again != other


def test_a_call_without_id_and_time_is_another_each_time_it_is_received():
    call = {"type": "page", "anonymousId": "a-1"}
    assert len({taken("segment", call, received=NOON + later)[0]["event_id"] for later in (0, 1, 1)}) == 2


def test_an_id_that_is_too_long_is_known_by_its_hash():
    (seen,) = taken("segment", WHO | {"type": "page", "messageId": "m" * 200})
    assert re.fullmatch("[0-9a-f]{32}", seen["event_id"])


def test_a_server_library_is_nobodys_browser():
    for agent, kept in (("analytics-python/2.4.0", None), ("python-requests/2.33", None), (BROWSER, BROWSER)):
        (seen,) = taken("segment", WHO | {"type": "page"}, user_agent=agent)
        assert seen.get("user_agent") == kept


def test_an_addition_does_not_tell_the_contents_of_the_cart():
    (added,) = track(
        "Product Added", {"cart_id": "k9", "sku": "kettle", "price": 39.9, "currency": "EUR", "value": 39.9}
    )
    attributes = {
        "cart_id": "k9",
        "sku": "kettle",
        "price": 39.9,
        "currency": "EUR",
        "value": 39.9,
        "event": "Product Added",
    }
    assert added == {**SEEN, "family": "cart", "action": "add", "attributes": attributes}


def test_a_cart_has_its_id_where_the_site_says_that_purchases_have_it_too():
    (added,) = track("Product Added", {"cart_id": "k9"}, site=Site(cart_ids=True))
    assert added["cart_id"] == "k9"


def test_a_cart_that_is_looked_at_and_has_nothing_in_it_is_told_as_empty():
    (viewed,) = track("Cart Viewed", {"products": []})
    assert viewed["lines"] == []


@pytest.mark.parametrize(
    ("properties", "value"),
    [
        ({"total": "27.50", "currency": "eur"}, {"amount": "27.50", "currency": "EUR"}),
        ({"revenue": 25}, {"amount": "25", "currency": "GBP"}),
        ({"total": -1}, None),
        ({"total": True}, None),
        ({"total": "12,50"}, None),
        ({"total": "NaN"}, None),
        ({"total": "1e13"}, None),
        ({"total": "9" * 100_000}, None),
        ({"total": 0.1 + 0.2}, {"amount": "0.300000000", "currency": "GBP"}),
    ],
)
def test_an_amount_that_is_none_costs_the_amount_and_not_the_order(properties: object, value: object):
    (bought,) = track("Order Completed", properties, site=Site(currency="GBP"))
    assert (bought["action"], bought.get("value")) == ("purchase", value)


@pytest.mark.parametrize("products", [[{"name": "no id"}], [7], "x", [{"sku": "a"}] * 501])
def test_lines_that_are_not_told_in_full_are_not_told(products: object):
    (bought,) = track("Order Completed", {"products": products})
    assert "lines" not in bought


def test_a_sites_own_name_means_what_the_site_says():
    site = Site(
        {"Course Clicked": "website_visit.demo", "Beta Asked For": "landing_page.submit form=beta", "Noise": "pass"}
    )
    assert [outcome(one) for one in track("course_clicked", site=site)] == ["website_visit.demo"]
    (asked,) = track("Beta Asked For", site=site)
    assert asked["attributes"] == {"event": "Beta Asked For", "form": "beta"}
    assert track("Noise", site=site) == []


def test_the_forms_own_name_goes_before_the_one_of_the_table():
    (sent,) = track("Signed Up", {"form_id": "footer"})
    assert sent["attributes"]["form"] == "footer"


def test_a_newsletter_sign_up_tells_of_the_person_and_is_the_persons():
    properties = {"email": "Ann@Roastery.example", "first_name": "Ann", "list": "weekly", "marketing_consent": True}
    signup, form, freely = track("Newsletter Signed Up", properties)
    assert signup == {
        **SEEN,
        "family": "newsletter_signup",
        "action": "signup",
        "email": "Ann@Roastery.example",
        "attributes": {"list": "weekly", "event": "Newsletter Signed Up"},
    }
    assert (form["profile"], form["provenance"]) == ({"first_name": "Ann"}, "form")
    assert (freely["profile"], freely["given_freely"]) == ({"marketing_consent": True}, True)


@pytest.mark.parametrize(
    ("call", "links"),
    [
        ({"previousId": "u-0", "userId": "u-1"}, [{"visitor_id": "u-0"}, {"same_as": "u-0"}]),
        ({"previousId": "a@b.example", "userId": "u-1"}, [{"same_as": "a@b.example"}]),
        ({"previousId": "a-1", "userId": "u-1"}, [{"visitor_id": "a-1"}]),
        ({"previousId": "u-1", "userId": "u-1"}, [{"visitor_id": "a-1"}]),  # as analytics-next sends it
    ],
)
def test_an_alias_links_the_former_id_to_the_one_of_now(call: dict[str, object], links: list[dict[str, object]]):
    found = taken("segment", WHO | {"type": "alias"} | call)
    assert [{k: v for k, v in one.items() if k not in ("family", "event_id", "occurred_at")} for one in found] == [
        {"lead_id": "u-1"} | link for link in links
    ]


@pytest.mark.parametrize(
    "call",
    [
        {"type": "alias", "previousId": "u-1", "anonymousId": None},
        {"type": "alias", "userId": None},
        {"type": "identify", "anonymousId": None, "userId": None},
        {"type": "group", "anonymousId": None},
        {"type": "track"},
    ],
)
def test_a_call_that_tells_nothing_is_refused_and_says_what_it_lacks(call: dict[str, object]):
    (refused,) = taken("segment", WHO | {"userId": "u-1"} | call)
    assert "refused" in refused


def test_a_group_is_what_is_known_of_somebodys_company():
    (told,) = taken(
        "segment",
        WHO | {"type": "group", "groupId": "g1", "traits": {"name": "Initech", "employees": 329, "email": "x@y.z"}},
    )
    assert told["profile"] == {"company_id": "g1", "company": "Initech", "employees": 329, "company_email": "x@y.z"}
    assert "email" not in told


def test_consent_is_carried_by_category():
    segments = {"consent": {"categoryPreferences": {"Advertising": False, "Analytics": True}}}
    rudders = {"consentManagement": {"allowedConsentIds": ["c1"], "deniedConsentIds": ["c2"]}}
    (seen,) = taken("segment", WHO | {"type": "page", "context": segments | rudders})
    assert seen["attributes"] == {
        "consent.advertising": False,
        "consent.analytics": True,
        "consent.c1": True,
        "consent.c2": False,
    }


def test_an_identify_that_tells_nothing_new_is_passed_over():
    assert taken("segment", {"type": "identify", "userId": "u-1"}) == []


def test_the_address_in_an_order_is_the_persons_and_the_one_in_a_recommendation_is_not():
    """A visitor who sends a friend a link is not the friend."""
    (bought,) = track("Order Completed", {"email": "ann@roastery.example"})
    assert bought["email"] == "ann@roastery.example"
    (shared,) = track("Product Shared", {"email": "friend@example.com"})
    assert (shared["visitor_id"], shared.get("email"), shared["attributes"]) == (
        "a-1",
        None,
        {"event": "Product Shared"},
    )


def test_an_order_that_names_an_address_alone_is_its_owners():
    call = {"type": "track", "event": "Order Completed", "messageId": "m-1"}
    (bought,) = taken("segment", call | {"properties": {"email": "ann@roastery.example"}})
    assert (bought["email"], bought.get("visitor_id")) == ("ann@roastery.example", None)
    (refused,) = taken("segment", call)
    assert refused["detail"] == "userId, anonymousId or traits.email: one of them must say who it was"


def test_addresses_of_other_people_are_not_kept():
    (shared,) = track("Product Shared", {"recipient": "friend@example.com", "share_via": "email"})
    assert shared["attributes"] == {"share_via": "email", "event": "Product Shared"}


def test_properties_beyond_what_an_event_may_carry_are_left_out():
    properties = {f"p{n}": n for n in range(100)} | {"long": "x" * 5000, "\x00": 1, "big": 10**16, "deep": {"a": 1}}
    (seen,) = track("Products Searched", properties)
    assert len(seen["attributes"]) == 64
    assert seen["attributes"]["event"] == "Products Searched"
    (seen,) = track("Products Searched", dict(reversed(properties.items())))
    assert len(seen["attributes"]["long"]) == 1024
    assert {"\x00", "big", "deep"} & seen["attributes"].keys() == set()
