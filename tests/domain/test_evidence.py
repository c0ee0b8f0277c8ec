"""Evidence by hand: what it withdraws, when it no longer does, and what it says. Hours are those of the clock."""

from typing import Any

import pytest
from msgspec.structs import replace

from intentflow.domain.rules import (
    MAX_BEFORE,
    MAX_HOURS,
    Abandoned,
    Condition,
    Counted,
    Evidence,
    Fact,
    Limit,
    Once,
    ScoringModel,
    SignedUp,
    Stage,
    Test,
)
from tests.domain.arms import FoldArm
from tests.domain.merging import merged
from tests.oracle.made import T0, VISIT, Told, cart, model, newsletter, visit

HOUR = 3_600_000
START = HOUR - T0 % HOUR  # ms after T0 at which an hour begins
BOT = "Googlebot/2.1"
ROBOT = Evidence(
    name="robot",
    when=(Condition(family="website_visit", agent=("bot",)),),
    weight=0.0,
    because="a robot",
    of=("website_visit",),
)
TRAP = Evidence(
    name="trap",
    when=(Condition(family="website_visit", url=("*/trap",)),),
    weight=0.2,
    because="no human sees it",
    of=("website_visit",),
)
ITSELF = Evidence(
    name="ahead",
    when=(Condition(family="website_visit", attributes=(Test("prefetch", "equals", True),)),),
    weight=0.0,
    because="loaded ahead",
)
BURST = Evidence(
    name="burst", when=VISIT, weight=0.1, because="three in a second", of=("website_visit",), at_least=3, within=1_000
)


def visits(period: int = HOUR, count: int = 5, **fields: Any) -> Counted:
    shared: dict[str, Any] = {"name": "visits", "axis": "intent", "points": 10.0, "half_life": None, "when": VISIT}
    return Counted(**shared | {"limit": Limit(count, period)} | fields)


def told(*rules: Evidence, signals: tuple[Any, ...] = (), **fields: Any) -> FoldArm:
    return FoldArm(model(*(signals or (visits(),)), evidence=rules, **{"horizon": 7 * 24 * HOUR} | fields))


def intent(arm: FoldArm) -> float:
    return arm.scores(arm.lead.clock)["intent"]


def test_what_a_robot_does_is_counted_in_the_books_and_worth_nothing():
    arm = told(ROBOT)
    assert arm.event(visit(START, user_agent=BOT)) == "counted"
    assert intent(arm) == 0


def test_later_evidence_withdraws_what_it_disproves():
    arm = told(TRAP)
    arm.event(visit(START))
    arm.event(visit(START + 1))
    assert intent(arm) == 20
    arm.event(visit(START + 2, url="https://a.example/trap"))
    assert intent(arm) == pytest.approx(6)


def test_the_hour_before_and_the_hour_after_are_not_withdrawn():
    arm = told(TRAP)
    for at in (START - 1, START, START + HOUR - 1, START + HOUR):
        arm.event(visit(at, url="https://a.example/trap" if at == START else None))
    assert intent(arm) == 10 + 0.2 * 20 + 10


def test_a_period_longer_than_an_hour_is_weighed_by_every_hour_in_it():
    arm = told(TRAP, signals=(visits(24 * HOUR),))
    arm.event(visit(START))
    arm.event(visit(START + HOUR, url="https://a.example/trap"))
    assert intent(arm) in (0.2 * 20, 10 + 0.2 * 10)  # one day, unless one began between


def test_a_signal_about_another_family_keeps_what_it_counted():
    bought = visits(name="carts", when=(Condition(family="cart"),))
    arm = told(ROBOT, signals=(visits(), bought))
    arm.event(visit(START, user_agent=BOT))
    arm.event(cart(START + 1, "purchase"))
    assert arm.receipts(arm.lead.clock) == [("carts", "intent", 10.0)]


def test_a_page_that_was_loaded_ahead_takes_nothing_from_those_that_were_read():
    arm = told(ITSELF)
    arm.event(visit(START))
    assert arm.event(visit(START + 1, attributes={"prefetch": True})) == "counted"
    assert intent(arm) == 10
    assert arm.lead.evidence is None


