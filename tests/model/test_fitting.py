"""Signals on profiles, as they are written, and what is said of those that make no sense."""

import pytest

from intentflow.domain.rules import Grade, Graded, Ideal, Trait
from tests.model.models import mistakes, reading, with_signal


def signal(keys: str) -> object:
    return next(one for one in reading(with_signal(keys)).model.signals if one.name == "s")


def test_grades_of_an_attribute_are_of_fit_and_have_the_points_of_the_best():
    text = """{when: {profile: role, only_from: form}, lasts: 1d,
        grades: [{equals: boss, points: 5}, {one_of: [a, b], points: 7}, {points: 1}]}"""
    assert signal(text) == Graded(
        name="s",
        axis="fit",
        points=7.0,
        lasts=86_400_000,
        only_from=("form",),
        attribute="role",
        grades=(Grade(5.0, Trait(one_of=("boss",))), Grade(7.0, Trait(one_of=("a", "b"))), Grade(1.0, Trait())),
    )


def test_an_ideal_takes_values_lists_ranges_and_what_need_only_be_known():
    text = """{when: {ideal: {industry: [a, b], vip: true, size: {at_least: 3, at_most: 9}, title: {like: "*head*"}, city: {known: true}},
        given_freely: true}, axis: intent, points: 10}"""
    assert signal(text) == Ideal(
        name="s",
        axis="intent",
        points=10.0,
        given_freely=True,
        criteria=(
            ("industry", Trait(one_of=("a", "b"))),
            ("vip", Trait(one_of=(True,))),
            ("size", Trait(at_least=3.0, at_most=9.0)),
            ("title", Trait(like=("*head*",))),
            ("city", Trait()),
        ),
    )


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (
            "{when: {profile: role}}",
            'signal "s": grades is missing: what each value counts (grades: [{equals: owner, points: 5}])',
        ),
        (
            "{when: {profile: role}, grades: [{points: 1}], points: 3}",
            'signal "s": points must be left out: each grade has its own',
        ),
        (
            "{when: {profile: role}, grades: [{points: 1}, {points: 2, equals: a}]}",
            'signal "s": grades: entry 2: never counts: a grade before it takes any value; put that one last',
        ),
        (
            "{when: {profile: role}, grades: [{points: 0, equals: a}]}",
            'signal "s": grades: count nothing; give one of them points',
        ),
        ("{when: {profile: role}, grades: [{equals: a}]}", 'signal "s": grades: entry 1: points is missing'),
        (
            "{when: {profile: role}, grades: [{equals: a, one_of: [b], points: 1}]}",
            'signal "s": grades: entry 1: has equals and one_of; put all values into one_of',
        ),
        (
            "{when: {profile: role, family: cart}, grades: [{points: 1}]}",
            'signal "s": when: family does not go with "profile: role"; that takes given_freely and only_from and profile only',
        ),
        (
            "{when: {family: cart, given_freely: true}, axis: fit, points: 1}",
            'signal "s": when: given_freely goes with "profile: job_title" or "ideal: ..." only',
        ),
        (
            "{when: {profile: role}, half_life: 3d, grades: [{points: 1}]}",
            'signal "s": half_life must be left out: what is known does not fade, it lasts (lasts: 365d)',
        ),
        ("{when: {ideal: {a: {known: true}}}}", 'signal "s": points is missing'),
        (
            "{when: {ideal: {a: {known: true}}}, points: -1}",
            'signal "s": points must be more than 0: the points of who meets all criteria',
        ),
        (
            "{when: {ideal: {a: {known: false}}}, points: 1}",
            'signal "s": when: ideal: a is empty; say equals, one_of, like, at_least, at_most, or known: true',
        ),
        (
            "{when: {profile: role, only_from: crm}, grades: [{points: 1}]}",
            'signal "s": when: only_from must be one of form, purchase, observed, enriched, bought, not "crm"',
        ),
        (
            "{when: {family: cart}, axis: fit, points: 1, grades: [{points: 1}]}",
            'signal "s": grades must be left out: it goes with "when: {profile: job_title}"',
        ),
        (
            "{when: {family: cart}, axis: fit, points: 1, lasts: 3d}",
            'signal "s": lasts must be left out: it does not go with this condition',
        ),
        ("{when: {family: cart}}", 'signal "s": axis and points are missing'),
    ],
)
def test_what_makes_no_sense_is_named_with_its_line(keys, expected):
    assert mistakes(with_signal(keys)) == [f"5: {expected}"]


def test_a_fact_takes_a_condition_on_a_profiles_record():
    text = with_signal("{when: {family: profile, attributes: {role: boss}}, axis: fit, points: 3}").replace(
        "stages:", "facts: {boss: {when: {family: profile, attributes: {role: boss}}}}\nstages:"
    )
    assert reading(text).model.facts[0].when[0].family == "profile"


def test_a_fact_takes_no_attribute_of_the_profile_itself():
    text = with_signal("{when: {profile: role}, grades: [{points: 1}]}").replace(
        "stages:", "facts: {boss: {when: {profile: role}}}\nstages:"
    )
    (said,) = mistakes(text)
    assert 'fact "boss": when: a fact takes conditions on single events (family: profile is one)' in said
