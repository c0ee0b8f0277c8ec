"""A lead's way through the stages, by hand and at its exact edges."""

import pytest

from intentflow.domain.rules import Counted, Fact, Repeated, Stage
from intentflow.oracle import change_id
from tests.oracle.made import KEY, LAND, T0, VISIT, Told, land, model, visit

FADING = Counted(name="views", axis="intent", points=8.0, half_life=100, when=VISIT)
LASTING = Counted(name="views", axis="intent", points=5.0, when=VISIT)
WARM = Stage(name="warm", enter=(("intent", 8.0),), leave=(("intent", 4.0),))


def test_a_lead_begins_in_the_first_stage_at_its_first_event():
    lead = Told(model(LASTING, stages=[WARM]), visit(7))
    assert (lead.stage, lead.moves) == ("low", [])
    assert lead.reference.standing(KEY).since == T0 + 7


def test_an_event_raises_the_lead_and_time_lets_it_fall():
    lead = Told(model(FADING, stages=[WARM]), visit(0))
    assert lead.due(1000) == 101  # at 100 it is exactly 4: not below
    lead.clock(100)
    assert lead.moves == [("low", "warm", 0, "event")]
    lead.clock(1000)
    assert lead.moves == [("low", "warm", 0, "event"), ("warm", "low", 101, "decay")]


def test_what_time_does_is_dated_when_it_was_due_and_comes_before_the_event():
    lead = Told(model(FADING, stages=[WARM]), visit(0), visit(500))
    assert lead.moves == [("low", "warm", 0, "event"), ("warm", "low", 101, "decay"), ("low", "warm", 500, "event")]


@pytest.mark.parametrize(("threshold", "entered"), [(8.0 + 9e-10, True), (8.0 + 1.1e-9, False)])
def test_a_stage_is_entered_with_a_slack_of_a_billionth(threshold, entered):
    warm = Stage(name="warm", enter=(("intent", threshold),))
    assert (Told(model(FADING, stages=[warm]), visit(0)).stage == "warm") is entered


@pytest.mark.parametrize(("threshold", "due"), [(4.0 + 9e-10, 101), (4.0 + 1.1e-9, 100)])
def test_a_stage_is_left_with_the_same_slack(threshold, due):
    warm = Stage(name="warm", enter=(("intent", 8.0),), leave=(("intent", threshold),))
    assert Told(model(FADING, stages=[warm]), visit(0)).due(1000) == due


def test_a_dwell_holds_a_fall_back_until_its_exact_end_but_never_a_rise():
    warm = Stage(name="warm", enter=(("intent", 8.0),), leave=(("intent", 4.0),), dwell=150)
    hot = Stage(name="hot", enter=(("intent", 10.0),))
    lead = Told(model(FADING, stages=[warm, hot]), visit(0))
    assert lead.due(1000) == 150
    lead.event(visit(50))
    assert lead.moves[-1] == ("warm", "hot", 50, "event")


def test_a_fall_goes_to_the_highest_stage_below_that_need_not_be_left():
    stages = [
        Stage(name=n, enter=(("intent", x),), leave=(("intent", y),))
        for n, x, y in (("a", 1, 1), ("b", 2, 2), ("c", 8, 4))
    ]
    lead = Told(model(FADING, stages=stages), visit(0))
    lead.clock(1000)
    assert lead.moves == [
        ("low", "c", 0, "event"),
        ("c", "b", 101, "decay"),
        ("b", "a", 201, "decay"),
        ("a", "low", 301, "decay"),
    ]


def test_a_fall_need_not_stop_at_a_stage_whose_own_conditions_fail():
    picky = Stage(name="picky", enter=(("intent", 2.0),), facts=("asked",))
    lead = Told(model(FADING, stages=[picky, WARM], facts=(Fact("asked", LAND),)), visit(0))
    lead.clock(1000)
    assert lead.moves[-1] == ("warm", "low", 101, "decay")


