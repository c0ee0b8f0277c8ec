"""The laws of the score with evidence in play (`docs/semantics.md`, "Evidence"), held by the fold against the slow reference.

Models and histories are those of the other laws, with rules of evidence in whose hours several events lie.
"""

from collections.abc import Sequence

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from intentflow.domain.fold import Fold
from intentflow.domain.rules import AXES, MAX_BURST, ScoringModel
from tests.domain.arms import assert_close, tolerance
from tests.domain.merging import DEALT, LATER, MOST, assert_same, dealt, first_of_each_id, merged, one, tell
from tests.domain.strategies import SPAN, Step, histories, models
from tests.domain.test_fold_laws import END, both, events_of, fed
from tests.domain.test_merge_laws import adopted, other_points_and_limits

DOUBTED = models(doubted=True)
ROOMY = models(horizons=(10 * SPAN,), remembered=(64,), doubted=True)
assert MOST > MAX_BURST  # of patterns only what fewer events make is the same in any order


@settings(max_examples=1_500)
@given(DOUBTED, histories())
def test_a_lead_with_evidence_goes_the_same_way_as_its_reference(model, steps):
    """Law 6, also where periods are closed and ids forgotten before the evidence comes."""
    assume(events_of(steps))
    fold, reference = both(model, [*steps, Step(None, END)])
    assert (fold.moves, fold.notices) == (reference.moves, reference.notices)
    assert fold.stands == reference.stands


@settings(max_examples=1_000)
@given(DOUBTED, histories())
def test_the_weighed_score_is_that_of_the_reference_at_any_later_time(model, steps):
    assume(events_of(steps))
    fold, reference = both(model, steps)
    for t in (fold.lead.clock, *LATER):
        assert_close(fold.scores(t), reference.scores(t))
        lines = fold.receipts(t)
        assert_close({axis: sum(points for _, on, points in lines if on == axis) for axis in AXES}, fold.scores(t))
        for name, axis in {(name, axis) for name, axis, _ in [*lines, *reference.receipts(t)]}:
            found, wanted = (
                sum(p for n, on, p in told if (n, on) == (name, axis)) for told in (lines, reference.receipts(t))
            )
            assert abs(found - wanted) <= tolerance(wanted)


@settings(max_examples=1_000)
@given(ROOMY, histories(), st.randoms(use_true_random=False))
def test_evidence_withdraws_the_same_whether_it_comes_before_or_after_what_it_disproves(model, steps, random):
    """Law 1. Patterns are found in any order while no more events meet one than are kept of it."""
    events = events_of(steps)
    assume(len({event.event_id for event in events}) == len({id(event) for event in events}))
    assume(len(events) <= MAX_BURST)
    shuffled = random.sample(events, len(events))
    (first, outcomes), (second, others) = fed(model, events), fed(model, shuffled)
    assume("too_late" not in outcomes + others)
    assert first.lead.evidence == second.lead.evidence
    for t in LATER:
        assert_close(first.scores(t), second.scores(t))


@settings(max_examples=1_000)
@given(ROOMY, histories(), st.data())
def test_evidence_that_is_told_twice_is_told_once(model, steps, data):
    """Law 2. (Of signals without a limit nothing is remembered but by events that count.)"""
    events = events_of(steps)
    again = list(events)
    for event in data.draw(st.lists(st.sampled_from(events), max_size=5) if events else st.just([])):
        again.insert(data.draw(st.integers(again.index(event) + 1, len(again))), event)
    (once, _), (twice, _) = fed(model, events), fed(model, again)
    assert once.lead.evidence == twice.lead.evidence
    for t in LATER:
        assert_close(twice.scores(t), once.scores(t))


@settings(max_examples=1_000)
@given(ROOMY, histories(MAX_BURST), DEALT, st.integers(0, MOST))
def test_leads_that_are_merged_weigh_as_one_lead_that_saw_the_evidence_of_both(model, steps, to, when):
    """Law 3, and what comes after the merge."""
    steps = first_of_each_id(steps)
    together, union = merged(*dealt(model, steps[:when], to, 2)), one(model, steps[:when])
    assert_same(together, union)
    assert together.lead.evidence == union.lead.evidence
    assume(union.lead.clock)
    assert tell(together, steps[when:]) == tell(union, steps[when:])
    assert_same(together, union)


@settings(max_examples=1_000)
@given(ROOMY, histories(MAX_BURST), DEALT)
def test_any_grouping_of_three_leads_weighs_the_same(model, steps, to):
    steps = first_of_each_id(steps)
    a, b, c = dealt(model, steps, to, 3)
    union = one(model, steps)
    for grouped in (merged(merged(a, b), c), merged(a, merged(b, c)), merged(merged(a, c), b)):
        assert_same(grouped, union)


@settings(max_examples=1_000)
@given(DOUBTED, histories(MOST), DEALT)
def test_which_of_two_leads_comes_into_the_other_makes_no_difference_to_evidence(model, steps, to):
    """Without any premise."""
    assume(events_of(steps))
    a, b = dealt(model, steps, to, 2)
    assert_same(merged(a, b), merged(b, a))


@settings(max_examples=1_000)
@given(ROOMY, histories(MAX_BURST), DEALT, st.lists(st.integers(1, 5), min_size=6, max_size=6))
def test_other_weights_apply_to_what_is_open_as_if_they_had_always_been(model, steps, to, numbers):
    """Law 7: evidence is kept by rule, not by weight."""
    steps = first_of_each_id(steps)
    fold = Fold(with_other_weights(other_points_and_limits(model, numbers), numbers))
    a, b = dealt(model, steps, to, 2)
    assert_same(adopted(fold, merged(a, b)), merged(adopted(fold, a), adopted(fold, b)))


def with_other_weights(model: ScoringModel, numbers: Sequence[int]) -> ScoringModel:
    rules = [replace(r, weight=n / 5 if r.of else 0.0) for r, n in zip(model.evidence, numbers, strict=False)]
    return replace(model, evidence=tuple(rules))