def test_evidence_of_a_closed_period_withdraws_nothing():
    arm = told(TRAP, horizon=2 * HOUR)
    arm.event(visit(START))
    arm.event(visit(START + 5 * HOUR))
    arm.event(visit(START + 3 * HOUR, url="https://a.example/trap"))
    assert intent(arm) == 10 + 10 + 0.2 * 10
    late = visit(START + 1, url="https://a.example/trap")
    assert arm.event(late) == "too_late"


def test_a_period_is_closed_as_soon_as_no_event_could_come_for_it_whether_or_not_another_began():
    """Within the hour of the evidence, but behind the ids that are still remembered."""
    carts = Counted(name="carts", axis="fit", points=1.0, half_life=None, when=(Condition(family="cart"),))
    peeked = (Condition(family="cart", actions=("view",)),)
    trap = Evidence(name="trap", when=peeked, weight=0.2, because="nobody peeks", of=("website_visit",))
    events = [visit(START), *(cart(START + at) for at in (200, 300, 400, 500, 600)), cart(START + 700, "view")]
    for remembered, left in ((4, 10), (64, 2)):
        shop = model(visits(100), carts, evidence=(trap,), remembered=remembered)
        arm, reference = FoldArm(shop), Told(shop, *events)
        for event in events:
            arm.event(event)
        assert intent(arm) == pytest.approx(left)
        assert reference.intent(START + 700) == pytest.approx(left)


def test_a_closed_period_keeps_its_weight_when_its_hour_is_forgotten():
    arm = told(TRAP, horizon=2 * HOUR)
    arm.event(visit(START, url="https://a.example/trap"))
    for hour in (4, 8, 12):
        arm.event(visit(START + hour * HOUR))
    assert arm.lead.evidence is None
    assert intent(arm) == 0.2 * 10 + 30


def test_an_event_without_a_limit_counts_with_its_own_weight_for_good():
    arm = told(TRAP, signals=(visits(limit=None),))
    arm.event(visit(START))
    arm.event(visit(START + 1, url="https://a.example/trap"))
    assert intent(arm) == 10 + 0.2 * 10


def test_three_within_less_than_a_second_are_a_pattern_and_in_a_second_they_are_not():
    for last, left in ((999, 0.1), (1_000, 1.0)):
        arm = told(BURST)
        for at in (0, 500, last):
            arm.event(visit(START + at))
        assert intent(arm) == pytest.approx(left * 30)


def test_a_pattern_is_found_when_two_leads_turn_out_to_be_one():
    one, other = told(BURST), told(BURST)
    one.event(visit(START))
    other.event(visit(START + 1))
    other.event(visit(START + 2))
    assert intent(other) == 20
    assert merged(one, other).scores(T0 + START + 2)["intent"] == pytest.approx(3)


def test_a_pattern_that_is_longer_than_the_horizon_withdraws_what_was_open_before_its_last_event():
    """To count that event closes the period of the first: what is told by it goes before."""
    slow = replace(BURST, at_least=2, within=30 * HOUR)
    events = [visit(START), visit(START + 26 * HOUR)]
    arm, reference = told(slow, horizon=24 * HOUR), Told(model(visits(), evidence=(slow,), horizon=24 * HOUR))
    for event in events:
        arm.event(event)
        reference.event(event)
    at = T0 + START + 26 * HOUR
    assert arm.scores(at)["intent"] == reference.intent(START + 26 * HOUR) == 2.0


CLICK, OPEN = (Condition(family="newsletter_signup", actions=(action,)) for action in ("click", "open"))
UNOPENED = Evidence(
    name="unopened",
    when=(CLICK,),
    before=(OPEN,),
    within=24 * HOUR,
    weight=0.2,
    because="not opened",
    of=("newsletter_signup",),
)
CLICKS = Counted(name="clicks", axis="intent", points=10.0, when=(CLICK,), limit=Limit(5, HOUR))
SCANNER = Stage(name="high", enter=(("intent", 10.0),), leave=(("intent", 5.0),))


def mailed(*did: tuple[str, int]) -> FoldArm:
    """A lead of whom these were told, in this order: click or open, and ms after the hour began."""
    arm = told(UNOPENED, signals=(CLICKS,), stages=[SCANNER])
    for n, (action, at) in enumerate(did):
        arm.event(newsletter(START + at, action, f"e{n}"))
    return arm


