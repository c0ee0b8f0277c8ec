"""Notices of carts: told once, at their millisecond, and taken back by a purchase."""

from typing import Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from intentflow.domain.event import AnyEvent, Money
from intentflow.domain.fold import Fold
from intentflow.domain.identity import Identity
from intentflow.domain.lead import Lead
from intentflow.domain.notices import CartNotice, News
from intentflow.domain.rules import Abandoned, Counted, Stage
from intentflow.oracle import Notice
from tests.domain.arms import FoldArm, ReferenceArm, as_told
from tests.domain.strategies import WORTH, Step
from tests.oracle.made import CART, KEY, T0, cart, model, moment, newsletter, visit

QUIET = 100
LEFT = Abandoned(name="left", axis="intent", points=10.0, quiet=QUIET)
USED = Counted(name="used", axis="intent", points=1.0, half_life=500, when=CART)
SHOP = model(LEFT, stages=[Stage(name="warm", enter=(("intent", 5.0),), leave=(("intent", 3.0),))])


class Said(NamedTuple):
    """A notice in milliseconds after `T0`."""

    kind: str
    cart: str
    at: int
    last_used: int


def told(*steps: AnyEvent | int, of: Any = SHOP) -> list[Said]:
    """The notices after these events and clocks; those of the reference are the same."""
    fold, reference = FoldArm(of), ReferenceArm(of)
    for step in steps:
        for arm in (fold, reference):
            if isinstance(step, int):
                arm.clock(T0 + step)
            else:
                arm.event(step)
    assert fold.notices == reference.notices
    return [Said(one.kind, one.cart, one.at - T0, one.last_used - T0) for one in fold.notices]


def test_time_alone_tells_of_a_cart_after_exactly_the_quiet_period():
    assert told(cart(0), QUIET - 1) == []
    assert told(cart(0), QUIET) == [Said("abandoned", "", QUIET, 0)]


def test_the_next_event_tells_it_too_and_dates_it_back():
    assert told(cart(0, cart_id="k9"), visit(5_000)) == [Said("abandoned", "k9", QUIET, 0)]


def test_a_cart_is_told_of_once_however_often_it_is_used_and_left_again():
    assert told(cart(0), 200, cart(300, "view"), 500, cart(600), 900) == [Said("abandoned", "", QUIET, 0)]


def test_a_purchase_takes_the_notice_back_once():
    steps = (cart(0), 200, cart(300, "purchase"), cart(301, "purchase"), 900)
    assert told(*steps) == [Said("abandoned", "", QUIET, 0), Said("recovered", "", 300, 0)]


def test_a_purchase_before_the_quiet_period_is_over_tells_nothing():
    assert told(cart(0), cart(QUIET - 1, "purchase"), 900) == []


def test_a_purchase_at_the_time_of_the_last_activity_wins():
    assert told(cart(5), cart(5, "purchase"), 900) == []
    assert [one.kind for one in told(cart(5), 900, cart(5, "purchase"))] == ["abandoned", "recovered"]


def test_a_late_purchase_of_what_was_in_the_cart_takes_the_notice_back_though_the_cart_was_looked_at_since():
    kinds = [one.kind for one in told(cart(0), cart(20, "view"), 900, cart(10, "purchase"))]
    assert kinds == ["abandoned", "recovered"]


def test_a_cart_that_is_filled_after_a_purchase_may_be_told_of_again():
    steps = (cart(0), 200, cart(300, "purchase"), cart(400), 900)
    assert told(*steps) == [
        Said("abandoned", "", QUIET, 0),
        Said("recovered", "", 300, 0),
        Said("abandoned", "", 500, 400),
    ]


def test_carts_are_told_apart_by_their_id():
    steps = (cart(0, cart_id="a"), cart(10, cart_id="b"), cart(20, "purchase", "a"), 900)
    assert told(*steps) == [Said("abandoned", "b", 110, 10)]


def test_a_cart_that_was_emptied_is_not_abandoned():
    assert told(cart(0), cart(10, "remove", lines=()), 900) == []


def test_what_somebody_put_in_is_told_with_its_value():
    arm = FoldArm(SHOP)
    arm.event(cart(0, value=WORTH[0]))
    arm.clock(T0 + QUIET)
    arm.event(cart(900, "purchase", value=Money(WORTH[4].amount, "EUR")))
    assert [(one.amount, one.currency, one.lines) for one in arm.notices] == [("39.90", "EUR", -1), ("12", "EUR", -1)]


def test_a_model_that_looks_at_no_abandoned_cart_tells_nothing():
    assert told(cart(0), 900, of=model(USED)) == []


def test_the_shortest_quiet_period_of_the_model_counts():
    assert told(cart(0), 900, of=model(LEFT, replace(LEFT, name="sooner", quiet=30))) == [Said("abandoned", "", 30, 0)]


def test_a_cart_that_is_forgotten_is_not_taken_back():
    others = [cart(200 + i, cart_id=str(i)) for i in range(8)]
    kinds = [one.kind for one in told(cart(0, cart_id="k9"), 150, *others, cart(210, "purchase", "k9"))]
    assert kinds == ["abandoned"]


def test_a_lead_without_carts_is_never_due_for_a_notice():
    arm = FoldArm(SHOP)
    arm.event(visit(0))
    arm.event(newsletter(5))
    assert (arm.lead.due, arm.lead.told) == (0, None)


