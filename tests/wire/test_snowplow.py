"""Snowplow's tracker protocol, in shapes that its trackers for browsers (4.10.1) and Python (1.1.0) were seen to send."""

import json
from base64 import urlsafe_b64encode
from typing import Any
from urllib.parse import urlencode

import pytest

from intentflow.wire.rejections import Rejection
from intentflow.wire.site import Site
from intentflow.wire.snowplow import opened as opened_by_snowplow
from tests.wire.trackers import NOON, opened, outcome, taken

SCHEMA = "iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4"
SHOP = "com.snowplowanalytics.snowplow.ecommerce"
FIRST = {  # what the browser's tracker says with every event
    "eid": "72265615-68e4-469d-9ad8-e48287a87321",
    "tv": "js-4.10.1",
    "tna": "sp",
    "aid": "shop",
    "p": "web",
    "cookie": "1",
    "cs": "windows-1252",
    "lang": "en-US",
    "res": "1280x720",
    "cd": "24",
    "tz": "UTC",
    "dtm": str(NOON - 2000),
    "vp": "1280x720",
    "ds": "1280x720",
    "vid": "1",
    "sid": "3a1011de-029a-477a-961f-e05fa91027e1",
    "duid": "65227bc4-50c4-42d2-a422-dd280e627967",
    "url": "https://shop.example/kettles",
    "stm": str(NOON),
}
SEEN = {
    "event_id": FIRST["eid"],
    "occurred_at": "2026-05-01T11:59:58Z",
    "visitor_id": FIRST["duid"],
    "page": {"url": "https://shop.example/kettles"},
}
KETTLE = {"id": "kettle", "name": "Kettle", "price": 39.9, "currency": "EUR", "quantity": 2, "category": "kitchen"}


def packed(name: str, data: object, vendor: str = SHOP) -> dict[str, object]:
    return {"schema": f"iglu:{vendor}/{name}/jsonschema/1-0-0", "data": data}


def unstruct(name: str, data: object, *contexts: object, vendor: str = SHOP) -> dict[str, str]:
    """A self-describing event with entities, as the fields that hold it."""
    event = packed("unstruct_event", packed(name, data, vendor), "com.snowplowanalytics.snowplow")
    entities = packed("contexts", list(contexts), "com.snowplowanalytics.snowplow")
    return {"e": "ue", "ue_pr": json.dumps(event), "co": json.dumps(entities)}


def encoded(fields: dict[str, str]) -> dict[str, str]:
    """The same in base64, in the URL's alphabet and without padding."""
    as_text = {"ue_pr": "ue_px", "co": "cx"}
    return {
        as_text.get(name, name): urlsafe_b64encode(value.encode()).decode().rstrip("=") if name in as_text else value
        for name, value in fields.items()
    }


def posted(*events: dict[str, str], **more: Any) -> list[dict[str, Any]]:
    return taken("snowplow", {"schema": SCHEMA, "data": [FIRST | event for event in events]}, "tp2", **more)


def shop(kind: str, *contexts: object, **more: Any) -> list[dict[str, Any]]:
    return posted(unstruct("snowplow_ecommerce_action", {"type": kind}, *contexts), **more)


def test_a_page_view_is_a_visit_of_a_browser():
    assert posted({"e": "pv", "page": "Kettles", "refr": "https://search.example/"}, user_agent="Mozilla/5.0 x") == [
        {
            **SEEN,
            "family": "website_visit",
            "page": {"url": "https://shop.example/kettles", "title": "Kettles", "referrer": "https://search.example/"},
            "user_agent": "Mozilla/5.0 x",
        }
    ]


def test_a_page_view_of_a_campaign_is_a_landing():
    (page,) = posted({"e": "pv", "url": "https://shop.example/spring?utm_campaign=spring"})
    assert page["family"] == "landing_page"


def test_a_pixel_says_the_same_as_a_post():
    fields = FIRST | encoded(unstruct("snowplow_ecommerce_action", {"type": "add_to_cart"}, packed("product", KETTLE)))
    (by_pixel,) = taken("snowplow", urlencode(fields).encode(), "pixel")
    assert [by_pixel] == shop("add_to_cart", packed("product", KETTLE))
    assert opened("snowplow", urlencode(fields).encode(), "pixel").key == "shop"


def test_of_a_name_that_comes_twice_in_a_pixel_the_first_counts():
    (page,) = taken("snowplow", b"e=pv&duid=a&duid=b&eid=1&e=se", "pixel")
    assert page["visitor_id"] == "a"