def clicks(*did: tuple[str, int]) -> float:
    arm = mailed(*did)
    return arm.scores(arm.lead.clock)["intent"]


def test_a_click_before_its_mail_was_opened_is_weighed_whichever_was_told_first():
    assert clicks(("click", 0), ("open", HOUR)) == clicks(("open", HOUR), ("click", 0)) == 2.0


def test_a_click_after_its_mail_was_opened_is_a_humans():
    assert clicks(("open", 0), ("click", 1)) == clicks(("click", 1), ("open", 0)) == 10.0
    assert clicks(("open", 5), ("click", 5)) == 10.0  # at the same time: opened


def test_a_click_in_a_mail_of_which_nothing_is_told_that_it_was_opened_is_a_humans():
    assert clicks(("click", 0)) == 10.0
    assert clicks(("click", 0), ("click", 2 * HOUR)) == 20.0


def test_a_mail_opened_exactly_so_long_after_the_click_is_another_one():
    assert clicks(("click", 0), ("open", 24 * HOUR - 1)) == 2.0
    assert clicks(("click", 0), ("open", 24 * HOUR)) == 10.0


def test_a_mail_opened_exactly_so_long_before_the_click_is_another_one():
    assert clicks(("open", 0), ("click", 24 * HOUR - 1), ("open", 30 * HOUR)) == 10.0
    assert clicks(("open", 0), ("click", 24 * HOUR), ("open", 30 * HOUR)) == 2.0


def test_that_it_was_opened_before_takes_back_what_was_told_when_it_comes_late():
    arm = mailed(("click", 5), ("open", 9), ("open", 3))
    assert arm.scores(arm.lead.clock)["intent"] == 10.0
    assert [(move.left, move.entered) for move in arm.moves] == [("low", "high"), ("high", "low"), ("low", "high")]


def test_a_fall_by_a_mail_that_was_opened_after_the_click_has_the_reason():
    [_, fall] = mailed(("click", 5), ("open", 9)).changes
    assert (fall.cause.kind, fall.cause.event_id, fall.cause.reason) == ("evidence", "e1", "not opened")


def test_of_more_hours_than_are_kept_with_clicks_and_openings_the_latest_stay():
    days = [
        (action, at) for day in range(MAX_BEFORE) for action, at in (("click", day * HOUR), ("open", day * HOUR + 1))
    ]
    arm = mailed(*days)
    [held] = (arm.lead.bursts or {}).values()
    assert len(held) == 20 * MAX_BEFORE
    arm.event(newsletter(START + MAX_BEFORE * HOUR, "open", "last"))
    [held] = (arm.lead.bursts or {}).values()
    assert len(held) == 20 * (MAX_BEFORE - 1) + 10


def test_two_leads_that_turn_out_to_be_one_may_show_that_a_mail_was_opened_too_late():
    arm = merged(mailed(("click", 0)), mailed(("open", HOUR)))
    assert arm.scores(arm.lead.clock)["intent"] == 2.0


def test_two_leads_that_turn_out_to_be_one_may_show_that_a_mail_was_opened_in_time_after_all():
    suspect, cleared = (("click", 5), ("open", 9)), (("open", 3),)
    for one, other in ((suspect, cleared), (cleared, suspect)):
        arm = merged(mailed(*one), mailed(*other))
        assert arm.scores(arm.lead.clock)["intent"] == 10.0
        assert arm.lead.evidence is None


@pytest.mark.parametrize(
    ("who", "points"),
    [
        ({"email": "Bob@Shop.example"}, 0.0),
        ({"lead_id": "bob@shop.example"}, 0.0),
        ({"email": "bob@shop.example.net"}, 10.0),
        ({"lead_id": "bob"}, 10.0),
        ({}, 10.0),
    ],
)
def test_who_has_an_address_of_our_own_is_one_of_ours(who, points):
    ours = Condition(family="website_visit", address=("*@shop.example",))
    staff = Evidence(name="staff", when=(ours,), weight=0.0, because="one of us", of=("website_visit",))
    arm = told(staff, ROBOT)
    arm.event(replace(visit(START), visitor_id=None, **who))
    assert arm.scores(T0 + START)["intent"] == points


