"""Protected attributes may describe; to score by one, a model says why, and is told of it even then."""

import pytest

from intentflow.model.protected import is_protected
from tests.model.models import findings, mistakes, reading, with_signal

GENDER = "when: {profile: gender}, grades: [{equals: female, points: 1}]"


@pytest.mark.parametrize(
    "name",
    ["sex", "gender", "Gender", "customerGender", "ethnic_group", "race", "religion", "age", "user_age", "ageRange", "date-of-birth",
     "health", "sexual_orientation", "culture", "nationality", "trade_union", "disability_status", "marital status"],
)  # fmt: skip
def test_an_attribute_is_protected_by_its_name(name):
    assert is_protected(name)


@pytest.mark.parametrize(
    "name",
    [
        "page",
        "company_age",
        "account_age_days",
        "corporate_culture",
        "race_bike",
        "role",
        "language",
        "usage",
        "stage",
        "image",
    ],
)
def test_a_name_that_only_sounds_so_is_not(name):
    assert not is_protected(name)


@pytest.mark.parametrize(
    "keys",
    [
        GENDER,
        "when: {ideal: {role: boss, gender: female}}, points: 3",
        "when: {family: profile, attributes: {gender: female}}, axis: fit, points: 3",
        "when: {family: landing_page, attributes: {gender: female}}, axis: fit, points: 3",
    ],
)
def test_a_signal_that_scores_by_one_is_refused_without_a_reason(keys):
    assert mistakes(with_signal(f"{{{keys}}}")) == [
        '5: signal "s": scores people by gender, which is protected; take it out, or say why it is lawful: because: "..."'
    ]


def test_a_fact_that_looks_at_one_is_refused_too():
    text = with_signal("{when: {family: cart}, axis: fit, points: 1}").replace(
        "stages:", "facts: {of_age: {when: {family: profile, attributes: {age: {at_least: 18}}}}}\nstages:"
    )
    assert mistakes(text) == [
        '6: fact "of_age": sorts people by age, which is protected; take it out, or say why it is lawful: because: "..."'
    ]


def test_with_a_reason_it_is_accepted_and_check_tells_of_it():
    text = with_signal(f'{{{GENDER}, because: "shoes in her sizes only"}}')
    assert reading(text).model.signals[1].name == "s"
    assert findings(text, "protected-attribute") == [
        'signal "s": looks at gender, which is protected; let a lawyer read the reason given: "shoes in her sizes only"'
    ]
