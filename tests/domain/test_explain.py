"""Receipts add up to the scores: checked by the laws, and whenever a change is made."""

import pytest
from hypothesis import assume, given, settings

from intentflow.domain.causes import by_event
from intentflow.domain.gaps import adds_up
from intentflow.domain.worth import scores_of
from tests.domain.arms import FoldArm
from tests.domain.strategies import histories, models
from tests.oracle.made import KEY


@pytest.mark.parametrize(
    ("receipts", "scores", "holds"),
    [
        ((), (0, 0, 0), True),
        ((("intent", 5.0), ("intent", -2.0)), (0, 0, 3), True),
        ((("intent", 5.0), ("fit", 2.0)), (0, 2, 5 + 4e-9), True),
        ((("intent", 5.0), ("fit", 2.0)), (0, 2, 5 + 7e-9), False),
        ((("intent", 5.0),), (0, 0, 0), False),
        ((("intent", 1e6), ("intent", -1e6), ("intent", 0.1)), (0, 0, 0.1001), True),
    ],
)
def test_receipts_add_up_to_within_1e_9_of_all_their_points(receipts, scores, holds):
    assert adds_up(receipts, scores) == holds


@settings(max_examples=1_000)
@given(models(), histories())
def test_no_change_has_receipts_that_do_not_add_up(model, steps):
    arm = FoldArm(model)
    for step in steps:
        if step.event is None:
            arm.clock(step.at)
        else:
            arm.event(step.event)
    assume(arm.changes)
    assert arm.fold.mismatches == 0


@given(models(), histories())
def test_a_change_whose_receipts_do_not_add_up_is_counted(model, steps):
    """P8: a line is lost on its way into the receipts."""
    arm = FoldArm(model)
    for step in steps:
        if step.event is not None:
            arm.event(step.event)
    lead, scores, moves = arm.lead, arm.fold.scores, arm.fold.moves
    worths, whole = scores.worths(lead, lead.clock), scores.at(lead, lead.clock)
    lost = [worths[:n] + worths[n + 1 :] for n in range(len(worths))]
    missed = [max(abs(a - b) for a, b in zip(whole, scores_of(scores.sums(left)[0]), strict=True)) for left in lost]
    assume(max(missed, default=0.0) > 1e-3)
    for left in ([*worths], lost[missed.index(max(missed))]):
        before = moves.mismatches
        moves.make(KEY, lead, 0, lead.clock, whole, left, by_event("e"))
        assert moves.mismatches - before == (left != worths)
