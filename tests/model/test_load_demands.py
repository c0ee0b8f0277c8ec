"""What people do and what is known of them, from docs/requirements.md: a record, and the shipped model's signal that counts it."""

import json
from typing import Any

import pytest

from intentflow.model.load import load
from intentflow.wire.events import decode
from intentflow.wire.rejections import Rejection
from tests.domain.arms import FoldArm, milliseconds

AT = "2026-05-01T10:00:00.000Z"
HOUR = 3_600_000
VISIT = {"family": "website_visit", "page": {"url": "https://a.example/x"}}
FORM = {"family": "landing_page", "action": "submit"}
CART = {"family": "cart", "cart_id": "k"}
MAIL = {"family": "newsletter_signup"}


def counted(model: str, record: dict[str, Any], later: int = 0) -> dict[str, float]:
    """The points of each signal, so many milliseconds after a lead did this and nothing else."""
    event = decode(json.dumps({"event_id": "e", "occurred_at": AT, "lead_id": "ann"} | record).encode())
    assert not isinstance(event, Rejection), event
    arm = FoldArm(load(model))
    arm.event(event)  # type: ignore[arg-type]  # no record here is a link
    return {signal: points for signal, _, points in arm.receipts(milliseconds(AT) + later)}


@pytest.mark.parametrize(
    ("model", "record", "signal"),
    [
        ("retail", MAIL | {"action": "signup"}, "newsletter_signup"),
        ("retail", MAIL | {"action": "open"}, "newsletter_opened"),
        ("retail", MAIL | {"action": "click"}, "newsletter_clicked"),
        ("retail", CART | {"action": "add"}, "cart_add"),
        ("retail", CART | {"action": "view"}, "cart_used"),
        ("retail", CART | {"action": "checkout"}, "checkout"),
        ("retail", CART | {"action": "shipping_quote"}, "shipping_peek"),
        ("retail", {"family": "landing_page", "campaign": {"name": "spring"}}, "landing_targeted"),
        ("retail", {"family": "landing_page"}, "landing_untargeted"),
        ("retail", VISIT, "page_view"),
        ("retail", VISIT | {"action": "search"}, "searched_or_watched"),
        ("retail", VISIT | {"action": "download"}, "searched_or_watched"),
        ("retail", VISIT | {"action": "video"}, "searched_or_watched"),
        ("retail", VISIT | {"action": "competitor_compare"}, "compared"),
        ("b2b-saas", VISIT | {"action": "competitor_compare"}, "compared"),
        ("b2b-saas", FORM | {"attributes": {"form": "webinar"}}, "event_attended"),
        ("b2b-saas", FORM | {"attributes": {"form": "event"}}, "event_attended"),
        ("b2b-saas", FORM | {"attributes": {"form": "trial"}}, "trial_begun"),
    ],
)
def test_what_somebody_does_counts_for_its_signal(model: str, record: dict[str, Any], signal: str):
    assert counted(model, record)[signal] > 0


@pytest.mark.parametrize(
    ("known", "signal"),
    [
        ({"job_title": "Head of Operations"}, "role"),
        ({"stack": "Apache Kafka"}, "stack"),
        ({"industry": "software"}, "ideal_customer"),
        ({"country": "AT"}, "ideal_customer"),
        ({"employees": 60}, "ideal_customer"),
        ({"employee_growth": 0.2}, "growth"),
    ],
)
def test_what_is_known_of_somebody_counts_for_its_signal(known: dict[str, Any], signal: str):
    record = {"family": "profile", "profile": known, "provenance": "form"}
    assert counted("b2b-saas", record)[signal] > 0
    assert (
        counted("b2b-saas", record | {"profile": dict.fromkeys(known, "else")}).get(signal, 0)
        < counted("b2b-saas", record)[signal]
    )


def test_a_cart_that_is_left_alone_counts_as_interest_and_not_as_a_loss():
    left = CART | {"action": "add"}
    assert "cart_abandoned" not in counted("retail", left, HOUR - 1)
    assert counted("retail", left, HOUR)["cart_abandoned"] > 0
    assert sum(counted("retail", left, HOUR).values()) > sum(counted("retail", left, HOUR - 1).values())
