"""What each kind of signal is worth, at its exact edges."""

import pytest

from intentflow.domain.rules import Counted, Fact, Group, Limit, Once, Repeated, SignedUp
from tests.oracle.made import KEY, LAND, T0, VISIT, Told, land, model, newsletter, visit

TWICE = Repeated(name="twice", axis="intent", points=10.0, when=VISIT, at_least=2, within=100)
SIGNED_UP = SignedUp(name="signup", axis="intent", points=30.0, until_confirmed=15.0)


def counted(points: float = 4.0, **fields) -> Counted:
    return Counted(name="views", axis="intent", points=points, when=VISIT, **fields)


def test_a_point_is_worth_half_after_exactly_one_half_life():
    lead = Told(model(counted(half_life=100)), visit(0))
    assert [lead.intent(t) for t in (0, 100, 300)] == [4.0, 2.0, 0.5]


def test_without_a_half_life_nothing_fades():
    assert Told(model(counted()), visit(0)).intent(10**12) == 4.0


def test_a_late_event_counts_from_its_own_time():
    assert Told(model(counted(half_life=100)), visit(100), visit(0)).intent(100) == 6.0


def test_a_cap_binds_on_either_side_and_lets_go_when_enough_has_faded():
    for sign in (1, -1):
        lead = Told(model(counted(sign * 4.0, half_life=100, cap=5.0)), visit(0), visit(0))
        assert [lead.intent(t) for t in (0, 100)] == [sign * 5.0, sign * 4.0]


def test_a_period_counts_at_most_its_limit_and_the_next_begins_at_its_first_millisecond():
    made = model(counted(limit=Limit(2, 100)))
    assert Told(made, visit(0), visit(1), visit(99)).intent(99) == 8.0
    assert Told(made, visit(0), visit(1), visit(100)).intent(100) == 12.0


def test_a_period_is_dated_at_its_latest_event_even_beyond_the_limit():
    lead = Told(model(counted(limit=Limit(1, 1000), half_life=100)), visit(0), visit(100))
    assert lead.intent(200) == 2.0
    lead.event(visit(50))
    assert lead.intent(200) == 2.0


def test_once_counts_from_the_earliest_event_even_if_that_came_late():
    lead = Told(model(Once(name="first", axis="intent", points=8.0, half_life=100, when=VISIT)), visit(100), visit(150))
    assert lead.intent(200) == 4.0
    lead.event(visit(0))
    assert lead.intent(200) == 2.0


def test_a_window_is_left_at_exactly_its_end():
    lead = Told(model(TWICE), visit(0), visit(60))
    assert [lead.intent(t) for t in (60, 99, 100)] == [10.0, 10.0, 0.0]


def test_a_window_needs_its_events_within_its_length_of_each_other():
    lead = Told(model(TWICE), visit(0), visit(100))
    assert lead.intent(100) == 0.0
    lead.event(visit(1))
    assert [lead.intent(t) for t in (100, 101)] == [10.0, 0.0]


def test_the_same_event_twice_does_not_fill_a_window():
    assert Told(model(TWICE), visit(0, "a"), visit(0, "a")).intent(0) == 0.0


def test_a_signup_is_provisional_until_it_is_confirmed():
    lead = Told(model(SIGNED_UP), newsletter(0))
    assert lead.intent(0) == 15.0
    lead.event(newsletter(10, "confirm"))
    assert lead.intent(10) == 30.0


@pytest.mark.parametrize("withdrawal", ["unsubscribe", "bounce"])
def test_a_withdrawal_at_the_time_of_the_signup_undoes_it_and_a_later_signup_counts_again(withdrawal):
    lead = Told(model(SIGNED_UP), newsletter(0), newsletter(50), newsletter(50, withdrawal))
    assert lead.intent(50) == 0.0
    lead.event(newsletter(51))
    assert lead.intent(51) == 15.0


def test_a_withdrawal_before_the_latest_signup_takes_nothing_away():
    assert Told(model(SIGNED_UP), newsletter(0), newsletter(50), newsletter(49, "unsubscribe")).intent(50) == 15.0


def test_after_an_unsubscribe_it_counts_from_the_latest_signup_and_after_a_bounce_from_the_first():
    fading = SignedUp(name="signup", axis="intent", points=30.0, until_confirmed=16.0, half_life=100)
    left = Told(model(fading), newsletter(0), newsletter(0, "unsubscribe"), newsletter(100))
    bounced = Told(model(fading), newsletter(0), newsletter(0, "bounce"), newsletter(100))
    assert (left.intent(200), bounced.intent(200)) == (8.0, 4.0)


def test_a_confirmation_at_the_time_of_the_unsubscribe_is_not_after_it():
    lead = Told(
        model(SIGNED_UP), newsletter(0), newsletter(10, "confirm"), newsletter(10, "unsubscribe"), newsletter(20)
    )
    assert lead.intent(20) == 15.0
    lead.event(newsletter(11, "confirm"))
    assert lead.intent(20) == 30.0


def test_opening_the_newsletter_is_no_signup():
    assert Told(model(SIGNED_UP), newsletter(0, "open"), newsletter(1, "click")).intent(1) == 0.0


def test_a_groups_cap_that_binds_is_a_negative_line():
    land_points = Once(name="landed", axis="intent", points=3.0, when=LAND, group="all")
    lead = Told(model(counted(group="all"), land_points, groups=(Group("all", "intent", 5.0),)), visit(0))
    assert lead.lines(0) == {"views": 4.0, "landed": 0.0}
    lead.event(land(1))
    assert lead.lines(1) == {"views": 4.0, "landed": 3.0, "all": -2.0}
    assert lead.intent(1) == 5.0


def test_a_groups_cap_does_not_hold_losses_back():
    made = model(counted(-4.0, group="all"), groups=(Group("all", "intent", 1.0),))
    assert Told(made, visit(0)).lines(0) == {"views": -4.0}


def test_a_fact_ends_exactly_when_it_has_lasted():
    made = model(counted(), facts=(Fact("brief", VISIT, lasts=100), Fact("lasting", VISIT), Fact("never", LAND)))
    lead = Told(made, visit(0), visit(-50))
    assert lead.facts(99) == {"brief", "lasting"}
    assert lead.facts(100) == {"lasting"}


def test_nothing_is_said_about_a_time_before_the_leads_clock():
    lead = Told(model(counted()), visit(10))
    with pytest.raises(ValueError, match="before the lead's clock"):
        lead.reference.score(KEY, T0 + 9)
