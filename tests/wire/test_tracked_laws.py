"""Whatever the bytes are: each format makes of them events that the contract takes, or rejections that say why. Nothing raises."""

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from intentflow.domain.event import EARLIEST, AnyRecord, key_of, time_of
from intentflow.wire import posthog, segment, snowplow
from intentflow.wire.event_names import EventNames
from intentflow.wire.events import decode, encode
from intentflow.wire.rejections import Rejection
from intentflow.wire.tracked import Envelope, Tracker
from tests.wire.trackers import FORMATS, NOON

NAMES = {
    "segment": [
        *(
            "type",
            "action",
            "event",
            "name",
            "context",
            "properties",
            "traits",
            "timestamp",
            "originalTimestamp",
            "sentAt",
        ),
        *(
            "messageId",
            "userId",
            "anonymousId",
            "previousId",
            "groupId",
            "batch",
            "writeKey",
            "url",
            "page",
            "campaign",
            "products",
        ),
        *(
            "email",
            "address",
            "company",
            "consent",
            "categoryPreferences",
            "consentManagement",
            "allowedConsentIds",
            "currency",
            "total",
        ),
        *("sku", "price", "quantity", "referrer", "title", "form", "first_name", "userAgent", "cart_id"),
    ],
    "posthog": [
        *(
            "event",
            "uuid",
            "distinct_id",
            "timestamp",
            "offset",
            "properties",
            "$set",
            "batch",
            "api_key",
            "token",
            "sent_at",
            "alias",
        ),
        *(
            "$device_id",
            "$user_id",
            "$is_identified",
            "$anon_distinct_id",
            "$group_type",
            "$group_key",
            "$group_set",
            "$current_url",
        ),
        *(
            "$time",
            "$lib",
            "$insert_id",
            "email",
            "title",
            "$referrer",
            "$raw_user_agent",
            "$screen_name",
            "products",
            "total",
            "currency",
        ),
    ],
    "snowplow": [
        *(
            "schema",
            "data",
            "e",
            "eid",
            "aid",
            "uid",
            "duid",
            "nuid",
            "tnuid",
            "dtm",
            "stm",
            "ttm",
            "url",
            "page",
            "refr",
            "ua",
            "ue_pr",
        ),
        *(
            "ue_px",
            "co",
            "cx",
            "se_ca",
            "se_ac",
            "se_la",
            "se_va",
            "tr_tt",
            "tr_cu",
            "type",
            "elements",
            "formId",
            "targetUrl",
            "value",
        ),
    ],
    "cloudevents": [
        "specversion",
        "id",
        "time",
        "type",
        "data",
        "data_base64",
        "family",
        "event_id",
        "occurred_at",
        "visitor_id",
        "action",
    ],
}
ENTITIES = [
    "product",
    "cart",
    "transaction",
    "checkout_step",
    "user",
    "client_session",
    "actionFieldObject",
    "web_page",
]
ALL_NAMES = sorted(EventNames().known())
WORDS = [
    *(
        "track",
        "page",
        "screen",
        "identify",
        "alias",
        "group",
        "pv",
        "se",
        "tr",
        "ue",
        "1.0",
        "intentflow.cart.add",
        "website_visit",
    ),
    *(
        "$pageview",
        "$identify",
        "$set",
        "$create_alias",
        "$groupidentify",
        "company",
        "2026-05-01T11:00:00Z",
        "1777636800000",
        "EUR",
        "a@b.c",
    ),
    *(
        "iglu:com.x/submit_form/jsonschema/1-0-0",
        "iglu:com.x/product/jsonschema/1-0-0",
        "iglu:a/snowplow_ecommerce_action/j/1",
        "e30=",
    ),
    *("https://a.example/?utm_source=x", "x" * 200, "\ud800", "\x00", " ", "ä" * 100, "1e-999999", "9" * 60),
    *(
        json.dumps(
            {"data": {"schema": "iglu:com.x/link_click/jsonschema/1-0-0", "data": {"targetUrl": "https://a/x.pdf"}}}
        ),
    ),
]


def values(tracker: Tracker) -> st.SearchStrategy[Any]:
    words = st.sampled_from(WORDS) | st.sampled_from(ALL_NAMES) | st.text(max_size=5)
    leaves = st.none() | st.booleans() | st.integers() | st.floats() | words
    keys = st.sampled_from(NAMES[tracker]) | st.text(max_size=3)
    return st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=9), max_leaves=25
    )


def assert_taken(tracker: Tracker, body: bytes, call: str, received: int = NOON) -> list[AnyRecord | Rejection]:
    """Translates a body; the events pass the contract that is checked behind, or are refused there with a reason."""
    opened = FORMATS[tracker].opened(body, call)
    if isinstance(opened, Rejection):
        assert_says_why(opened)
        return [opened]
    envelope = Envelope(
        tracker=tracker, received=received, call=call, sent=opened.sent, user_agent="Mozilla/5.0 \u00e4"
    )
    found = [one for item in opened.items for one in FORMATS[tracker].translate(item, envelope)]
    for one in found:
        checked = one if isinstance(one, Rejection) else decode(encode(one))
        if isinstance(checked, Rejection):
            assert_says_why(checked)
        else:
            assert key_of(checked)
            assert tracker == "cloudevents" or EARLIEST <= time_of(checked) <= received
    return found


