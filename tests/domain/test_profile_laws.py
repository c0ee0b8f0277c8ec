"""The laws of the fold again, for leads of whom much is known: every signal is on the profile, and most events have an address."""

from collections.abc import Sequence

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from intentflow.domain.event import Profile, Told
from intentflow.domain.fold import Fold
from intentflow.domain.merge import Merger
from intentflow.domain.rules import AXES as EVERY_AXIS
from intentflow.domain.rules import Axis, Counted, Grade, Graded, Ideal, Once, ScoringModel, Stage, Trait
from tests.domain.arms import FoldArm, ReferenceArm, assert_close
from tests.domain.profiles import ADDRESSES, of_profile
from tests.domain.strategies import AXES, POINTS, SPAN, Choices, Step, choices, histories, many, models
from tests.oracle.made import LAND, T0, VISIT, land, model, moment, visit

END = T0 + 2 * SPAN


@st.composite
def fitting(draw: st.DrawFn) -> ScoringModel:
    """A model of which most signals are on the profile."""
    model = draw(models())
    first, *rest = many(draw, 5)
    signals = list(model.signals[: first.between(1, 3)])
    for number, choose in enumerate(rest[: first.between(1, 4)]):
        shared = {"name": f"fit {number}", "axis": choose.one(AXES), "points": choose.one(POINTS), "group": None}
        signals.append(of_profile(choose, shared))
    return replace(model, signals=tuple(signals))


def with_addresses(steps: Sequence[Step], choose: Choices) -> list[Step]:
    return [Step(step.event and replace(step.event, email=choose.one(ADDRESSES)), step.at) for step in steps]


def summed(receipts: Sequence[tuple[str, str, float]]) -> dict[Axis, float]:
    return {axis: sum(points for _, on, points in receipts if on == axis) for axis in EVERY_AXIS}


def both(model: ScoringModel, steps: Sequence[Step]) -> tuple[FoldArm, ReferenceArm]:
    fold, reference = FoldArm(model), ReferenceArm(model)
    for step in steps:
        if step.event is None:
            fold.clock(step.at)
            reference.clock(step.at)
        else:
            assert fold.event(step.event) == reference.event(step.event)
    return fold, reference


def tells(at: int, event_id: str = "told", **values: Told) -> Profile:
    return Profile(event_id=event_id, occurred_at=moment(at), visitor_id="v", profile=values, provenance="form")


def on_role(*grades: Grade, lasts: int | None = None) -> Graded:
    best = max(grade.points for grade in grades)
    return Graded(name="role", axis="intent", points=best, attribute="role", grades=grades, lasts=lasts)


HIGH = Stage(name="high", enter=(("intent", 5.0),), leave=(("intent", 4.0),))
STUDENT = Grade(-8.0, Trait(one_of=("student",)))


def test_points_against_a_lead_that_lapse_let_it_rise_at_that_millisecond():
    seen = Once(name="seen", axis="intent", points=10.0, when=VISIT)
    fold, reference = both(
        model(seen, on_role(STUDENT, lasts=300), stages=[HIGH]),
        [Step(tells(100, role="student"), T0 + 100), Step(visit(150), T0 + 150), Step(None, END)],
    )
    assert [(move.entered, move.at) for move in fold.moves] == [("high", 400)]
    assert fold.moves == reference.moves


def test_points_for_a_lead_that_lapse_let_it_fall_at_that_millisecond():
    owner = Grade(8.0, Trait(one_of=("owner",)))
    fold, _ = both(
        model(on_role(owner, lasts=300), stages=[HIGH]),
        [Step(tells(100, role="owner"), T0 + 100), Step(None, END)],
    )
    assert [(move.entered, move.at) for move in fold.moves] == [("high", 100), ("low", 400)]


def test_points_against_a_lead_beside_fading_ones_do_not_make_it_fall_late():
    """What is below 0 must not be taken for a part of what fades."""
    often = Counted(name="seen", axis="intent", points=14.0, half_life=400, when=VISIT)
    fold, reference = both(
        model(often, on_role(STUDENT, Grade(1.0, Trait())), stages=[HIGH]),
        [Step(tells(0, role="student"), T0), Step(visit(1), T0 + 1)],
    )
    due = reference.due(END)
    assert due is not None
    assert 0 < fold.lead.due <= due


