"""When a cart is abandoned, and when it no longer is."""

import pytest

from intentflow.domain.rules import Abandoned
from tests.oracle.made import Told, cart, model

QUIET = model(Abandoned(name="left", axis="intent", points=8.0, quiet=100, half_life=50))
LASTING = model(Abandoned(name="left", axis="intent", points=8.0, quiet=100))


def test_a_pause_of_exactly_the_quiet_period_abandons_the_cart_and_its_points_are_dated_then():
    lead = Told(QUIET, cart(0))
    assert [lead.intent(t) for t in (99, 100, 150)] == [0.0, 8.0, 4.0]


def test_any_use_of_the_cart_but_a_purchase_begins_the_quiet_period_again():
    for action in ("view", "remove", "shipping_quote", "checkout", "add"):
        lead = Told(LASTING, cart(0), cart(60, action))
        assert [lead.intent(t) for t in (159, 160)] == [0.0, 8.0]


def test_a_cart_that_was_only_looked_at_is_never_abandoned():
    assert Told(LASTING, cart(0, "view"), cart(1, "checkout")).intent(1000) == 0.0


def test_a_cart_that_is_bought_after_it_was_abandoned_is_worth_nothing():
    lead = Told(LASTING, cart(0))
    lead.clock(150)
    assert lead.intent(150) == 8.0
    lead.event(cart(151, "purchase"))
    assert lead.intent(1000) == 0.0


@pytest.mark.parametrize("at", [0, 1])
def test_a_purchase_at_or_after_the_latest_add_ends_the_cart_even_if_it_is_looked_at_later(at):
    assert Told(LASTING, cart(0), cart(at, "purchase"), cart(10, "view")).intent(1000) == 0.0


def test_a_cart_that_is_filled_again_after_a_purchase_can_be_abandoned_again():
    lead = Told(LASTING, cart(0), cart(10, "purchase"), cart(11))
    assert [lead.intent(t) for t in (110, 111)] == [0.0, 8.0]


def test_carts_are_told_apart_by_their_ids_and_those_without_are_one():
    assert Told(LASTING, cart(0, cart_id="a"), cart(0, cart_id="b"), cart(0), cart(0)).intent(100) == 24.0
    assert Told(LASTING, cart(0, cart_id="a"), cart(0, cart_id="b"), cart(1, "purchase", "a")).intent(100) == 8.0


def test_a_cap_holds_for_all_carts_together():
    capped = model(Abandoned(name="left", axis="intent", points=8.0, quiet=100, cap=10.0))
    assert Told(capped, cart(0, cart_id="a"), cart(0, cart_id="b")).intent(100) == 10.0


def test_of_nine_carts_the_one_that_was_quiet_longest_is_forgotten():
    lead = Told(LASTING, *(cart(at, cart_id=str(at)) for at in range(8)))
    assert lead.intent(1000) == 64.0
    lead.event(cart(8, "view", "8"))
    assert lead.intent(1000) == 56.0


def test_a_forgotten_cart_that_is_used_again_is_a_new_cart():
    lead = Told(LASTING, *(cart(at, cart_id=str(at)) for at in range(9)))
    assert lead.intent(1000) == 64.0  # cart 0 is forgotten
    lead.event(cart(9, "view", "0"))  # and what was in it; cart 1 has to go
    assert lead.intent(1000) == 56.0


def test_a_purchase_keeps_a_cart_among_the_latest():
    lead = Told(
        LASTING, *(cart(at, cart_id=str(at)) for at in range(8)), cart(9, "purchase", "0"), cart(10, cart_id="8")
    )
    assert lead.intent(1000) == 7 * 8.0  # cart 1 is forgotten; cart 0 is bought
