"""What sales says of a lead, as a record."""

import pytest

from intentflow.domain.event import SalesOutcome, key_of
from intentflow.wire.events import decode
from tests.wire.payloads import json_of
from tests.wire.test_events import reason

OUTCOME = {
    "family": "outcome",
    "event_id": "o-1",
    "occurred_at": "2026-05-04T09:00:00Z",
    "lead_id": "a",
    "action": "won",
}


@pytest.mark.parametrize("action", ["accepted", "rejected", "recycled", "won", "lost"])
def test_what_sales_says_of_a_lead_is_an_event_with_the_leads_key(action: str):
    event = decode(
        json_of(OUTCOME | {"action": action, "reason": "too small", "value": {"amount": "9.90", "currency": "EUR"}})
    )
    assert isinstance(event, SalesOutcome)
    assert (event.action, event.reason, key_of(event)) == (action, "too small", b"l:a")


def test_an_outcome_must_say_what_it_is():
    assert reason(json_of(OUTCOME | {"action": ...})) == "wrong_type"
    assert reason(json_of(OUTCOME | {"action": "maybe"})) == "wrong_type"
    assert reason(json_of(OUTCOME | {"reason": "x" * 513})) == "wrong_type"


def test_what_was_sold_is_an_amount_like_others():
    for amount in (-1, "NaN", 10**13):
        assert reason(json_of(OUTCOME | {"value": {"amount": amount, "currency": "EUR"}})) == "bad_money"