def test_a_robot_meets_no_fact_and_no_first_time_and_signs_nobody_up():
    robot = Evidence(
        name="robot",
        when=tuple(Condition(family=family) for family in ("website_visit", "newsletter_signup", "cart")),
        weight=0.4,
        because="all of them are",
        of=("website_visit",),
    )
    first = Once(name="first", axis="intent", points=5.0, half_life=None, when=VISIT)
    news = SignedUp(name="news", axis="intent", points=7.0, half_life=None, until_confirmed=7.0)
    left = Abandoned(name="left", axis="intent", points=3.0, half_life=None, quiet=10)
    arm = told(robot, signals=(first, news, left), facts=(Fact("seen", VISIT),))
    for event in (visit(START), newsletter(START + 1), cart(START + 2), visit(START + 100)):
        assert arm.event(event) == "counted"
    assert intent(arm) == 0
    assert (arm.lead.lasts, arm.lead.firsts, arm.lead.newsletter, arm.lead.carts) == (None, None, None, None)


def test_who_leaves_the_newsletter_has_left_it_whatever_speaks_against():
    scanner = Evidence(
        name="scanner",
        when=(Condition(family="newsletter_signup", actions=("unsubscribe",)),),
        weight=0.0,
        because="a scanner",
    )
    news = SignedUp(name="news", axis="intent", points=7.0, half_life=None, until_confirmed=7.0)
    arm = told(scanner, signals=(news,))
    arm.event(newsletter(START))
    assert intent(arm) == 7
    arm.event(newsletter(START + 1, "unsubscribe"))
    assert intent(arm) == 0


def staged(**fields: Any) -> FoldArm:
    high = Stage(name="high", enter=(("intent", 20.0),), leave=(("intent", 15.0),))
    return FoldArm(model(visits(), evidence=(TRAP,), stages=(high,), horizon=7 * 24 * HOUR, **fields))


def test_a_fall_that_evidence_causes_says_so_with_the_reason():
    arm = staged()
    arm.event(visit(START))
    arm.event(visit(START + 1))
    arm.event(visit(START + 2, "e7", url="https://a.example/trap"))
    rise, fall = arm.changes
    assert (rise.cause.kind, fall.cause.kind) == ("event", "evidence")
    assert (fall.cause.event_id, fall.cause.reason) == ("e7", "no human sees it")
    assert fall.from_stage == "high"


def test_receipts_name_the_weight_and_the_reason_and_still_add_up():
    arm = staged()
    arm.event(visit(START))
    arm.event(visit(START + 1, url="https://a.example/trap"))
    fold, lead = arm.fold, arm.lead
    found = fold.explain(lead, lead.clock)
    (receipt,) = found.receipts
    assert (receipt.points, receipt.weight, receipt.because) == (4.0, 0.2, "no human sees it")
    assert found.scores == (0, 0, 4.0)
    (doubt,) = found.doubts
    assert (doubt.rule, doubt.weight, len(doubt.hours)) == ("trap", 0.2, 1)


def test_a_lead_without_evidence_has_none():
    arm = told(ROBOT, TRAP, ITSELF)
    arm.event(visit(START, user_agent="Mozilla/5.0 (X11) Firefox/130.0", attributes={"prefetch": False}))
    lead = arm.lead
    assert (lead.evidence, lead.bursts) == (None, None)


def test_of_more_hours_than_are_kept_the_latest_stay():
    arm = told(TRAP, signals=(visits(HOUR),), horizon=10_000 * HOUR, remembered=10_000)
    lead = arm.lead
    for hour in range(MAX_HOURS + 3):
        event = visit(START + hour * HOUR, url="https://a.example/trap")
        arm.fold.take(b"v:v", lead, event, T0 + START + hour * HOUR, [])
    (hours,) = (lead.evidence or {}).values()
    assert len(hours) == MAX_HOURS
    assert hours == sorted(hours)


def test_under_a_model_with_another_weight_what_is_open_is_weighed_anew():
    arm = told(TRAP)
    arm.event(visit(START, url="https://a.example/trap"))
    other: ScoringModel = model(visits(), evidence=(), horizon=7 * 24 * HOUR)
    again = FoldArm(ScoringModel(**{n: getattr(other, n) for n in other.__struct_fields__} | {"hash": "other"}))
    again.row = arm.row
    again.event(visit(START + 1))
    assert intent(again) == 20
