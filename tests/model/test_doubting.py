"""Evidence as it is written: what it means, what is refused, what is probably not meant, and how it is said."""

import pytest

from intentflow.domain.rules import DAY, Condition, Evidence
from intentflow.model.words import evidence_words
from tests.model.models import MINIMAL, findings, mistakes, reading
from tests.model.test_show import shown

LINE = MINIMAL.count("\n") + 2


def with_rule(keys: str) -> str:
    return f"{MINIMAL}evidence:\n  robot: {keys}\n"


def test_a_rule_withdraws_what_its_conditions_are_about_unless_it_says_otherwise():
    plain = with_rule("{when: {family: cart, agent: bot}, weight: 0.2, because: a robot}")
    when = (Condition(family="cart", agent=("bot",)),)
    assert reading(plain).model.evidence == (
        Evidence(name="robot", when=when, weight=0.2, because="a robot", of=("cart",)),
    )
    other = plain.replace("weight", "withdraws: [landing_page, cart], weight")
    assert reading(other).model.evidence[0].of == ("landing_page", "cart")
    alone = plain.replace("weight: 0.2", "withdraws: itself, weight: 0")
    assert reading(alone).model.evidence[0].of == ()


def test_several_events_within_a_time_are_a_pattern():
    text = with_rule("{when: {family: cart, at_least: 5, within: 1s}, weight: 0, because: too fast}")
    (rule,) = reading(text).model.evidence
    assert (rule.at_least, rule.within) == (5, 1_000)


def test_what_an_event_must_not_come_before_is_a_condition_with_a_time():
    text = with_rule(
        "{when: {family: cart}, before: {family: landing_page}, within: 2d, weight: 0, because: too early}"
    )
    (rule,) = reading(text).model.evidence
    assert (rule.before, rule.within, rule.of) == ((Condition(family="landing_page"),), 2 * DAY, ("cart",))
    assert (
        evidence_words(rule) == "uses a cart, and only then, within 2 days, comes to a landing page or sends its form"
    )


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ("{when: {family: cart}, weight: 1.5, because: x}", "weight must be from 0 (nothing counts) to 1"),
        ("{when: {family: cart}, weight: 0}", "because is missing"),
        (
            "{when: {family: cart}, weight: 0.5, withdraws: itself, because: x}",
            "weight must be 0 with withdraws: itself",
        ),
        ("{when: {family: cart}, weight: 0, withdraws: carts, because: x}", "must be one of"),
        ("{when: {newsletter: signed_up}, weight: 0, because: x}", "when must be about events"),
        ("{when: {family: cart, at_least: 1, within: 1s}, weight: 0, because: x}", "at_least must be 2 or more"),
        (
            "{when: {family: cart, at_least: 2, within: 1s}, withdraws: itself, weight: 0, because: x}",
            "withdraws must be families",
        ),
        ("{when: {family: cart}, before: {family: landing_page}, weight: 0, because: x}", "within is missing"),
        ("{when: {family: cart}, within: 2d, weight: 0, because: x}", "before is missing"),
        (
            "{when: {family: cart}, before: {family: cart, at_least: 2, within: 1d}, within: 2d, weight: 0, because: x}",
            "before must be about single events",
        ),
        (
            "{when: {family: cart}, before: {family: cart}, within: 2d, withdraws: itself, weight: 0, because: x}",
            "withdraws must not be itself with before",
        ),
        (
            "{when: {family: cart, at_least: 2, within: 1s}, before: {family: cart}, within: 2d, weight: 0, because: x}",
            "when must not be several events with before",
        ),
        (
            "{when: {family: cart}, before: {family: cart}, within: 59m, weight: 0, because: x}",
            "within must be an hour at least",
        ),
        (
            "{when: {family: cart}, before: {family: cart, acton: add}, within: 2d, weight: 0, because: x}",
            'unknown key "acton"',
        ),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(keys, says):
    (mistake,) = mistakes(with_rule(keys))
    assert mistake.startswith(f"{LINE}: evidence " + '"robot": ')
    assert says in mistake


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ("{when: {family: cart}, weight: 1, because: x}", "1 is a human's, so the rule changes nothing; lower it"),
        ("{when: {family: cart}, weight: 0, because: x}", "no signal counts cart, so there is nothing to withdraw"),
    ],
)
def test_a_rule_that_changes_nothing_is_found(keys, says):
    (found,) = findings(with_rule(keys), "evidence-weighs-nothing")
    assert says in found


def test_a_rule_that_can_never_be_met_is_found():
    text = with_rule("{when: {family: cart, url: '*/x', not_url: '*/x'}, weight: 0, because: x}")
    (found,) = findings(text, "never-fires")
    assert 'evidence "robot": when: it can never be met' in found


def test_a_protected_attribute_is_told_of_even_as_evidence():
    text = with_rule("{when: {family: cart, attributes: {gender: f}}, weight: 0, because: x}")
    assert len(findings(text, "protected-attribute")) == 1


def test_evidence_is_shown_in_plain_words():
    text = shown(
        reading(
            with_rule("{when: {family: cart, at_least: 5, within: 1s}, weight: 0.2, because: nobody is that fast}")
        ),
        160,
    )
    assert "uses a cart, 5 times within 1 second" in text
    assert "20%" in text
    assert "nobody is that fast" in text
