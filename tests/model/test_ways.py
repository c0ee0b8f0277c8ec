"""What moves a lead up: whoever does what a way says is in its stage, or a higher one, by the reference; and no smaller way is missed."""

from itertools import combinations_with_replacement

from hypothesis import HealthCheck, assume, given, settings
from msgspec.structs import replace

from intentflow.domain.fold import Fold
from intentflow.domain.rules import DAY, Counted, Fact, Once, Repeated
from intentflow.model.behaviours import Behaviour, behaviours
from intentflow.model.condition import ACTIONS
from intentflow.model.load import Reading, read
from intentflow.model.trial import BEGINNING, lead_of
from intentflow.model.ways import MOST_READINGS, MOST_WAYS, Found, Try, Way, events_of, ways
from intentflow.oracle import Reference
from tests.domain.arms import FoldArm
from tests.domain.strategies import SPAN, Step, histories, models
from tests.model.models import reading
from tests.oracle.made import KEY, T0

END = T0 + 2 * SPAN
RETAIL = read("retail")


def sound(model):
    """The model without conditions on actions that their family does not have."""

    def whens(rule):
        if not isinstance(rule, Counted | Once | Repeated | Fact):
            return rule
        some = (replace(one, actions=tuple(a for a in one.actions if a in ACTIONS[one.family])) for one in rule.when)
        return replace(rule, when=tuple(some))

    return replace(model, signals=tuple(map(whens, model.signals)), facts=tuple(map(whens, model.facts)))


SMALL = models(horizons=(10_000,)).map(sound)


def stages_after(model, steps, attempt, at):
    """The stages in which the reference ends, one for each thing that the words may mean."""
    for events in events_of(attempt, at):
        reference = Reference(model)
        for step in [*steps, Step(None, at)]:
            if step.event is None:
                reference.clock(KEY, step.at)
            else:
                reference.event(KEY, step.event, step.at)
        for event, (behaviour, after) in zip(events, attempt.done, strict=True):
            reference.event(KEY, event, at + 1 + after)
            if behaviour.wait:
                reference.clock(KEY, at + 1 + after + behaviour.wait)
        yield reference.stage(KEY)


def attempt_of(way: Way, done: tuple[Behaviour, ...]) -> Try:
    by_words = {each.words: each for each in done}
    if way.days > 1:
        return Try(tuple((by_words[way.steps[0].does], day * DAY) for day in range(way.days)))
    return Try(tuple((by_words[step.does], 0) for step in way.steps for _ in range(step.times)))


def brought_up(model, steps):
    """The lead at END by the fold, after these steps."""
    arm = FoldArm(model)
    for step in steps:
        if step.event is None:
            arm.clock(step.at)
        else:
            arm.event(step.event)
    lead = arm.lead
    arm.fold.pass_time(KEY, lead, END, [])
    return arm.fold, lead


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(SMALL, histories(most=8))
def test_whoever_does_what_a_way_says_is_in_its_stage_or_a_higher_one(model, steps):
    assume(any(step.event for step in steps))
    fold, lead = brought_up(model, steps)
    names = [stage.name for stage in model.stages]
    done = behaviours(model, {})
    for way in ways(fold, lead, END).ways[:8]:
        reached = [names.index(name) for name in stages_after(model, steps, attempt_of(way, done), END)]
        assert min(reached) == names.index(way.stage)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(SMALL, histories(most=6))
def test_no_one_or_two_things_that_would_do_are_missed(model, steps):
    assume(any(step.event for step in steps))
    fold, lead = brought_up(model, steps)
    names = [stage.name for stage in model.stages]
    done = behaviours(model, {})
    here = fold.judge.stage_of(lead)
    above = {rung.number for rung in fold.judge.rungs[here + 1 :] if not rung.is_setback}
    told = ways(fold, lead, END)
    for size in (1, 2):
        for some in combinations_with_replacement(done[:6], size):
            attempt = Try(tuple((each, 0) for each in some))
            readings = 1
            for each in some:
                readings *= len(each.events)
            if readings > min(4, MOST_READINGS) or (size > 1 and any(each.by_sales for each in some)):
                continue
            reached = {names.index(name) for name in stages_after(model, steps, attempt, END)}
            if reached <= above:
                assert has_a_way(told, done, names[min(reached)], attempt)


