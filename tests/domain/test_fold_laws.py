"""The laws of the score and of the path (design 5), held by the fold against the slow reference.

Every example is a small model and what happens to one lead (`strategies.py`). The reference is a second program, written from the
same page (`docs/semantics.md`): where the two differ, one of them is wrong.
"""

from collections.abc import Sequence

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from intentflow.domain.event import AnyEvent, time_of
from intentflow.domain.notices import News
from intentflow.domain.rules import AXES, Limit, ScoringModel
from intentflow.oracle import Known, Search, every_millisecond, safe_strides
from tests.domain.arms import FoldArm, ReferenceArm, assert_close, milliseconds, tolerance
from tests.domain.strategies import SPAN, Step, histories, models, stretched
from tests.oracle.made import KEY, T0

END = T0 + 2 * SPAN  # later than anything that happens
LATER = (END, END + 1, END + 777, END + 20_000)
ROOMY = models(horizons=(10 * SPAN,), remembered=(64,))  # nothing is ever too late


def both(model: ScoringModel, steps: Sequence[Step], due: Search = safe_strides) -> tuple[FoldArm, ReferenceArm]:
    """Both arms after these steps; they agreed on what became of each event."""
    fold, reference = FoldArm(model), ReferenceArm(model, due)
    for step in steps:
        if step.event is None:
            fold.clock(step.at)
            reference.clock(step.at)
        else:
            assert fold.event(step.event) == reference.event(step.event)
    return fold, reference


def events_of(steps: Sequence[Step]) -> list[AnyEvent]:
    return [step.event for step in steps if step.event is not None]


def fed(model: ScoringModel, events: Sequence[AnyEvent]) -> tuple[FoldArm, list[str]]:
    """The fold after these events, and what became of each."""
    arm = FoldArm(model)
    return arm, [arm.event(event) for event in events]


@settings(max_examples=1_500)
@given(models(), histories())
def test_a_lead_goes_the_same_way_as_its_reference(model, steps):
    """Outcomes, moves with their times and ids, and where the lead stands: laws 5 and 6."""
    assume(events_of(steps))
    fold, reference = both(model, [*steps, Step(None, END)])
    assert (fold.moves, fold.notices) == (reference.moves, reference.notices)
    assert fold.stands == reference.stands


@settings(max_examples=1_000)
@given(models(), histories(), st.sampled_from((1, 1, 2)), st.sampled_from((400, 800, 2_000)))
def test_a_lead_goes_the_same_way_where_every_stage_is_a_hand_off(model, steps, count, period):
    assume(events_of(steps))
    first, *others = model.stages
    handed = [replace(stage, hand_offs=Limit(count, period), cool_down=0) for stage in others]
    fold, reference = both(replace(model, stages=(first, *handed)), [*steps, Step(None, END)])
    assert fold.moves == reference.moves
    assert fold.stands == reference.stands


@settings(max_examples=1_000)
@given(models(), histories())
def test_the_score_is_a_closed_form_of_the_state_at_any_later_time(model, steps):
    assume(events_of(steps))
    fold, reference = both(model, steps)
    for t in (fold.lead.clock, *LATER):
        assert_close(fold.scores(t), reference.scores(t))


@settings(max_examples=1_000)
@given(models(), histories(most=12, span=800))
def test_a_change_that_time_causes_comes_at_its_exact_millisecond(model, steps):
    """The reference asks at every single one."""
    assume(events_of(steps))
    fold, reference = both(model, [*steps, Step(None, T0 + 2_500)], every_millisecond)
    assert (fold.moves, fold.notices) == (reference.moves, reference.notices)
    assert fold.stands == reference.stands


@settings(max_examples=1_000)
@given(models(), histories(), st.sampled_from((86_413, 600_000)))
def test_a_lead_goes_the_same_way_over_days_and_weeks(model, steps, times):
    """The same models and histories with a minute and a half, or ten minutes, for each millisecond."""
    assume(events_of(steps))
    model, steps = stretched(model, steps, times)
    fold, reference = both(model, [*steps, Step(None, T0 + 2 * SPAN * times)])
    assert (fold.moves, fold.notices) == (reference.moves, reference.notices)
    assert fold.stands == reference.stands


@settings(max_examples=1_000)
@given(models(), histories())
def test_the_three_answers_are_those_of_the_reference(model, steps):
    assume(events_of(steps))
    fold, reference = both(model, steps)
    assert fold.answers(fold.lead.clock) == reference.answers(fold.lead.clock)
    fold.clock(END)
    reference.clock(END)
    assert fold.answers(END) == reference.answers(END)


