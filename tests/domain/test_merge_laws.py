"""Law 3 (design 5): leads that are merged are as one lead that saw the events of all, in any grouping.

An example is a small model and what happened (`strategies.py`), dealt out to leads that know nothing of each other. The premises are those
of the law: everything lies within the horizon, fewer events counted than are remembered, each event came to one lead. The last tests say
what holds without them.
"""

from collections.abc import Sequence

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from intentflow.domain.event import AnyEvent, time_of
from intentflow.domain.fold import Fold
from intentflow.domain.rules import Counted, Limit, ScoringModel
from intentflow.wire.rows import encode_row
from tests.domain.arms import FoldArm, assert_close
from tests.domain.merging import DEALT, LATER, MOST, assert_same, dealt, events_of, first_of_each_id, merged, one, tell
from tests.domain.strategies import SPAN, Step, histories, models
from tests.oracle.made import KEY, T0, VISIT, visit
from tests.oracle.made import model as made

ROOMY = models(horizons=(10 * SPAN,), remembered=(64,))  # nothing is ever too late
PERIOD_MS, HALF_LIFE_MS = 100, 400  # of the one signal of the last test


@settings(max_examples=1_000)
@given(ROOMY, histories(MOST), DEALT)
def test_two_leads_that_are_merged_are_one_lead_that_saw_the_events_of_both(model, steps, to):
    steps = first_of_each_id(steps)
    assert_same(merged(*dealt(model, steps, to, 2)), one(model, steps))


@settings(max_examples=1_000)
@given(ROOMY, histories(MOST), DEALT)
def test_any_grouping_of_three_leads_gives_the_same_lead(model, steps, to):
    steps = first_of_each_id(steps)
    a, b, c = dealt(model, steps, to, 3)
    union = one(model, steps)
    for grouped in (merged(merged(a, b), c), merged(a, merged(b, c)), merged(merged(a, c), b)):
        assert_same(grouped, union)


@settings(max_examples=1_000)
@given(models(), histories(MOST), DEALT)
def test_which_of_two_leads_the_other_comes_into_makes_no_difference(model, steps, to):
    """Without any premise: also when periods were closed and ids forgotten, and when both saw some of the events."""
    assume(events_of(steps))
    a, b = dealt(model, steps, to, 2)
    assert_same(merged(a, b), merged(b, a))


@settings(max_examples=1_000)
@given(ROOMY, histories(MOST), DEALT, st.integers(0, MOST))
def test_an_event_after_the_merge_counts_as_it_does_for_one_lead(model, steps, to, when):
    steps = first_of_each_id(steps)
    assume(events_of(steps[:when]))
    together, union = merged(*dealt(model, steps[:when], to, 2)), one(model, steps[:when])
    assert tell(together, steps[when:]) == tell(union, steps[when:])
    assert_same(together, union)


@settings(max_examples=1_000)
@given(ROOMY, histories(MOST), DEALT)
def test_a_repeat_of_an_event_that_either_lead_saw_is_a_repeat_after_the_merge(model, steps, to):
    steps = first_of_each_id(steps)
    together, union = merged(*dealt(model, steps, to, 2)), one(model, steps)
    again = [step for step in steps if step.event is not None]
    assert tell(together, again) == tell(union, again)
    assert_same(together, union)


@settings(max_examples=1_000)
@given(ROOMY, histories(MOST), DEALT, st.lists(st.integers(1, 5), min_size=6, max_size=6))
def test_another_model_applies_to_the_merged_lead_as_to_the_leads_before_the_merge(model, steps, to, numbers):
    """Law 7: other points and other limits, also where there was none."""
    steps = first_of_each_id(steps)
    fold = Fold(other_points_and_limits(model, numbers))
    a, b = dealt(model, steps, to, 2)
    assert_same(adopted(fold, merged(a, b)), merged(adopted(fold, a), adopted(fold, b)))


def other_points_and_limits(model: ScoringModel, numbers: Sequence[int]) -> ScoringModel:
    signals = []
    for signal, number in zip(model.signals, numbers, strict=False):
        changed = replace(signal, points=number * signal.points)
        if isinstance(changed, Counted):
            changed = replace(changed, limit=Limit(number, changed.limit.period if changed.limit else 500))
        signals.append(changed)
    return replace(model, hash="4567cdef", signals=tuple(signals))


