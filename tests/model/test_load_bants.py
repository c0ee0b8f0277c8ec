"""The 20-point rule, exactly: five questions, each grade of each answer, and both sides of each boundary."""

from itertools import product

import pytest

from intentflow.domain.event import Profile
from intentflow.domain.fold import Fold
from intentflow.domain.lead import Lead
from intentflow.domain.rules import DAY, Limit
from intentflow.model.load import SHIPPED, load, understood
from tests.oracle.made import T0, moment

Value = str | int | float | bool
MODEL = load("bants")
FULL = {
    "budget_approved": True,
    "authority": "decision_maker",
    "need": "direct",
    "months_to_purchase": 6,
    "deal_size": 50_000,
}
POINTS: dict[str, dict[Value, int]] = {  # every grade that an answer may have
    "budget_approved": {True: 5, False: 0},
    "authority": {"decision_maker": 5, "influencer": 2, "recommender": 2, "user": 0},
    "need": {"direct": 5, "latent": 5, "none": 0},
    "months_to_purchase": {0: 5, 6: 5, 6.01: 1, 12: 1, 36: 1},
    "deal_size": {1_000_000: 5, 50_000: 5, 49_999.99: 0, 10: 0},
}


def answered(answers, model=MODEL):
    """The fit and the stage of somebody who gave these answers."""
    fold, lead = Fold(model), Lead([], [])
    event = Profile(event_id="e", occurred_at=moment(0), lead_id="a", profile=answers, provenance="form")
    fold.take(b"l:a", lead, event, T0, [])
    return fold.scores.at(lead, T0)[1], fold.judge.stage(lead).name


@pytest.mark.parametrize(("name", "value", "points"), [(n, v, p) for n, of in POINTS.items() for v, p in of.items()])
def test_each_answer_has_the_points_of_its_grade(name, value, points):
    assert answered({name: value})[0] == points
    assert answered(FULL | {name: value})[0] == 20 + points


def test_20_of_25_points_are_a_qualified_sales_lead_and_fewer_are_none_whatever_the_answers():
    for values in product(*(of.items() for of in POINTS.values())):
        answers = {name: value for name, (value, _) in zip(POINTS, values, strict=True)}
        points = sum(of for _, of in values)
        assert answered(answers) == (points, "sql" if points >= 20 else answered(answers)[1])
        assert (answered(answers)[1] == "sql") == (points >= 20)


@pytest.mark.parametrize(("size", "stage"), [(5, "sql"), (4.99, "prospect")])
def test_20_is_enough_and_19_99_is_not(size, stage):
    text = (SHIPPED / "bants.yaml").read_text()
    grade = "{at_least: 50000, points: 5}"
    assert text.count(grade) == 1
    model = understood("bants.yaml", text.replace(grade, f"{{at_least: 50000, points: {size}}}").encode()).model
    fit, reached = answered(FULL | {"budget_approved": False}, model)
    assert (fit, reached) == (pytest.approx(15 + size), stage)


def test_an_unanswered_question_has_no_points():
    assert answered({name: value for name, value in FULL.items() if name != "need"}) == (20, "sql")
    assert answered({"need": "direct"}) == (5, "prospect")


def test_it_is_sent_to_the_sales_force_at_most_twice_in_90_days():
    (sql,) = (stage for stage in MODEL.stages if stage.name == "sql")
    assert (sql.treatment, sql.enter, sql.facts) == ("sales", (("fit", 20.0),), ())
    assert sql.hand_offs == Limit(2, 90 * DAY)


def test_what_somebody_does_never_makes_up_for_an_answer():
    assert {signal.axis for signal in MODEL.signals if hasattr(signal, "grades")} == {"fit"}
    assert {signal.axis for signal in MODEL.signals if not hasattr(signal, "grades")} == {"engagement"}
