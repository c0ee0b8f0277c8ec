"""Time is wrong: clocks of devices that are fast or slow, and networks that delay. `docs/model.md`, "Clocks that are wrong"."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from intentflow.domain.lead import Lead
from intentflow.domain.rules import (
    DAY,
    Abandoned,
    Condition,
    Counted,
    Fact,
    Limit,
    Once,
    Repeated,
    ScoringModel,
    SignedUp,
    Stage,
)
from intentflow.wire.chunk import Scorer
from intentflow.wire.records import Folded

MINUTE, HOUR = 60_000, 3_600_000
NOON = 1_777_636_800_000  # 2026-05-01
KEY = b"v:phone"
FAST = 5 * MINUTE  # that a clock may be, and its order still holds
VISIT = (Condition(family="website_visit"),)
MODEL = ScoringModel(
    name="device",
    version=1,
    hash="0123abcd",
    signals=(
        Counted(name="visit", axis="intent", points=2.0, half_life=DAY, when=VISIT, limit=Limit(2, HOUR)),
        Once(name="first visit", axis="intent", points=3.0, half_life=DAY, when=VISIT),
        Repeated(name="came back", axis="intent", points=5.0, when=VISIT, at_least=3, within=2 * HOUR),
        SignedUp(name="newsletter", axis="engagement", points=30.0, half_life=DAY, until_confirmed=15.0),
        Abandoned(name="cart", axis="intent", points=7.0, half_life=DAY, quiet=HOUR),
    ),
    facts=(Fact("bought", (Condition(family="cart", actions=("purchase",)),), DAY),),
    stages=(Stage(name="low"), Stage(name="high", enter=(("intent", 8.0),))),
)
SCORER = Scorer(MODEL, 1)
ACTIONS = {
    "website_visit": ("view",),
    "newsletter_signup": ("signup", "confirm", "unsubscribe"),
    "cart": ("add", "remove", "view", "purchase"),
}
DEEDS = [(family, action) for family, actions in ACTIONS.items() for action in actions]


class Record(Struct, frozen=True):
    offset: int
    timestamp: int
    value: bytes
    key: bytes = KEY
    headers: tuple[tuple[str, bytes], ...] = ()


class Deed(Struct, frozen=True):
    """What somebody did, when in truth, and how long the network took to tell."""

    name: str
    what: tuple[str, str]
    at: int
    delay: int

    def record(self, skew: int) -> tuple[int, bytes]:
        """When it was received, and what the device says, whose clock is so much ahead."""
        family, action = self.what
        when = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=self.at + skew)
        said: dict[str, Any] = {"family": family, "action": action, "event_id": self.name, "visitor_id": "phone"}
        return self.at + self.delay, json.dumps(said | {"occurred_at": when.isoformat()}).encode()


def folded(told: list[tuple[int, bytes]]) -> tuple[Folded, Lead]:
    """Records in the order of their receipt."""
    records = [Record(n, received, value) for n, (received, value) in enumerate(sorted(told))]
    found = SCORER.fold_events({}, records, 0, 0, 1)
    [(_, lead, _)] = found.leads
    return found, lead


def pieces(lead: Lead) -> tuple[object, ...]:
    """What is kept of the order in which things were done."""
    return lead.newsletter, lead.carts, lead.windows, lead.firsts, lead.lasts, lead.newest


@st.composite
def days(draw: st.DrawFn) -> list[Deed]:
    """A day of somebody with a phone. Some of it comes late."""
    times = draw(st.lists(st.integers(0, DAY), min_size=1, max_size=12, unique=True))
    delays = st.sampled_from((0, 0, 0, 1_000, HOUR, DAY, 5 * DAY))
    return [Deed(f"e{n}", draw(st.sampled_from(DEEDS)), NOON + at, draw(delays)) for n, at in enumerate(sorted(times))]


@settings(max_examples=1_000)
@given(days(), st.integers(-2 * DAY, FAST))
def test_a_network_that_delays_changes_neither_the_order_of_a_device_s_deeds_nor_their_worth(deeds, skew):
    """Whatever its clock says, up to five minutes ahead: windows, carts, sign-ups, limits and facts look at that."""
    at_once = [Deed(deed.name, deed.what, deed.at, 0) for deed in deeds]
    (late, one), (_, other) = folded([d.record(skew) for d in deeds]), folded([d.record(skew) for d in at_once])
    assert (late.counted, late.marked) == (len(deeds), 0)
    assert pieces(one) == pieces(other)
    later = NOON + 9 * DAY
    for found, wanted in zip(SCORER.fold.scores.at(one, later), SCORER.fold.scores.at(other, later), strict=True):
        assert found == pytest.approx(wanted, rel=1e-9, abs=1e-9)


@settings(max_examples=1_000)
@given(days(), st.integers(-2 * DAY, 400 * DAY))
def test_a_clock_that_is_fast_never_dates_anything_more_than_five_minutes_after_its_receipt(deeds, skew):
    """So no lead is carried into the future, where all that is true would be too late for it."""
    told = [deed.record(skew) for deed in deeds]
    found, lead = folded(told)
    assert lead.newest <= max(received for received, _ in told) + FAST
    assert found.marked == sum(deed.at + skew > deed.at + deed.delay + FAST for deed in deeds)
    assert found.counted + found.duplicate + found.refused == len(deeds)


@pytest.mark.parametrize(("ahead", "counts_at", "marked"), [(FAST, FAST, 0), (FAST + 1, 0, 1), (400 * DAY, 0, 1)])
def test_an_event_more_than_five_minutes_ahead_of_its_receipt_counts_at_its_receipt_and_is_marked(
    ahead, counts_at, marked
):
    found, lead = folded([Deed("e", DEEDS[0], NOON, 0).record(ahead)])
    assert (lead.newest - NOON, found.marked) == (counts_at, marked)


@pytest.mark.parametrize(("behind", "outcome"), [(7 * DAY, (2, 0)), (7 * DAY + 1, (1, 1))])
def test_an_event_more_than_the_horizon_behind_the_newest_is_too_late(behind, outcome):
    newest, slow = Deed("new", DEEDS[0], NOON, 0), Deed("slow", DEEDS[0], NOON, 1)
    found, lead = folded([newest.record(0), slow.record(-behind)])
    assert (found.counted, found.refused) == outcome
    assert [why.reason for _, why in found.rejected] == ["too_late"] * found.refused
    assert lead.newest == NOON


def test_a_device_that_is_slow_by_months_and_the_only_one_of_its_lead_begins_in_its_own_past():
    deeds = [Deed(f"e{n}", DEEDS[0], NOON + n * HOUR, 0) for n in range(3)]
    found, lead = folded([deed.record(-200 * DAY) for deed in deeds])
    assert (found.counted, lead.newest) == (3, NOON + 2 * HOUR - 200 * DAY)


def test_two_events_of_a_clock_that_is_too_fast_are_in_the_order_of_their_receipt():
    """Their own order is not trusted, and a network may change it: a producer that knows better corrects its clock."""
    signup, gone = Deed("s", DEEDS[1], NOON, HOUR), Deed("u", DEEDS[3], NOON + MINUTE, 0)
    _, lead = folded([signup.record(DAY), gone.record(DAY)])
    assert lead.newsletter is not None
    _, last, _, unsubscribed, _ = lead.newsletter
    assert (last - NOON, unsubscribed - NOON) == (HOUR, MINUTE)