def test_the_applications_id_is_the_key():
    assert opened("snowplow", {"schema": SCHEMA, "data": [FIRST]}, "tp2").key == "shop"


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"data": 7}', b'{"data": [7]}', b"\xff"])
def test_a_body_that_is_no_payload_is_refused(body: bytes):
    assert isinstance(opened_by_snowplow(body, "tp2"), Rejection)


def test_a_pixel_with_a_thousand_fields_is_refused():
    assert isinstance(opened_by_snowplow(b"&".join(b"a%d=1" % n for n in range(1000)), "pixel"), Rejection)


def test_an_addition_tells_what_the_cart_is_worth_then():
    (added,) = shop(
        "add_to_cart",
        packed("product", KETTLE),
        packed("cart", {"cart_id": "k9", "total_value": 79.8, "currency": "EUR"}),
    )
    assert added == {
        **SEEN,
        "family": "cart",
        "action": "add",
        "value": {"amount": "79.8", "currency": "EUR"},
        "attributes": {"cart_id": "k9", "currency": "EUR", "event": "add_to_cart"},
    }


def test_a_removal_of_the_last_article_empties_the_cart():
    (removed,) = shop(
        "remove_from_cart", packed("product", KETTLE), packed("cart", {"total_value": 0, "currency": "EUR"})
    )
    assert (removed["action"], removed["value"]["amount"]) == ("remove", "0")


def test_a_transaction_is_a_purchase_with_its_lines():
    order = {"transaction_id": "o1", "revenue": 79.8, "currency": "EUR", "payment_method": "card", "total_quantity": 2}
    (bought,) = shop("transaction", packed("transaction", order), packed("product", KETTLE))
    assert (bought["action"], bought["value"]) == ("purchase", {"amount": "79.8", "currency": "EUR"})
    assert bought["lines"] == [
        {"sku": "kettle", "name": "Kettle", "quantity": 2, "price": {"amount": "39.9", "currency": "EUR"}}
    ]
    assert bought["attributes"]["order_id"] == "o1"


@pytest.mark.parametrize(
    ("kind", "outcomes"),
    [
        ("product_view", ["website_visit.view"]),
        ("list_view", ["website_visit.view"]),
        ("checkout_step", ["cart.checkout"]),
        ("list_click", []),
        ("promo_view", []),
        ("trns_error", []),
        ("refund", ["refused unknown_family"]),
    ],
)
def test_each_action_of_a_shop_has_its_meaning(kind: str, outcomes: list[str]):
    assert [outcome(one) for one in shop(kind)] == outcomes


@pytest.mark.parametrize(
    ("action", "outcomes"),
    [
        ("add", ["cart.add"]),
        ("remove", ["cart.remove"]),
        ("checkout", ["cart.checkout"]),
        ("purchase", ["cart.purchase"]),
    ],
)
def test_the_older_plugin_for_shops_is_understood(action: str, outcomes: list[str]):
    event = unstruct("action", {"action": action}, vendor="com.google.analytics.enhanced-ecommerce")
    assert [outcome(one) for one in posted(event)] == outcomes


def test_a_classic_transaction_is_a_purchase_and_its_items_are_nothing():
    found = posted({"e": "tr", "tr_id": "o1", "tr_tt": "12.50", "tr_cu": "EUR"}, {"e": "ti", "ti_sk": "kettle"})
    assert [(outcome(one), one["value"]) for one in found] == [
        ("cart.purchase", {"amount": "12.50", "currency": "EUR"})
    ]


def test_a_structured_event_means_what_its_category_and_action_say_or_the_action_alone():
    said = {"e": "se", "se_ca": "ecomm", "se_ac": "add-to-basket", "se_la": "kettle", "se_pr": "pcs", "se_va": "2"}
    (added,) = posted(said)
    assert (outcome(added), added["attributes"]) == (
        "cart.add",
        {"category": "ecomm", "label": "kettle", "property": "pcs", "value": "2", "event": "add-to-basket"},
    )
    assert [outcome(one) for one in posted(said | {"se_ca": "Newsletter", "se_ac": "Signup"})] == [
        "newsletter_signup.signup"
    ]
    assert [outcome(one) for one in posted(said | {"se_ac": "wave"})] == ["refused unknown_family"]


def test_a_sites_own_schema_means_what_the_site_says_of_its_name():
    event = unstruct("course_clicked", {"course": "brewing"}, vendor="com.acme")
    (seen,) = posted(event, site=Site({"Course Clicked": "website_visit.demo"}))
    assert (outcome(seen), seen["attributes"]) == (
        "website_visit.demo",
        {"course": "brewing", "event": "course_clicked"},
    )
    assert [one["detail"] for one in posted(event)] == [
        "ue_pr: 'course_clicked' is in no table: say in INTENTFLOW_EVENT_NAMES what it means, or 'pass'"
    ]