def test_when_two_leads_are_one_what_was_told_stays_told_and_a_purchase_takes_it_back():
    fold = Fold(SHOP)
    visitor, known, news = Lead([], []), Lead([], []), News()
    fold.take(b"v:v", visitor, cart(0, cart_id="k9"), T0, news)
    (letter,) = Identity(fold).link(b"v:v", visitor, b"l:a", T0 + 500, news)
    assert [(one.kind, one.lead) for one in news if isinstance(one, CartNotice)] == [("abandoned", "v:v")]
    assert visitor.told is None
    fold.take(b"l:a", known, visit(400), T0 + 400, news)
    Identity(fold).take_state(b"l:a", known, letter[1], news)  # type: ignore[arg-type]  # a state
    fold.pass_time(b"l:a", known, T0 + 900, news)
    fold.take(b"l:a", known, cart(950, "purchase", "k9"), T0 + 950, news)
    kinds = [(one.kind, one.lead) for one in news if isinstance(one, CartNotice)]
    assert kinds == [("abandoned", "v:v"), ("recovered", "l:a")]


def test_a_shorter_quiet_period_of_a_new_model_tells_what_is_owed_when_time_passes_next():
    before, lead, news = Fold(SHOP), Lead([], []), News()
    before.take(KEY, lead, cart(0), T0, news)
    before.take(KEY, lead, visit(50), T0 + 50, news)
    after = Fold(replace(SHOP, hash="other", signals=(replace(LEFT, quiet=20),)))
    after.pass_time(KEY, lead, T0 + 60, news)
    assert [as_told(one).at - T0 for one in news if isinstance(one, CartNotice)] == [20]


ACTIONS = ("add", "add", "add", "view", "remove", "purchase", "purchase", "shipping_quote")
STEPS = st.lists(
    st.tuples(
        st.sampled_from(ACTIONS),
        st.sampled_from((None, "a", "b")),
        st.integers(0, 90),  # ms since the one before it
        st.sampled_from((0, 0, 0, 0, 30, 150)),  # that it is late
        st.sampled_from((None, None, *WORTH)),
        st.sampled_from((False, False, False, True)),  # a clock before it
    ),
    min_size=1,
    max_size=25,
)
SHOPS = st.sampled_from(
    (SHOP, model(LEFT, USED, stages=SHOP.stages[1:], horizon=400), model(replace(LEFT, points=-3.0)))
)


def steps_of(drawn: list[tuple[Any, ...]]) -> list[Step]:
    now, steps = 0, []
    for n, (action, cart_id, gap, late, value, clocked) in enumerate(drawn):
        now += gap
        if clocked:
            steps.append(Step(None, T0 + now))
        at = max(0, now - late)
        steps.append(Step(replace(cart(at, action, cart_id, f"e{n}", value=value), occurred_at=moment(at)), T0 + at))
    return steps


def tell(arm: FoldArm | ReferenceArm, step: Step) -> None:
    if step.event is None:
        arm.clock(step.at)
    else:
        arm.event(step.event)


@settings(max_examples=1_000)
@given(SHOPS, STEPS)
def test_notices_are_those_of_the_reference(of, drawn):
    fold, reference = FoldArm(of), ReferenceArm(of)
    for step in [*steps_of(drawn), Step(None, T0 + 10_000)]:
        tell(fold, step)
        tell(reference, step)
        assert fold.notices == reference.notices
    assert fold.moves == reference.moves


@settings(max_examples=1_000)
@given(SHOPS, STEPS)
def test_a_cart_is_told_of_once_until_it_is_bought(of, drawn):
    arm = FoldArm(of)
    for step in [*steps_of(drawn), Step(None, T0 + 10_000)]:
        tell(arm, step)
    notices: list[Notice] = arm.notices
    for name in ("", "a", "b"):
        kinds = [one.kind for one in notices if one.cart == name]
        assert kinds == ["abandoned", "recovered"] * (len(kinds) // 2) + ["abandoned"] * (len(kinds) % 2)
    assert len({one.id for one in notices}) == len(notices)


@settings(max_examples=1_000)
@given(SHOPS, STEPS)
def test_the_stored_due_time_is_not_after_the_next_notice(of, drawn):
    arm = FoldArm(of)
    for step in steps_of(drawn):
        tell(arm, step)
        if not arm.lead.clock:
            continue
        ahead, before = FoldArm(of), len(arm.notices)
        ahead.row = arm.row
        lead, news = ahead.lead, News()
        ahead.fold.pass_time(KEY, lead, T0 + 10_000, news)
        times = [as_told(one).at for one in news if isinstance(one, CartNotice)]
        assert not times or 0 < arm.lead.due <= min(times)
        assert len(arm.notices) == before


@settings(max_examples=1_000)
@given(SHOPS, STEPS)
def test_a_notice_that_time_causes_is_told_at_its_millisecond_whenever_clocks_come(of, drawn):
    """Clocks that tell every millisecond, and one at the end, tell the same of carts that are used in order."""
    events = sorted((step for step in steps_of(drawn) if step.event is not None), key=lambda step: step.at)
    plain, clocked = FoldArm(of), FoldArm(of)
    for step in events:
        tell(plain, step)
        if clocked.lead.clock:
            for time in range(clocked.lead.clock, step.at, 7):
                clocked.clock(time)
        tell(clocked, step)
    for arm in (plain, clocked):
        arm.clock(T0 + 10_000)
    assert plain.notices == clocked.notices
