"""What is known of a cart: when it was filled, used, bought and emptied, and what is in it."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intentflow.domain.carts import CartState, Contents, merged_carts, says_empty
from intentflow.domain.event import Cart, Line, Money
from intentflow.domain.rules import MAX_CARTS
from intentflow.oracle.contents import contents_told
from tests.oracle.made import T0, cart

EUR = "EUR"


def used(at: int, action: str = "add", **fields: Any) -> Cart:
    made = cart(at, action, "k9", f"e{at}", **fields)
    assert isinstance(made, Cart)
    return made


def after(*events: Cart) -> CartState:
    state = CartState()
    for event in events:
        state = state.after(event, int(event.event_id[1:]))
    return state


def money(amount: str, currency: str = EUR) -> Money:
    return Money(Decimal(amount), currency)


def known(*events: Cart) -> tuple[str, str, int] | None:
    told = after(*events).known
    return None if told is None else (told.amount, told.currency, told.lines)


def test_a_filled_cart_is_left_until_it_is_bought():
    assert after(used(1)).is_left
    assert not after(used(1), used(2, "purchase")).is_left
    assert not after(used(1), used(1, "purchase")).is_left  # at equal times the purchase wins
    assert after(used(1), used(2, "purchase"), used(3)).is_left


def test_a_cart_that_nobody_filled_is_not_left():
    assert not after(used(1, "view"), used(2, "shipping_quote")).is_left


@pytest.mark.parametrize("action", ["remove", "view"])
@pytest.mark.parametrize("said", [{"lines": ()}, {"value": money("0.00")}])
def test_a_cart_that_is_said_to_be_empty_is_not_left_until_it_is_filled_again(action, said):
    emptied = used(2, action, **said)
    assert not after(used(1), emptied).is_left
    assert not after(emptied, used(1)).is_left  # in whatever order
    assert after(used(1), emptied, used(3)).is_left


@pytest.mark.parametrize(
    ("action", "said"),
    [
        ("remove", {}),
        ("remove", {"value": money("5")}),
        ("remove", {"value": money("0"), "lines": (Line("a sample"),)}),
        ("add", {"value": money("0")}),
        ("checkout", {"lines": ()}),
    ],
)
def test_whatever_does_not_say_so_leaves_a_cart_filled(action, said):
    assert not says_empty(used(2, action, **said))
    assert after(used(1), used(2, action, **said)).is_left


def test_the_value_is_as_it_was_told_last():
    assert known(used(1, value=money("39.90"))) == ("39.90", EUR, -1)
    assert known(used(2, value=money("12")), used(1, value=money("39.90"))) == ("12", EUR, -1)
    assert known(used(1, value=money("12")), used(2)) == ("12", EUR, -1)
    assert known(used(1)) is None


def test_without_a_value_it_is_the_sum_of_the_lines():
    lines = (Line("a", quantity=3, price=money("13.30")), Line("b", price=money("0.1")))
    assert known(used(1, lines=lines)) == ("40.00", EUR, 2)
    assert known(used(1, value=money("35"), lines=lines)) == ("35", EUR, 2)


@pytest.mark.parametrize("more", [Line("c"), Line("c", price=money("1", "CHF"))])
def test_lines_without_a_price_or_of_two_currencies_have_no_sum(more):
    assert known(used(1, lines=(Line("a", price=money("1")), more))) == ("", "", 2)


def test_the_largest_sum_is_exact():
    line = Line("a", quantity=1_000_000, price=money("999999999999.999999999"))
    assert known(used(1, lines=(line,) * 500)) == ("499999999999999999999.500000000", EUR, 500)


def test_what_was_told_before_it_was_emptied_or_bought_and_filled_again_is_not_known():
    told = used(1, value=money("39.90"))
    assert known(told, used(2, "remove", lines=()), used(3)) is None
    assert known(told, used(2, "purchase"), used(3)) is None
    assert known(told, used(2, "purchase")) == ("39.90", EUR, -1)


AMOUNTS = st.one_of(
    st.decimals(0, 10**12, allow_nan=False, allow_infinity=False),
    st.sampled_from([Decimal(x) for x in ("0E+999", "-0", "1E+3", "1e-400", "0.0000000005", "0.0000000015", "39.90")]),
)
LINES = st.lists(
    st.builds(
        Line,
        st.just("a"),
        quantity=st.integers(1, 1_000_000),
        price=st.none() | st.builds(Money, AMOUNTS, st.sampled_from(["EUR", "EUR", "CHF"])),
    ),
    max_size=4,
).map(tuple)


@given(st.none() | st.builds(Money, AMOUNTS, st.just(EUR)), st.none() | LINES)
def test_contents_are_those_of_the_reference(value, lines):
    told, wanted = (
        after(used(1, value=value, lines=lines)).contents,
        contents_told(used(1, value=value, lines=lines), 1),
    )
    assert wanted == (None if told is None else (told.at, told.digest, told.amount, told.currency, told.lines))


STATES = st.builds(
    CartState,
    *[st.integers(0, 3)] * 4,
    st.just("k9"),
    st.none() | st.builds(Contents, st.integers(0, 3), st.integers(0, 1), st.sampled_from(["", "1", "2"])),
)
CARTS = st.none() | st.dictionaries(st.integers(1, MAX_CARTS), STATES, min_size=1)  # of more some are forgotten


@given(CARTS, CARTS, CARTS)
def test_carts_come_together_in_any_order_and_grouping(a, b, c):
    assert merged_carts(a, a) == a
    assert merged_carts(a, b) == merged_carts(b, a)
    assert merged_carts(merged_carts(a, b), c) == merged_carts(a, merged_carts(b, c))


def test_the_time_of_an_event_is_the_only_one_it_brings():
    assert CartState().after(used(5), T0) == CartState(T0, T0, name="k9")
