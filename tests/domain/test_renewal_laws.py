"""Law 7 (design 5): a new model applies to stored state, without replaying anything; `docs/semantics.md`, "A new model".

The reference keeps every event, and works out anew what they are worth under the new model. The fold has its state alone. What the law
does not promise (other half-lives, a new signal's past, closed periods) is the same in both models.
"""

from collections.abc import Sequence

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from intentflow.domain.rules import Counted, Repeated, ScoringModel, Stage
from tests.domain.arms import FoldArm, ReferenceArm, assert_close
from tests.domain.renewing import HASH, RenewedFold, others, renewed_reference
from tests.domain.strategies import SPAN, Step, histories, models
from tests.oracle.made import T0, VISIT, visit
from tests.oracle.made import model as made

ROOMY = models(horizons=(10 * SPAN,), remembered=(64,))  # no period is closed, nothing is ever too late
WHEN = st.integers(0, 2 * SPAN)
LATER = [T0 + SPAN + more for more in (0, 1, 77, 400, 3 * SPAN)]


def fed(arm: FoldArm | ReferenceArm, steps: Sequence[Step]) -> list[str]:
    told = []
    for step in steps:
        if step.event is not None:
            told.append(arm.event(step.event))
        else:
            arm.clock(step.at)
    return told


def same(fold: FoldArm, reference: ReferenceArm) -> None:
    assert (fold.moves, fold.stands, fold.notices) == (reference.moves, reference.stands, reference.notices)


def with_another(
    data: st.DataObject, model: ScoringModel, steps: Sequence[Step]
) -> tuple[RenewedFold, ReferenceArm, ScoringModel]:
    """Both arms, told all of it under one model, and started with another."""
    before, reference = FoldArm(model), ReferenceArm(model)
    assert fed(before, steps) == fed(reference, steps)
    assume(before.lead.clock)
    new = data.draw(others(model))
    return RenewedFold(new, before), renewed_reference(new, reference), new


@settings(max_examples=1_000)
@given(ROOMY, histories(), WHEN, st.data())
def test_a_lead_is_judged_by_the_new_model_as_if_that_had_counted_all_it_did(model, steps, at, data):
    fold, reference, _ = with_another(data, model, steps)
    fold.take_effect(T0 + at)
    reference.reference.take_effect(T0 + at)
    same(fold, reference)
    for t in (max(t, fold.lead.clock) for t in LATER):
        assert_close(fold.scores(t), reference.scores(t))
        assert fold.answers(t) == reference.answers(t)


@settings(max_examples=1_000)
@given(ROOMY, histories(), WHEN, histories(), st.data())
def test_after_a_new_model_a_lead_goes_the_way_of_the_reference(model, steps, at, later, data):
    fold, reference, _ = with_another(data, model, steps)
    fold.take_effect(T0 + at)
    reference.reference.take_effect(T0 + at)
    assert fed(fold, later) == fed(reference, later)
    for arm in (fold, reference):
        arm.clock(T0 + 4 * SPAN)
    same(fold, reference)


@settings(max_examples=1_000)
@given(ROOMY, histories(), histories(most=5), WHEN, st.data())
def test_an_event_that_comes_before_the_record_makes_the_lead_the_new_model_s(model, steps, later, at, data):
    events = [step for step in later if step.event is not None]
    fold, reference, _ = with_another(data, model, steps)
    assert fed(fold, events) == fed(reference, events)
    fold.take_effect(T0 + at)
    reference.reference.take_effect(T0 + at)
    same(fold, reference)
    fold.clock(T0 + 4 * SPAN)
    reference.clock(T0 + 4 * SPAN)
    same(fold, reference)


@settings(max_examples=1_000)
@given(ROOMY, histories(), WHEN, WHEN, st.data())
def test_a_model_takes_effect_for_a_lead_once(model, steps, at, again, data):
    fold, _, _ = with_another(data, model, steps)
    fold.take_effect(T0 + at)
    row, told = fold.row, len(fold.news)
    fold.take_effect(T0 + again)
    assert (fold.row, len(fold.news)) == (row, told)


@settings(max_examples=1_000)
@given(ROOMY, histories(), WHEN, st.data())
def test_what_a_new_model_changes_has_the_cause_model_and_is_one_change(model, steps, at, data):
    fold, _, new = with_another(data, model, steps)
    told, clock = len(fold.changes), fold.lead.clock
    fold.take_effect(T0 + at)
    assert [(c.cause.kind, c.model.hash) for c in fold.changes[told:]] in ([], [("model", new.hash)])
    assert fold.lead.clock == max(clock, T0 + at)


@settings(max_examples=1_000)
@given(ROOMY, histories(), WHEN, st.data())
def test_the_due_time_of_a_lead_is_never_late_under_the_new_model(model, steps, at, data):
    fold, reference, _ = with_another(data, model, steps)
    fold.take_effect(T0 + at)
    reference.reference.take_effect(T0 + at)
    due = reference.due(T0 + 6 * SPAN)
    assert due is None or 0 < fold.lead.due <= due


def test_of_a_window_that_now_asks_for_fewer_events_the_latest_count():
    def asking(at_least: int) -> ScoringModel:
        return made(Repeated(name="again", axis="intent", points=4.0, when=VISIT, at_least=at_least, within=100))

    before = FoldArm(asking(3))
    for at in (0, 90, 120):
        before.event(visit(at))
    assert before.scores(T0 + 120)["intent"] == 0.0
    fold = RenewedFold(replace(asking(2), hash=HASH), before)
    fold.take_effect(T0 + 130)
    assert [fold.scores(T0 + t)["intent"] for t in (130, 189, 190)] == [4.0, 4.0, 0.0]


def test_a_lead_whose_stage_the_new_model_does_not_have_stands_in_the_first():
    low, high = Stage(name="engaged", enter=(("intent", 1.0),)), Stage(name="ready", enter=(("intent", 2.0),))
    before = FoldArm(made(Counted(name="seen", axis="intent", points=2.0, when=VISIT), stages=(high,)))
    before.event(visit(0))
    new = made(Counted(name="seen", axis="intent", points=2.0, when=VISIT), stages=(low,))
    fold = RenewedFold(replace(new, hash=HASH), before)
    assert fold.stands[0] == "low"
    fold.take_effect(T0 + 5)
    assert [(c.from_stage, c.to_stage, c.cause.kind) for c in fold.changes] == [
        ("low", "ready", "event"),
        ("low", "engaged", "model"),
    ]
