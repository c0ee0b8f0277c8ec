"""A lead that holds the most of something says so, and what goes is what it says."""

import pytest

from intentflow.domain.bonds import HEARD, MERGED, Bonds, Merged, hear
from intentflow.domain.carts import CartState, cart_code, latest_used
from intentflow.domain.event import MAX_ATTRIBUTES
from intentflow.domain.full import full
from intentflow.domain.lead import Lead
from intentflow.domain.profile import Telling, learn
from intentflow.domain.remembering import remember
from intentflow.domain.rules import MAX_CARTS, MAX_HOURS
from tests.oracle.made import T0


def carts(count: int) -> Lead:
    return Lead([], [], carts=latest_used({cart_code(f"{n}"): CartState(T0 + n, T0 + n) for n in range(count)}))


def attributes(count: int) -> Lead:
    return Lead([], [], profile=learn(None, {f"a{n:02}": Telling(T0 + n, 0, 0, False, n) for n in range(count)}))


def ids(count: int) -> Lead:
    lead = Lead([], [])
    for n in range(count):
        remember(lead, T0 + n, n.to_bytes(4, "big"), 64)
        lead.newest = T0 + n
    return lead


def senders(count: int) -> Lead:
    bonds = Bonds()
    for n in range(count):
        hear(bonds, b"v:%d" % n, 1)
    return Lead([], [], bonds=bonds)


def hours(count: int) -> Lead:
    return Lead([], [], evidence={1: list(range(count))})


def histories(count: int) -> Lead:
    return Lead([], [], bonds=Bonds(merged=[Merged(b"v:1", T0, (0.0, 0.0, 0.0))] * count))


@pytest.mark.parametrize(
    ("made", "most", "what"),
    [
        (carts, MAX_CARTS, "carts"),
        (attributes, MAX_ATTRIBUTES, "attributes"),
        (senders, HEARD, "senders of messages"),
        (hours, MAX_HOURS, "hours with evidence"),
        (histories, MERGED, "histories that came in"),
    ],
)
def test_a_lead_says_that_it_holds_the_most_of_something_and_not_before(made, most, what):
    assert list(full(made(most - 1))) == []
    [told] = full(made(most))
    assert (told.what, told.most) == (what, most)


def test_ids_are_told_with_the_time_up_to_which_they_are_forgotten():
    assert list(full(ids(64))) == []
    [told] = full(ids(66))
    assert (told.what, told.most) == ("ids of counted events", 64)
    assert "2023-11-14T22:13:20.001Z and before" in told.goes  # two are forgotten, at T0 and a millisecond later


def test_what_goes_is_the_oldest():
    assert cart_code("0") not in (carts(MAX_CARTS + 1).carts or {})
    assert "a00" not in (attributes(MAX_ATTRIBUTES + 1).profile or {})
    assert hear(senders(HEARD + 1).bonds or Bonds(), b"v:0", 1), "who was heard first is heard again"