def assert_says_why(rejection: Rejection) -> None:
    assert 10 < len(rejection.detail) <= 200
    assert rejection.detail.isprintable()


@pytest.mark.parametrize(
    ("tracker", "call"),
    [
        ("segment", "track"),
        ("snowplow", "tp2"),
        ("snowplow", snowplow.PIXEL),
        ("posthog", "capture"),
        ("cloudevents", "events"),
    ],
)
@given(body=st.binary(max_size=200))
@example(body=b"[" * 5000)
@example(body=b'{"a":' * 5000)
@example(body=b"\xef\xbb\xbf{}")
@example(body=b"e=pv&eid=1&eid=2&duid=%ff%00&cx=%%%")
@example(body=b"&".join(b"a=%d" % n for n in range(300)))
def test_any_bytes_are_events_or_rejections(tracker: Tracker, call: str, body: bytes):
    assert_taken(tracker, body, call)


@pytest.mark.parametrize("tracker", FORMATS)
@settings(max_examples=40)  # most of it is refused at the first field; the plausible ones go deeper
@given(data=st.data())
def test_any_json_is_events_or_rejections(tracker: Tracker, data: st.DataObject):
    value = data.draw(values(tracker))
    items = value if isinstance(value, list) else [value]
    for body in (value, {"batch": items, "data": items}, items):
        assert_taken(tracker, json.dumps(body).encode(errors="surrogatepass"), "batch")


def packed(name: str, data: object) -> dict[str, object]:
    return {"schema": f"iglu:com.example/{name}/jsonschema/1-0-0", "data": data}


@st.composite
def plausible(draw: st.DrawFn, tracker: Tracker) -> dict[str, Any]:
    """An event that is one in its outer form, with anything inside."""
    keys = st.sampled_from(NAMES[tracker])
    leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(WORDS) | st.text(max_size=3)
    small = (
        leaves
        | st.lists(leaves | st.dictionaries(keys, leaves, max_size=3), max_size=3)
        | st.dictionaries(keys, leaves, max_size=3)
    )
    inside = st.dictionaries(keys, small, max_size=6)
    name = draw(st.sampled_from(ALL_NAMES))
    changes = draw(st.dictionaries(keys, small, max_size=1))
    if tracker == "segment":
        kind = draw(st.sampled_from(list(segment.CALLS)))
        parts = {part: draw(inside) for part in ("properties", "context", "traits")}
        return {"type": kind, "event": name, "userId": "u-1", "anonymousId": "a-1", "messageId": "m"} | parts | changes
    if tracker == "posthog":
        event = draw(st.sampled_from([*posthog.OWN, name]))
        return {
            "event": event,
            "distinct_id": "u-1",
            "properties": draw(inside),
            "$set": draw(inside),
            "uuid": "m",
        } | changes
    if tracker == "snowplow":
        unstruct = packed(
            "unstruct_event",
            packed(draw(st.sampled_from([*snowplow.OWN, "snowplow_ecommerce_action", name])), draw(inside)),
        )
        entities = [packed(kind, draw(inside)) for kind in draw(st.lists(st.sampled_from(ENTITIES), max_size=3))]
        told = {"ue_pr": json.dumps(unstruct), "co": json.dumps(packed("contexts", entities))}
        kind = draw(st.sampled_from(list(snowplow.KINDS)))
        return (
            {"e": kind, "uid": "u-1", "duid": "a-1", "eid": "m", "dtm": "1777636800000", "se_ac": name} | told | changes
        )
    bare: dict[str, object] = {
        "family": "cart",
        "action": "add",
        "event_id": "m",
        "occurred_at": "2026-05-01T12:00:00Z",
        "lead_id": "u-1",
        **changes,
    }
    return draw(
        st.sampled_from([bare, {"specversion": "1.0", "id": "m", "type": "intentflow.cart", "data": bare, **changes}])
    )


@pytest.mark.parametrize("tracker", FORMATS)
@given(data=st.data())
def test_a_plausible_event_is_taken_or_refused_and_has_its_key_of_its_own_fields_alone(
    tracker: Tracker, data: st.DataObject
):
    """A retry goes to the same record."""
    event = data.draw(plausible(tracker))
    body = json.dumps({"data": [event], "batch": [event]} if tracker != "cloudevents" else event).encode()
    first, again = (assert_taken(tracker, body, "batch", received) for received in (NOON, NOON + 60_000))
    keys = [[key_of(one) for one in found if not isinstance(one, Rejection)] for found in (first, again)]
    assert keys[0] == keys[1]