def test_a_form_with_an_address_tells_what_the_address_says_though_it_is_counted_too():
    sent = Counted(name="sent", axis="intent", points=1.0, half_life=400, when=LAND)
    kind = Graded(
        name="kind", axis="fit", points=4.0, attribute="email_kind", grades=(Grade(4.0, Trait(one_of=("free",))),)
    )
    arm = FoldArm(model(sent, kind))
    arm.event(land(0, action="land"))
    arm.event(land(10, action="submit", email="ann@gmail.com"))
    assert arm.scores(T0 + 10)["fit"] == 4.0


def test_a_change_that_a_profile_causes_says_so():
    arm = FoldArm(model(on_role(Grade(8.0, Trait())), stages=[HIGH]))
    arm.event(tells(0, "told by form", role="owner"))
    assert [(change.cause.kind, change.cause.event_id) for change in arm.changes] == [("profile", "told by form")]


@settings(max_examples=1_000)
@given(fitting(), histories(), choices)
def test_a_lead_of_whom_much_is_known_goes_the_same_way_as_its_reference(model, steps, choose):
    assume(any(step.event is not None for step in steps))
    fold, reference = both(model, [*with_addresses(steps, choose), Step(None, END)])
    assert fold.moves == reference.moves
    assert fold.stands == reference.stands


@settings(max_examples=1_000)
@given(fitting(), histories(), choices, st.integers(0, 3_000))
def test_its_score_is_that_of_the_reference_at_any_later_time(model, steps, choose, later):
    assume(any(step.event is not None for step in steps))
    fold, reference = both(model, with_addresses(steps, choose))
    for t in (fold.lead.clock, fold.lead.clock + later, END):
        assert_close(fold.scores(t), reference.scores(t))
        assert_close(summed(fold.receipts(t)), fold.scores(t))


@settings(max_examples=1_000)
@given(fitting(), histories(), choices)
def test_its_stored_due_time_is_never_late(model, steps, choose):
    fold, reference = FoldArm(model), ReferenceArm(model)
    for step in with_addresses(steps, choose):
        if step.event is not None:
            fold.event(step.event)
            reference.event(step.event)
            due = reference.due(END)
            assert due is None or 0 < fold.lead.due <= due


@settings(max_examples=1_000)
@given(fitting(), histories(), choices, st.lists(st.booleans(), min_size=25, max_size=25))
def test_two_leads_profiles_merge_into_that_of_one_that_was_told_all(model, steps, choose, dealt):
    """Of what was counted; what comes too late for one lead may be in time for another."""
    model = replace(model, horizon=100 * SPAN)
    one, parts = FoldArm(model), (FoldArm(model), FoldArm(model))
    for step, to in zip(with_addresses(steps, choose), dealt, strict=False):
        if step.event is not None:
            outcomes = {one.event(step.event), parts[to].event(step.event)}
            assume(outcomes == {"counted"})
    lead, other = parts[0].lead, parts[1].lead
    Merger(Fold(model).counting, model).merge(lead, other)
    assert (lead.profile or {}) == (one.lead.profile or {})


@settings(max_examples=1_000)
@given(fitting(), histories())
def test_a_lead_that_nobody_told_anything_of_pays_nothing(model, steps):
    arm = FoldArm(model)
    for step in steps:
        if step.event is not None and not isinstance(step.event, Profile):
            arm.event(replace(step.event, email=None))  # an address tells something by itself
    assert arm.lead.profile is None


@settings(max_examples=1_000)
@given(fitting(), histories())
def test_a_profile_that_no_counted_signal_meets_is_never_too_late(model, steps):
    signals = tuple(signal for signal in model.signals if isinstance(signal, Graded | Ideal))
    arm = FoldArm(replace(model, signals=signals, horizon=1))
    outcomes = {arm.event(step.event) for step in steps if isinstance(step.event, Profile)}
    assert outcomes <= {"counted"}
