"""What a profile is worth, by hand."""

from typing import Any

import pytest

from intentflow.domain.event import PROVENANCES
from intentflow.domain.fit import Fit, criteria_met
from intentflow.domain.profile import Telling
from intentflow.domain.rules import Grade, Graded, Ideal, Trait

FORM, BOUGHT = PROVENANCES.index("form"), PROVENANCES.index("bought")
GRADES = (
    Grade(5, Trait(one_of=("decision_maker",))),
    Grade(2, Trait(one_of=("influencer", "recommender"))),
    Grade(1, Trait(like=("*HEAD of*",))),
    Grade(-3, Trait(at_least=10, at_most=20)),
)
IDEAL = (("industry", Trait(one_of=("retail",))), ("size", Trait(at_least=10)), ("city", Trait()))


def graded(**fields: Any) -> Graded:
    wanted: dict[str, Any] = {"name": "authority", "axis": "fit", "points": 5.0, "attribute": "role", "grades": GRADES}
    return Graded(**wanted | fields)


def ideal(**fields: Any) -> Ideal:
    wanted: dict[str, Any] = {"name": "ideal", "axis": "fit", "points": 12.0, "criteria": IDEAL}
    return Ideal(**wanted | fields)


def known(at: int = 0, source: int = FORM, freely: bool = False, **values: Any) -> dict[str, Telling]:
    return {name: Telling(at, 0, source, freely, value) for name, value in values.items()}


def worth(signal: Graded | Ideal, profile: dict[str, Telling], now: int = 0) -> float:
    return sum(points for _, points in Fit([signal]).worths(profile, now))


@pytest.mark.parametrize(
    ("value", "points"),
    [
        ("decision_maker", 5),
        ("recommender", 2),
        ("The head of sales", 1),
        ("clerk", 0),
        (10, -3),
        (20.5, 0),
        (True, 0),
        ("15", 0),
    ],
)
def test_the_first_grade_that_a_value_meets_gives_its_points(value, points):
    assert worth(graded(), known(role=value)) == points


def test_a_grade_that_asks_for_nothing_takes_what_is_known_and_no_withdrawn_value():
    grades = (Grade(1, Trait()),)
    assert worth(graded(grades=grades), known(role=False)) == 1
    assert worth(graded(grades=grades), known(role=None)) == 0
    assert worth(graded(grades=grades), known(other="x")) == 0


def test_numbers_and_bools_are_not_the_same():
    grades = (Grade(1, Trait(one_of=(1,))),)
    assert worth(graded(grades=grades), known(role=True)) == 0
    assert worth(graded(grades=grades), known(role=1.0)) == 1


def test_what_was_told_exactly_so_long_ago_no_longer_counts():
    signal, profile = graded(lasts=1000), known(at=500, role="decision_maker")
    assert worth(signal, profile, now=1499) == 5
    assert worth(signal, profile, now=1500) == 0
    assert list(Fit([signal]).ends(profile)) == [1500]


def test_only_what_comes_from_there_counts():
    assert worth(graded(only_from=("form", "purchase")), known(role="decision_maker")) == 5
    assert worth(graded(only_from=("form", "purchase")), known(source=BOUGHT, role="decision_maker")) == 0


def test_only_what_was_given_freely_counts_where_that_is_asked_for():
    assert worth(graded(given_freely=True), known(role="decision_maker")) == 0
    assert worth(graded(given_freely=True), known(freely=True, role="decision_maker")) == 5


def test_an_ideal_counts_the_share_of_criteria_that_are_met():
    assert worth(ideal(), known(industry="retail", size=9, city="Leeds")) == pytest.approx(8)
    assert worth(ideal(), known(industry="retail", size=10, city="Leeds")) == 12
    assert worth(ideal(), known(industry="mining", size=1)) == 0


def test_a_receipt_can_say_how_many_criteria_are_met():
    assert criteria_met(ideal(), 8.0) == "2 of 3"
    assert criteria_met(ideal(points=20.0), 6.666667) == "1 of 3"


def test_a_model_says_which_attributes_it_asks_for_and_what_is_known_of_them():
    by = Fit([ideal(lasts=50), graded(attribute="size", lasts=20), graded(attribute="email_kind")])
    assert by.asked == ["industry", "size", "city", "email_kind"]
    assert by.asks_mail
    found = {
        one.name: (one.value, one.until)
        for one in by.known(known(at=100, size=3, city="Leeds", other="x", industry=None))
    }
    assert found == {"size": (3, 120), "city": ("Leeds", 150)}