def has_a_way(told: Found, done: tuple[Behaviour, ...], stage: str, attempt: Try) -> bool:
    """Whether a way to this stage is no larger than the attempt; or so many are told that this one may be left out."""
    there = [way for way in told.ways if way.stage == stage]
    return len(there) == MOST_WAYS or any(attempt_of(way, done).counted <= attempt.counted for way in there)


def told(text: str, example: int = 0) -> list[str]:
    """The ways of an example's lead, in words."""
    return said(reading(text), example)


def said(model: Reading, example: int) -> list[str]:
    fold, one = Fold(model.model), model.examples[example]
    lead, at = lead_of(fold, one), int(BEGINNING.timestamp() * 1000) + one.at
    found = ways(fold, lead, at, model.written.pages)
    return [
        f"{way.stage}{'' if way.days == 1 else f' in {way.days} days'}: "
        + ", ".join(step.does if step.times == 1 else f"{step.does} x{step.times}" for step in way.steps)
        for way in found.ways
    ]


MODEL = """
signals:
  n: {when: {newsletter: signed_up}, axis: engagement, points: 30, half_life: 60d, until_confirmed: 12}
  land: {when: {family: landing_page, action: land, targeted: true}, axis: engagement, points: 8, at_most: 1 per day, half_life: 14d}
  twice: {when: {signal: land, at_least: 2, within: 7d}, axis: engagement, points: 6}
  role: {when: {profile: role}, grades: [{equals: owner, points: 5}]}
facts:
  need: {when: {family: landing_page, action: submit}, lasts: 30d}
stages:
  suspect: {}
  warm: {enter: {engagement: 20}}
  fits: {enter: {fit: 5, fact: need}}
examples:
  - {given: visit /x at 0d, expect: {stage: suspect}}
"""


def test_the_smallest_ways_are_told_in_words_and_days_where_a_limit_asks_for_them():
    assert told(MODEL) == [
        "warm: signs up for the newsletter, confirms the newsletter",
        "warm: signs up for the newsletter, comes to a landing page through a campaign's link",
        "warm in 2 days: comes to a landing page through a campaign's link",
        "fits: sends a landing page's form, role becomes known to be owner",
    ]


def test_a_cart_that_is_left_alone_is_a_way_that_takes_its_time():
    text = """
signals:
  left: {when: {cart: abandoned, quiet: 2h}, axis: intent, points: 10, half_life: 7d}
stages: {suspect: {}, warm: {enter: {intent: 9}}}
examples:
  - {given: visit /x at 0d, expect: {stage: suspect}}
"""
    assert told(text) == ["warm: fills a cart and leaves it alone for 2 hours"]


def test_what_may_end_below_is_no_way():
    text = """
signals:
  any: {when: {family: cart}, axis: intent, points: 10, half_life: 7d}
  out: {when: {family: cart, action: remove}, axis: intent, points: -10, half_life: 7d}
stages: {suspect: {}, warm: {enter: {intent: 10}}}
examples:
  - {given: visit /x at 0d, expect: {stage: suspect}}
"""
    assert told(text) == []


def test_sales_outcomes_are_told_alone():
    ways_up = said(RETAIL, 0)
    assert "customer: is won by sales" in ways_up
    assert not any("by sales" in way for way in ways_up if "," in way)


def test_a_stage_to_be_kept_out_of_others_by_is_nothing_to_strive_for():
    assert not any(way.startswith(("recycled", "disqualified")) for way in said(RETAIL, 0))


def test_the_lead_is_not_changed():
    fold, one = Fold(RETAIL.model), RETAIL.examples[1]
    lead, at = lead_of(fold, one), int(BEGINNING.timestamp() * 1000) + one.at
    before = repr(lead)
    assert ways(fold, lead, at).complete
    assert repr(lead) == before
