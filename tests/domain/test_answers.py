"""Three answers about a lead, by hand."""

from intentflow.domain.change import Answers
from intentflow.domain.rules import Counted, Criteria, Eligible, Fact, Likely, Stage
from tests.domain.arms import FoldArm
from tests.oracle.made import LAND, T0, VISIT, land, model, visit

POINTS = Counted(name="points", axis="intent", points=10.0, half_life=100, when=VISIT)
CAME = Fact("came", LAND, 50)
HIGH = Stage(name="high", enter=(("intent", 10.0),), leave=(("intent", 5.0),))


def arm(**asked):
    return FoldArm(model(POINTS, facts=(CAME,), stages=(HIGH,), **asked))


def told(of: FoldArm, at: int) -> Answers:
    lead = of.lead
    return of.fold.answering.of(lead, T0 + at, of.fold.scores.at(lead, T0 + at), of.fold.judge.stage(lead).name)


def test_a_model_that_asks_nothing_has_everybody_eligible_and_says_no_more():
    lead = arm()
    lead.event(visit(0))
    assert told(lead, 0) == Answers(True, None, 0, 0, None)


def test_a_lead_is_eligible_to_the_last_millisecond_of_its_fact():
    lead = arm(eligible=Eligible(facts=("came",)))
    lead.event(land(0))
    assert (told(lead, 49).eligible, told(lead, 50).eligible) == (True, False)


def test_a_lead_is_not_eligible_while_a_fact_against_it_holds():
    lead = arm(eligible=Eligible(unless=("came",)))
    lead.event(land(0))
    assert (told(lead, 49).eligible, told(lead, 50).eligible) == (False, True)


def test_criteria_are_counted_one_by_one():
    lead = arm(criteria=Criteria((("intent", 10.0), ("engagement", 1.0)), ("came",)))
    lead.event(visit(0))
    assert told(lead, 0) == Answers(True, False, 1, 3, None)
    lead.event(land(0))
    assert told(lead, 0) == Answers(True, False, 2, 3, None)


def test_a_criterion_is_met_at_exactly_its_number():
    lead = arm(criteria=Criteria((("intent", 5.0),)))
    lead.event(visit(0))
    assert (told(lead, 100).meets_criteria, told(lead, 101).meets_criteria) == (True, False)


def test_the_first_row_that_fits_is_how_likely_a_lead_is_to_buy():
    rows = (Likely(0.5, ("high",), (("intent", 8.0),)), Likely(0.2, ("high",)), Likely(0.01))
    lead = arm(likelihood=rows)
    lead.event(land(0))
    assert told(lead, 0).likelihood == 0.01
    lead.event(visit(0))
    assert (told(lead, 0).likelihood, told(lead, 90).likelihood) == (0.5, 0.2)


def test_where_no_row_fits_nothing_is_said_of_likelihood():
    lead = arm(likelihood=(Likely(0.5, ("high",)),))
    lead.event(land(0))
    assert told(lead, 0).likelihood is None


def test_a_change_has_the_answers_as_of_after_it():
    lead = arm(criteria=Criteria((("intent", 10.0),)), likelihood=(Likely(0.2, ("high",)), Likely(0.1)))
    lead.event(visit(0))
    lead.clock(T0 + 1_000)
    assert [change.answers for change in lead.changes] == [
        Answers(True, True, 1, 1, 0.2),
        Answers(True, False, 0, 1, 0.1),
    ]