@settings(max_examples=1_000)
@given(models(), histories(), st.sampled_from(LATER))
def test_what_is_known_of_a_lead_and_its_topics_are_those_of_the_reference(model, steps, t):
    assume(events_of(steps))
    fold, reference = both(model, steps)
    lead, holding = fold.lead, fold.fold.moves.holding
    known = [
        Known(one.fact, tuple(one.by), milliseconds(one.until) if one.until else None) for one in holding.facts(lead, t)
    ]
    assert known == reference.reference.known(KEY, t)
    topics = {one.topic: one.points for one in holding.topics(fold.fold.scores.worths(lead, t))}
    expected = reference.reference.topics(KEY, t)
    assert {name for name, points in topics.items() if points} == {n for n, p in expected.items() if round(p, 6)}
    assert all(abs(topics.get(name, 0.0) - points) <= 1e-6 for name, points in expected.items())
    assert list(topics.values()) == sorted(topics.values(), reverse=True)


@settings(max_examples=1_000)
@given(models(), histories())
def test_the_stored_due_time_is_never_late(model, steps):
    fold, reference = FoldArm(model), ReferenceArm(model)
    for step in steps:
        if step.event is None:
            fold.clock(step.at)
            reference.clock(step.at)
        else:
            fold.event(step.event)
            reference.event(step.event)
            due = reference.due(END)
            assert due is None or 0 < fold.lead.due <= due


@settings(max_examples=1_000)
@given(models(), histories(), st.sampled_from(LATER))
def test_receipts_add_up_to_the_score_and_are_those_of_the_reference(model, steps, t):
    assume(events_of(steps))
    fold, reference = both(model, steps)
    lines, expected = fold.receipts(t), reference.receipts(t)
    assert_close({axis: sum(points for _, on, points in lines if on == axis) for axis in AXES}, fold.scores(t))
    names = {(name, axis) for name, axis, _ in [*lines, *expected]}
    for name, axis in names:
        found, wanted = (sum(p for n, on, p in told if (n, on) == (name, axis)) for told in (lines, expected))
        assert abs(found - wanted) <= tolerance(wanted)


@settings(max_examples=1_000)
@given(models(doubted=False), histories(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_change_the_score_if_nothing_is_too_late(model, steps, random):
    """With evidence nothing must be closed either: `test_evidence_laws`."""
    events = events_of(steps)
    assume(len({event.event_id for event in events}) == len({id(event) for event in events}))  # an id is one event's
    shuffled = random.sample(events, len(events))
    (one, outcomes), (other, others) = fed(model, events), fed(model, shuffled)
    assume("too_late" not in outcomes + others)
    for t in LATER:
        assert_close(one.scores(t), other.scores(t))


@settings(max_examples=1_000)
@given(ROOMY, histories(), st.data())
def test_the_same_event_twice_counts_once(model, steps, data):
    events = events_of(steps)
    again = list(events)
    for event in data.draw(st.lists(st.sampled_from(events), max_size=5) if events else st.just([])):
        again.insert(data.draw(st.integers(again.index(event) + 1, len(again))), event)
    (once, _), (twice, _) = fed(model, events), fed(model, again)
    for t in LATER:
        assert_close(twice.scores(t), once.scores(t))


@settings(max_examples=1_000)
@given(models(), histories())
def test_a_refused_event_leaves_the_lead_as_it_was(model, steps):
    """Byte for byte, whether it was a duplicate or too late."""
    arm = FoldArm(model)
    for event in events_of(steps):
        before, news = arm.row, list(arm.news)
        if arm.event(event) != "counted":
            assert (arm.row, arm.news) == (before, news)


@settings(max_examples=1_000)
@given(models(), histories())
def test_the_same_records_make_the_same_lead_and_the_same_changes(model, steps):
    one, other = FoldArm(model), FoldArm(model)
    for step in steps:
        for arm in (one, other):
            if step.event is None:
                arm.clock(step.at)
            else:
                arm.event(step.event)
    assert (one.row, one.news) == (other.row, other.news)


@settings(max_examples=1_000)
@given(models(), histories())
def test_a_lead_that_is_written_and_read_between_any_two_records_goes_the_same_way(model, steps):
    """`FoldArm` writes and reads it each time; here it stays as it is."""
    stored = FoldArm(model)
    live = stored.lead
    news: News = []
    for step in steps:
        if step.event is None:
            stored.clock(step.at)
            if 0 < live.due <= step.at:
                stored.fold.pass_time(KEY, live, step.at, news)
        else:
            stored.event(step.event)
            stored.fold.take(KEY, live, step.event, step.at, news)
    assert (stored.lead, stored.news) == (live, news)


@settings(max_examples=1_000)
@given(models(), histories(), st.lists(st.integers(0, 2 * SPAN), max_size=5))
def test_clocks_change_nothing_but_how_early_it_is_known(model, steps, clocks):
    """A clock before an event's time makes no difference: what was due would have come with the event."""
    events = sorted(events_of(steps), key=time_of)
    assume(events)
    plain, clocked = FoldArm(model), FoldArm(model)
    for event in events:
        plain.event(event)
        for clock in sorted(T0 + clock for clock in clocks if T0 + clock <= time_of(event)):
            clocked.clock(clock)
        clocked.event(event)
    for arm in (plain, clocked):
        arm.clock(END)
    assert plain.moves == clocked.moves
    for t in LATER:
        assert_close(plain.scores(t), clocked.scores(t))
