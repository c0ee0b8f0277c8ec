"""Headers in CloudEvents' binary mode fill in what the value lacks, and may not contradict it."""

import pytest

from intentflow.domain.event import Cart, LandingPage, WebsiteVisit
from intentflow.wire.events import decode
from intentflow.wire.rejections import Rejection
from tests.wire.payloads import cart, visit

TIME = b"2026-05-01T09:30:00.250Z"


def reason(value: bytes | None, *headers: tuple[str, bytes]) -> str:
    event = decode(value, headers)
    return event.reason if isinstance(event, Rejection) else "taken"


def test_headers_alone_name_id_time_family_and_action():
    headers = (("ce_specversion", b"1.0"), ("ce_id", b"e-9"), ("ce_time", TIME), ("ce_type", b"intentflow.cart.add"))
    event = decode(b'{"visitor_id":"v-1"}', headers)
    assert isinstance(event, Cart)
    assert (event.event_id, event.action, event.occurred_at.isoformat()) == (
        "e-9",
        "add",
        "2026-05-01T09:30:00.250000+00:00",
    )


def test_a_type_without_action_leaves_the_familys_own():
    assert isinstance(decode(visit(family=...), [("ce_type", b"intentflow.website_visit")]), WebsiteVisit)
    event = decode(visit(family=...), [("ce_type", b"intentflow.landing_page.submit")])
    assert isinstance(event, LandingPage)
    assert event.action == "submit"


def test_a_type_names_the_action_that_the_value_leaves_to_its_default():
    event = decode(visit(), [("ce_type", b"intentflow.website_visit.download")])
    assert isinstance(event, WebsiteVisit)
    assert event.action == "download"


def test_headers_that_say_the_same_as_the_value_change_nothing():
    headers = [("ce_id", b"e-1"), ("ce_time", b"2026-05-01T11:30:00.250+02:00"), ("ce_type", b"intentflow.cart.add")]
    assert decode(cart(), headers) == decode(cart())


def test_headers_of_others_are_passed_over():
    headers = [
        ("traceparent", b"\xff"),
        ("content-type", b"application/json"),
        ("ce_source", b"/shop"),
        ("ce_type", b"com.shop.seen"),
    ]
    assert decode(visit(), headers) == decode(visit())


@pytest.mark.parametrize(
    "header",
    [
        ("ce_id", b"e-2"),
        ("ce_time", b"2026-05-01T09:30:00.251Z"),
        ("ce_time", b"soon"),
        ("ce_time", b"2026-05-01T09:30:00"),
        ("ce_type", b"intentflow.cart"),
        ("ce_type", b"intentflow.website_visit.fly"),
        ("ce_specversion", b"0.3"),
        ("ce_id", b"\xff"),
    ],
)
def test_a_header_that_contradicts_the_value_is_a_bad_header(header: tuple[str, bytes]):
    assert reason(visit(action="view"), header) == "bad_headers"


def test_a_family_that_nobody_knows_stays_unknown():
    assert reason(visit(family=...), ("ce_type", b"com.shop.seen")) == "unknown_family"
    assert reason(visit(family=...), ("ce_type", b"intentflow.order")) == "unknown_family"


def test_a_time_in_a_header_is_checked_like_any_other():
    assert reason(visit(occurred_at=...), ("ce_time", b"yesterday")) == "bad_time"
    assert reason(visit(occurred_at=...), ("ce_time", b"1999-01-01T00:00:00Z")) == "bad_time"


@pytest.mark.parametrize(("value", "why"), [(None, "empty"), (b"", "empty"), (b"[]", "wrong_type"), (b"{", "not_json")])
def test_headers_do_not_make_an_event_of_what_is_no_object(value: bytes | None, why: str):
    assert reason(value, ("ce_id", b"e-1"), ("ce_time", TIME), ("ce_type", b"intentflow.website_visit")) == why


def test_a_header_without_a_value_says_nothing():
    assert decode(visit(), [("ce_id", b"")]) == decode(visit())
