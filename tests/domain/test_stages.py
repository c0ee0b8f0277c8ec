"""What bars a stage, how often it is entered, and where a lead falls; every law at its exact edge, by hand, and in the reference too."""

from typing import Any

import pytest
from msgspec.structs import replace

from intentflow.domain.change import QualificationChange
from intentflow.domain.event import AnyEvent, SalesOutcome
from intentflow.domain.rules import Condition, Counted, Fact, Limit, ScoringModel, Stage
from tests.domain.arms import FoldArm, ReferenceArm
from tests.oracle.made import KEY, LAND, LOW, T0, VISIT, fresh, land, model, moment, visit

REJECTED = (Condition(family="outcome", actions=("rejected",)),)
POINTS = Counted(name="points", axis="intent", points=10.0, when=VISIT)
NO = Fact("no", REJECTED, 500)
ASKED = Fact("asked", LAND, 50)


def outcome(at: int, action: Any = "rejected", **fields: Any) -> AnyEvent:
    return SalesOutcome(event_id=fresh(), occurred_at=moment(at), visitor_id="v", action=action, **fields)


def lived(made: ScoringModel, *events: AnyEvent, until: int = 5_000) -> FoldArm:
    """The fold after these events and as much time; the reference went the same way."""
    arm, reference = FoldArm(made), ReferenceArm(made)
    for event in events:
        assert arm.event(event) == reference.event(event)
    arm.clock(T0 + until)
    reference.clock(T0 + until)
    assert arm.moves == reference.moves
    return arm


def moves(arm: FoldArm) -> list[tuple[str, str, int]]:
    return [(move.left, move.entered, move.at) for move in arm.moves]


def barred(*, dwell: int = 0, **fields: Any) -> ScoringModel:
    stage = Stage(name="high", enter=(("intent", 10.0),), unless=("no",), dwell=dwell, **fields)
    return model(POINTS, facts=(NO,), stages=(stage,))


def test_a_stage_is_not_entered_while_a_fact_bars_it_and_at_the_millisecond_in_which_that_ends():
    assert moves(lived(barred(), outcome(0), visit(10))) == [("low", "high", 500)]


def test_a_stage_is_left_at_once_when_a_fact_bars_it_whatever_its_dwell():
    arm = lived(barred(dwell=10_000), visit(0), outcome(10))
    assert moves(arm) == [("low", "high", 0), ("high", "low", 10), ("low", "high", 510)]


def test_what_bars_for_ever_is_waited_for_by_nobody():
    arm = lived(
        model(POINTS, facts=(Fact("no", REJECTED),), stages=(Stage(name="high", enter=(("intent", 10.0),), unless=("no",)),)),
        outcome(0),
        visit(10),
    )  # fmt: skip
    assert moves(arm) == []
    assert arm.lead.due == 0


def test_a_fact_that_bars_and_comes_again_bars_for_longer():
    assert moves(lived(barred(), outcome(0), visit(10), outcome(400))) == [("low", "high", 900)]


def test_a_late_outcome_whose_fact_is_over_bars_nothing():
    assert moves(lived(barred(), visit(700), outcome(100))) == [("low", "high", 700)]


def handed(count: int, period: int) -> ScoringModel:
    """A stage that is entered by a fact of 50 ms, so many times in so long."""
    stage = Stage(name="high", facts=("asked",), hand_offs=Limit(count, period), treatment="sales")
    return model(POINTS, facts=(ASKED,), stages=(stage,))


def test_a_stage_is_entered_no_oftener_than_its_hand_offs_allow():
    arm = lived(handed(2, 1_000), land(0), land(100), land(200), land(300))
    entered = [at for _, to, at in moves(arm) if to == "high"]
    assert entered == [0, 100]


def test_a_hand_off_is_allowed_again_at_the_millisecond_in_which_the_oldest_has_passed():
    arm = lived(handed(2, 1_000), land(0), land(100), land(960))
    assert [at for _, to, at in moves(arm) if to == "high"] == [0, 100, 1_000]


def test_a_hand_off_a_millisecond_before_is_one_too_many():
    arm = lived(handed(1, 1_000), land(0), land(949))
    assert [at for _, to, at in moves(arm) if to == "high"] == [0]


