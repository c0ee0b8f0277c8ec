"""Duplicates, and events that come too late."""

import pytest

from intentflow.domain.rules import Counted, Fact, Once
from intentflow.oracle import FinalScores, Reference
from tests.oracle.made import KEY, LAND, T0, VISIT, Told, land, model, visit

VIEWS = Counted(name="views", axis="intent", points=1.0, when=VISIT)
REMEMBERS_TWO = model(VIEWS, remembered=2, horizon=100)


def test_an_event_exactly_the_horizon_behind_the_newest_counts_and_one_a_millisecond_earlier_does_not():
    assert Told(REMEMBERS_TWO, land(0), visit(100), visit(0), visit(-1)).outcomes == [
        "counted",
        "counted",
        "counted",
        "too_late",
    ]


def test_an_event_without_a_signal_counts_and_moves_the_horizon():
    assert Told(REMEMBERS_TWO, visit(0), land(101), visit(0)).outcomes == ["counted", "counted", "too_late"]


def test_an_event_that_is_too_late_does_not_move_the_horizon():
    assert Told(REMEMBERS_TWO, visit(200), visit(99), visit(100)).outcomes == ["counted", "too_late", "counted"]


def test_the_same_id_counts_once_whatever_else_it_says():
    lead = Told(REMEMBERS_TWO, visit(0, "a"), visit(0, "a"), visit(50, "a"))
    assert lead.outcomes == ["counted", "duplicate", "duplicate"]
    assert lead.intent(50) == 1.0


def test_a_duplicate_is_a_duplicate_even_behind_the_horizon():
    assert Told(REMEMBERS_TWO, visit(0, "a"), land(500), visit(0, "a")).outcomes[-1] == "duplicate"


def test_the_same_id_counts_again_where_it_meets_no_counted_signal():
    lead = Told(model(VIEWS, Once(name="once", axis="intent", points=5.0, when=LAND)), visit(0, "a"), land(1, "a"))
    assert lead.outcomes == ["counted", "counted"]
    assert lead.intent(1) == 6.0


def test_at_the_floor_an_event_is_too_late_and_a_millisecond_after_it_counts():
    lead = Told(REMEMBERS_TWO, visit(10, "a"), visit(20, "b"), visit(30, "c"))  # a is forgotten: the floor is 10
    assert [lead.event(visit(10, "d")), lead.event(visit(11, "e"))] == ["too_late", "counted"]
    assert lead.intent(30) == 4.0


def test_a_forgotten_id_is_too_late_and_not_counted_twice():
    assert Told(REMEMBERS_TWO, visit(10, "a"), visit(20), visit(30), visit(10, "a")).outcomes[-1] == "too_late"


def test_the_late_event_that_fills_the_memory_is_itself_forgotten_but_counts():
    lead = Told(REMEMBERS_TWO, visit(20), visit(30), visit(10, "late"))
    assert lead.intent(30) == 3.0
    assert [lead.event(visit(10, "late")), lead.event(visit(11))] == ["too_late", "counted"]


def test_the_floor_holds_for_counted_signals_only():
    lead = Told(model(VIEWS, remembered=1, facts=(Fact("seen", LAND),)), visit(10), visit(20))
    assert lead.event(land(5)) == "counted"
    assert lead.facts(20) == {"seen"}


@pytest.mark.parametrize(("received", "expected"), [(0, 300_000), (-1, -1)])
def test_an_event_more_than_five_minutes_in_the_future_happened_when_it_was_received(received, expected):
    reference = Reference(REMEMBERS_TWO)
    reference.event(KEY, visit(300_000), T0 + received)
    assert reference.standing(KEY).since == T0 + expected


def test_final_scores_are_those_of_the_lead_that_went_the_whole_way():
    events = [visit(10, "a"), visit(20), visit(20, "a"), visit(30), visit(10), land(400), visit(200), visit(390)]
    lead, bulk = Told(REMEMBERS_TWO), FinalScores(REMEMBERS_TWO)
    for event in events:
        when = round(event.occurred_at.timestamp() * 1000)
        assert bulk.event(KEY, event, when) == lead.event(event)
    assert dict(bulk.scores()) == {KEY: lead.reference.score(KEY, T0 + 400)}
    assert dict(bulk.outcomes) == {"counted": 5, "duplicate": 1, "too_late": 2}


def test_final_scores_say_nothing_about_a_time_before_the_newest_event():
    bulk = FinalScores(REMEMBERS_TWO)
    bulk.event(KEY, visit(5), T0 + 5)
    with pytest.raises(ValueError, match="before the newest event"):
        next(bulk.scores(T0 + 4))