def test_a_cool_down_is_over_at_exactly_its_end():
    warm = Stage(name="warm", enter=(("intent", 5.0),), facts=("asked",), cool_down=100)
    made = model(LASTING, stages=[warm], facts=(Fact("asked", LAND, lasts=10),))
    events = (visit(0), land(0), land(20))
    assert Told(made, *events).moves == [("low", "warm", 0, "event"), ("warm", "low", 10, "decay")]
    early, right = Told(made, *events, land(109)), Told(made, *events, land(110))
    assert early.stage == "low"
    assert right.moves[-1] == ("low", "warm", 110, "event")
    early.clock(1000)
    assert early.moves[2:] == [("low", "warm", 110, "decay"), ("warm", "low", 119, "decay")]


def test_a_cool_down_counts_from_a_rise_too():
    warm = Stage(name="warm", enter=(("intent", 8.0),), leave=(("intent", 6.0),), cool_down=100)
    hot = Stage(name="hot", facts=("asked",))
    made = model(FADING, stages=[warm, hot], facts=(Fact("asked", LAND, lasts=50),))
    lead = Told(made, visit(0), land(2), visit(60))
    lead.clock(102)
    assert lead.moves == [
        ("low", "warm", 0, "event"),
        ("warm", "hot", 2, "event"),
        ("hot", "low", 52, "decay"),
        ("low", "warm", 102, "decay"),  # not at 60, when its score was reached
    ]


def test_a_fall_asks_for_no_cool_down():
    warm = Stage(name="warm", enter=(("intent", 5.0),), cool_down=100)
    hot = Stage(name="hot", facts=("asked",))
    made = model(LASTING, stages=[warm, hot], facts=(Fact("asked", LAND, lasts=10),))
    lead = Told(made, visit(0), land(2))
    lead.clock(1000)
    assert lead.moves[2:] == [("hot", "warm", 12, "decay")]


def test_a_window_that_ends_lets_the_lead_fall_at_that_very_time():
    twice = Repeated(name="twice", axis="intent", points=10.0, when=VISIT, at_least=2, within=100)
    lead = Told(model(twice, stages=[WARM]), visit(0), visit(60))
    assert lead.due(1000) == 100


def test_fading_losses_let_a_lead_rise():
    losses = Counted(name="losses", axis="intent", points=-4.0, half_life=100, when=LAND)
    lead = Told(model(LASTING, losses, stages=[Stage(name="warm", enter=(("intent", 3.0),))]), land(0), visit(0))
    lead.clock(1000)
    assert lead.moves == [("low", "warm", 100, "decay")]


def test_a_late_event_changes_the_score_as_of_its_time_and_the_lead_is_judged_at_its_clock():
    lead = Told(model(FADING, stages=[WARM]), land(100), visit(0))
    assert (lead.intent(100), lead.moves) == (4.0, [])
    lead.event(visit(0))
    assert lead.moves == [("low", "warm", 100, "event")]


def test_a_clock_moves_the_leads_own_clock_only_to_changes():
    lead = Told(model(FADING, stages=[WARM]), visit(0))
    lead.clock(50)
    assert lead.reference.standing(KEY).clock == T0
    lead.clock(1000)
    assert lead.reference.standing(KEY).clock == T0 + 101
    lead.clock(0)
    assert lead.reference.standing(KEY).clock == T0 + 101


def test_a_clock_before_the_first_event_does_nothing():
    lead = Told(model(FADING, stages=[WARM]))
    lead.clock(100)
    assert lead.reference.leads == ()


def test_one_judging_moves_a_lead_only_once_and_the_rest_is_due_a_millisecond_later():
    brief = Stage(name="brief", enter=(("intent", 8.0),), leave=(("fit", 1.0),), cool_down=10_000)
    lead = Told(model(FADING, stages=[brief]), visit(0))
    lead.clock(1000)
    assert lead.moves == [("low", "brief", 0, "event"), ("brief", "low", 1, "decay")]


def test_a_change_is_known_by_its_lead_number_model_and_cause():
    lead = Told(model(FADING, stages=[WARM]), visit(0, "a"))
    lead.clock(1000)
    risen, fallen = lead.reference.moves(KEY)
    assert (risen.sequence, risen.cause) == (1, "event:a")
    assert (fallen.sequence, fallen.cause) == (2, f"decay:{T0 + 101}")
    assert risen.id == change_id(KEY, 1, "h", "event:a") == "266b97bda5785738da679fca8a9e64c2"
    assert len(fallen.id) == 32