def test_a_lead_does_not_fall_into_a_hand_off_that_it_could_not_enter():
    """10 points are enough to stay in the middle, not to enter it; without hand-offs it would be fallen into."""
    top = Stage(name="top", facts=("asked",))
    middle = Stage(name="middle", enter=(("intent", 20.0),), leave=(("intent", 10.0),))
    plain = model(POINTS, facts=(ASKED,), stages=(middle, top))
    assert moves(lived(plain, visit(0), land(10))) == [("low", "top", 10), ("top", "middle", 60)]
    guarded = Stage(name="middle", enter=middle.enter, leave=middle.leave, hand_offs=Limit(3, 1_000))
    made = model(POINTS, facts=(ASKED,), stages=(guarded, top))
    assert moves(lived(made, visit(0), land(10))) == [("low", "top", 10), ("top", "low", 60)]


def test_a_fall_into_a_hand_off_counts_as_one():
    top = Stage(name="top", facts=("asked",))
    middle = Stage(name="middle", enter=(("intent", 10.0),), leave=(("intent", 10.0),), hand_offs=Limit(1, 1_000))
    made = model(POINTS, facts=(ASKED,), stages=(middle, top))
    assert moves(lived(made, land(0), visit(10), land(100))) == [
        ("low", "top", 0),
        ("top", "middle", 50),
        ("middle", "top", 100),
        ("top", "low", 150),
        ("low", "middle", 1_050),
    ]


@pytest.mark.parametrize(("count", "kept"), [(1, [600]), (3, [0, 300, 600])])
def test_the_state_keeps_as_many_entries_as_the_stage_asks_for(count: int, kept: list[int]):
    arm = lived(handed(count, 200), land(0), land(300), land(600))
    assert [[at - T0 for at in times] for times in (arm.lead.entered or {}).values()] == [kept]


def test_a_lead_that_was_never_handed_over_carries_nothing_for_it():
    assert lived(handed(1, 1_000), visit(0)).lead.entered is None


def change(made: ScoringModel, *events: AnyEvent) -> QualificationChange:
    return lived(made, *events).changes[-1]


def test_the_cause_of_a_change_by_sales_is_the_outcome_with_its_reason():
    said = outcome(10, reason="buys for a competitor")
    moved = lived(barred(), visit(0), said).changes[1].cause
    assert (moved.kind, moved.event_id, moved.reason) == ("outcome", said.event_id, "buys for a competitor")


def test_what_is_missing_names_what_bars_a_stage_and_until_when():
    made = model(
        POINTS,
        facts=(NO,),
        stages=(Stage(name="mid", enter=(("intent", 10.0),)), Stage(name="top", enter=(("intent", 10.0),), unless=("no",))),
    )  # fmt: skip
    (gap,) = lived(made, outcome(0), visit(10), until=20).changes[0].missing
    assert (gap.stage, gap.unless, gap.not_before) == ("top", "no", "2023-11-14T22:13:20.500Z")


def test_what_is_missing_passes_over_a_stage_that_keeps_leads_out_of_others():
    aside = Stage(name="aside", facts=("no",))
    made = model(
        POINTS,
        facts=(NO,),
        stages=(Stage(name="mid", enter=(("intent", 10.0),)), aside, Stage(name="top", enter=(("intent", 30.0),), unless=("no",))),
    )  # fmt: skip
    (gap,) = change(made, visit(0)).missing
    assert (gap.stage, gap.axis, gap.points) == ("top", "intent", 20.0)


def test_every_change_says_until_when_somebody_should_have_acted():
    stage = Stage(name="high", enter=(("intent", 10.0),), treatment="sales", follow_up=86_400_000)
    made = model(POINTS, stages=(stage,))
    assert change(made, visit(0)).follow_up_by == "2023-11-15T22:13:20.000Z"


@pytest.mark.parametrize(
    "against", [(), (Counted(name="against", axis="fit", points=-1.0, half_life=90, when=REJECTED),)]
)
def test_a_model_that_bars_where_a_lead_stands_moves_it_in_the_first_millisecond_that_it_looks_at(against):
    """Whatever the dwell, and whether or not the lead has points against it."""
    stage = Stage(name="high", enter=(("intent", 10.0),))
    old = model(POINTS, *against, facts=(NO,), stages=(stage,))
    lead = lived(old, visit(0), outcome(10), until=10).lead
    arm = FoldArm(replace(old, hash="other", stages=(LOW, replace(stage, unless=("no",), dwell=10_000))))
    assert arm.fold.up_to(KEY, lead, T0 + 400, arm.news) == T0 + 400
    assert moves(arm) == [("high", "low", 11)]