def test_a_click_on_a_file_is_a_download_and_any_other_is_nothing():
    for target, outcomes in (
        ("https://shop.example/a.PDF?x#y", ["website_visit.download"]),
        ("https://shop.example/b", []),
    ):
        found = posted(unstruct("link_click", {"targetUrl": target}))
        assert [outcome(one) for one in found] == outcomes
        assert all(one["page"] == {"url": target, "referrer": "https://shop.example/kettles"} for one in found)


def test_a_form_tells_of_who_sent_it():
    fields = [
        {"name": "mail", "value": "ann@roastery.example", "type": "email", "nodeName": "INPUT"},
        {"name": "first_name", "value": "Ann", "type": "text"},
        {"name": "secret", "value": "hunter2", "type": "password"},
        {"name": "message", "value": "Hello"},
        7,
    ]
    sent, person = posted(unstruct("submit_form", {"formId": "contact", "elements": fields}))
    assert (outcome(sent), sent["email"], sent["attributes"]) == (
        "landing_page.submit",
        "ann@roastery.example",
        {"form_id": "contact", "message": "Hello", "event": "submit_form", "form": "contact"},
    )
    assert person["profile"] == {"first_name": "Ann"}


def test_what_somebody_consents_to_is_told_of_them():
    (told,) = posted(unstruct("consent_preferences", {"eventType": "deny_all", "consentScopes": ["necessary"]}))
    assert told["profile"] == {"consent.necessary": True, "do_not_track": True}


@pytest.mark.parametrize("kind", ["pp", "ad", "ti"])
def test_heartbeats_and_banners_are_nothing(kind: str):
    assert posted({"e": kind}) == []


def test_a_user_is_the_lead_and_the_browser_the_visitor():
    (page,) = posted({"e": "pv", "uid": "u-1"})
    assert (page["lead_id"], page["visitor_id"]) == ("u-1", FIRST["duid"])


@pytest.mark.parametrize(
    ("ids", "visitor"),
    [
        ({"tnuid": "t", "nuid": "n"}, "t"),
        ({"nuid": "n"}, "n"),
        ({"co": json.dumps(packed("contexts", [packed("client_session", {"userId": "s"})]))}, "s"),
    ],
)
def test_another_id_stands_in_for_the_browsers(ids: dict[str, str], visitor: str):
    (page,) = posted({"e": "pv", "duid": ""} | ids)
    assert page["visitor_id"] == visitor


def test_a_tracker_that_is_anonymous_says_nobody_and_is_refused():
    (refused,) = posted({"e": "pv", "duid": ""})
    assert refused["refused"] == "no_identity"


def test_a_time_of_sending_that_is_cut_to_the_second_moves_nothing():
    """As the tracker for Python sends it."""
    (page,) = posted({"e": "pv", "dtm": str(NOON - 228), "stm": str(NOON - 1000)})
    assert page["occurred_at"] == "2026-05-01T11:59:59.772Z"


def test_a_clock_that_is_a_day_behind_is_put_right():
    (page,) = posted({"e": "pv", "dtm": str(NOON - 86_403_000), "stm": str(NOON - 86_400_000)})
    assert page["occurred_at"] == "2026-05-01T11:59:57Z"


def test_a_true_time_goes_before_all_clocks():
    (page,) = posted({"e": "pv", "ttm": str(NOON - 86_400_000), "dtm": str(NOON), "stm": str(NOON - 3_600_000)})
    assert page["occurred_at"] == "2026-04-30T12:00:00Z"


@pytest.mark.parametrize(
    "fields", [{"ue_pr": "{"}, {"ue_px": "!"}, {"ue_px": "e30"}, {"ue_pr": json.dumps({"data": {"schema": "x"}})}, {}]
)
def test_a_self_describing_event_that_cannot_be_read_is_refused(fields: dict[str, str]):
    (refused,) = posted({"e": "ue"} | fields)
    assert refused["refused"] == "not_json"


@pytest.mark.parametrize(
    "fields", [{"co": "{"}, {"cx": "%%%"}, {"co": json.dumps({"data": [7, {"schema": "iglu:a/b", "data": 1}]})}]
)
def test_entities_that_cannot_be_read_cost_nothing_but_themselves(fields: dict[str, str]):
    assert [outcome(one) for one in posted({"e": "pv"} | fields)] == ["website_visit.view"]


@pytest.mark.parametrize("kind", ["", "xx", "PV"])
def test_an_unknown_kind_of_event_is_refused(kind: str):
    (refused,) = posted({"e": kind})
    assert refused["refused"] == "unknown_family"
