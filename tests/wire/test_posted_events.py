"""Our own events by HTTP."""

import json
from base64 import b64encode
from typing import Any

import pytest

from intentflow.wire.posted_events import opened as opened_by_posting
from intentflow.wire.rejections import Rejection
from tests.wire.trackers import opened, outcome, taken

CART = {
    "family": "cart",
    "action": "add",
    "event_id": "e-1",
    "occurred_at": "2026-05-01T12:00:00+02:00",
    "lead_id": "4711",
}
CLOUD = {
    "specversion": "1.0",
    "id": "e-1",
    "source": "/shop",
    "time": "2026-05-01T10:00:00Z",
    "type": "intentflow.cart.add",
}
MADE = CART | {"occurred_at": "2026-05-01T12:00:00+02:00"}


def test_the_json_of_the_topic_is_taken_as_it_is():
    assert taken("cloudevents", CART) == [MADE]


@pytest.mark.parametrize(
    "event",
    [
        CLOUD | {"data": CART},
        CLOUD | {"data": {"lead_id": "4711"}},
        CLOUD | {"data_base64": b64encode(json.dumps({"lead_id": "4711"}).encode()).decode()},
        CLOUD | {"type": "shop.basket", "data": CART},  # its sender's affair
    ],
)
def test_the_attributes_of_a_cloud_event_fill_in_what_its_data_lacks(event: dict[str, Any]):
    (made,) = taken("cloudevents", event)
    assert (outcome(made), made["event_id"], made["lead_id"]) == ("cart.add", "e-1", "4711")
    assert made["occurred_at"] in ("2026-05-01T10:00:00Z", "2026-05-01T12:00:00+02:00")


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (CLOUD | {"specversion": "0.3", "data": CART}, "bad_headers"),
        (CLOUD | {"id": "another", "data": CART}, "bad_headers"),
        (CLOUD | {"id": 7, "data": CART}, "bad_headers"),
        (CLOUD | {"data": "x"}, "wrong_type"),
        (CLOUD | {"data": None}, "wrong_type"),
        (CLOUD | {"data_base64": "!"}, "not_json"),
        (CLOUD | {"data_base64": 7}, "not_json"),
        (CLOUD, "no_identity"),
        (CART | {"event_id": None}, "wrong_type"),
        ({}, "unknown_family"),
    ],
)
def test_an_event_that_is_none_is_refused_with_the_reason(event: dict[str, Any], reason: str):
    (refused,) = taken("cloudevents", event)
    assert refused["refused"] == reason


def test_each_event_of_a_list_ends_for_itself():
    found = taken("cloudevents", [CART, 7, CLOUD | {"data": CART}])
    assert [outcome(one) for one in found] == ["cart.add", "refused wrong_type", "cart.add"]
    assert len(opened("cloudevents", []).items) == 0


def test_a_list_that_is_not_closed_is_refused():
    assert isinstance(opened_by_posting(b"[{}", "events"), Rejection)
