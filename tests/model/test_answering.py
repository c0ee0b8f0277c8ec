"""The three answers, as a marketer writes them."""

import pytest

from intentflow.domain.rules import Criteria, Eligible, Likely
from tests.model.models import MINIMAL, mistakes, reading

FACTS = "facts: {bought: {when: {family: cart, action: purchase}}, no: {when: {family: outcome, action: rejected}}}\n"


def test_a_model_that_says_nothing_has_everybody_eligible_and_no_criteria_and_no_table():
    model = reading(MINIMAL).model
    assert (model.eligible, model.criteria, model.likelihood) == (Eligible(), Criteria(), ())


def test_one_fact_is_as_good_as_a_list():
    model = reading(f"{MINIMAL}{FACTS}eligible: {{facts: bought, unless: [no]}}\n").model
    assert model.eligible == Eligible(("bought",), ("no",))


def test_criteria_are_numbers_on_axes_and_facts():
    model = reading(f"{MINIMAL}{FACTS}criteria: {{fit: 20, engagement: 5, facts: [bought]}}\n").model
    assert model.criteria == Criteria((("engagement", 5.0), ("fit", 20.0)), ("bought",))


def test_the_table_of_likelihoods_keeps_its_order():
    rows = "[{stage: mql, engagement: 40, share: 0.3}, {stage: [suspect, mql], share: 0.1}, {share: 0}]"
    assert reading(f"{MINIMAL}likelihood: {rows}\n").model.likelihood == (
        Likely(0.3, ("mql",), (("engagement", 40.0),)),
        Likely(0.1, ("suspect", "mql"), ()),
        Likely(0.0),
    )


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ("eligible: {}", "eligible is empty; say facts that must hold"),
        ("eligible: {facts: boght}", 'eligible: facts: there is no fact "boght"'),
        ("criteria: {}", "criteria is empty; say numbers on axes or facts"),
        ("criteria: {fact: need}", 'criteria: there is no fact "need"'),
        ("likelihood: {stage: mql}", "share is missing"),
        ("likelihood: {stage: mql, share: 1.2}", "share must be from 0 to 1, like 0.12, not 1.2"),
        ("likelihood: {stage: mqll, share: 0.1}", 'there is no stage "mqll" (did you mean mql?)'),
        ("likelihood: [{share: 0.1}, {stage: mql, share: 0.3}]", "no row below it is ever looked at; put it last"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(keys, says):
    (found,) = mistakes(f"{MINIMAL}{FACTS}{keys}\n")
    assert says in found
    assert found.startswith(("8: ", "9: "))