def adopted(fold: Fold, arm: FoldArm) -> FoldArm:
    """The lead as another model takes it over."""
    now, lead = FoldArm(fold.model), arm.lead
    if lead.clock:
        fold._adopt(lead, lead.clock)
    now.row = encode_row(1, lead)
    return now


@settings(max_examples=1_000)
@given(ROOMY, histories(MOST))
def test_a_lead_that_nothing_comes_into_and_one_that_comes_into_nothing_stay_as_they_are(model, steps):
    steps = first_of_each_id(steps)
    lead = one(model, steps)
    assert_same(merged(lead, FoldArm(model)), lead)
    assert_same(merged(FoldArm(model), lead), lead)


@settings(max_examples=1_000)
@given(models(), histories(MOST), DEALT)
def test_an_event_that_either_lead_counted_adds_nothing_after_the_merge_however_much_was_forgotten(model, steps, to):
    """It is a duplicate, too late, or in no count. Only that each event came to one lead is asked for."""
    steps = first_of_each_id(steps)
    arms = dealt(model, steps, to, 2)
    together = merged(*arms)
    before = [together.scores(t) for t in LATER]
    for event in accepted(model, steps, to):
        together.event(event)
    for t, scores in zip(LATER, before, strict=True):
        assert_close(together.scores(t), scores)


def accepted(model: ScoringModel, steps: Sequence[Step], to: bytes) -> list[AnyEvent]:
    """The events that the leads of `dealt` counted, in the order in which they came."""
    arms = [FoldArm(model), FoldArm(model)]
    events = [(s.event, arms[chosen % 2]) for s, chosen in zip(steps, to, strict=False) if s.event is not None]
    return [event for event, arm in events if arm.event(event) == "counted"]


@settings(max_examples=1_000)
@given(models(), histories(MOST), DEALT, histories(5))
def test_what_is_too_late_for_either_lead_is_too_late_after_the_merge(model, steps, to, more):
    """Without any premise. (A repeat that is still remembered is a duplicate.)"""
    assume(events_of(steps))
    arms = dealt(model, steps, to, 2)
    for event in events_of(more):
        outcomes = [arm_after(arm, event) for arm in arms]
        if "too_late" in outcomes:
            assert arm_after(merged(*arms), event) in ("too_late", "duplicate")


def arm_after(arm: FoldArm, event: AnyEvent) -> str:
    """What would become of the event."""
    return arm.fold.take(KEY, arm.lead, event, time_of(event), [])


def count_of(most: int, parts: Sequence[Sequence[int]], horizon: int) -> float:
    """What these times count at `SPAN` after leads that saw a part each, in this order, are merged."""
    visits = Counted(
        name="visits", axis="intent", points=1.0, half_life=HALF_LIFE_MS, limit=Limit(most, PERIOD_MS), when=VISIT
    )
    small = made(visits, horizon=horizon)
    arms = [one(small, [Step(visit(at), T0 + at) for at in part]) for part in parts]
    return merged(*arms).scores(T0 + SPAN)["intent"]


@pytest.mark.parametrize("leads", [2, 3])
@settings(max_examples=1_000)
@given(
    times=st.lists(st.integers(0, SPAN), min_size=1, max_size=MOST).map(sorted),
    to=DEALT,
    most=st.integers(1, 3),
    horizon=st.integers(50, 1_000),
)
def test_a_period_that_one_side_has_closed_counts_up_to_the_limit_once_more_for_each_further_side(
    leads, times, to, most, horizon
):
    """The bounds beyond the horizon: what one lead would count, dated at most a period earlier; at most as often as there are leads."""
    parts = [[at for at, chosen in zip(times, to, strict=False) if chosen % leads == lead] for lead in range(leads)]
    found, union = count_of(most, parts, horizon), count_of(most, [times], horizon)
    assert union * 2 ** (-PERIOD_MS / HALF_LIFE_MS) * (1 - 1e-9) <= found <= leads * union * (1 + 1e-9)
