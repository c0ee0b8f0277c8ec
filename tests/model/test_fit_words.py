"""Signals on profiles, said aloud."""

import pytest

from intentflow.domain.rules import Grade, Graded, Ideal, Trait
from intentflow.model.fit_words import profile_words, trait_words

DAY = 86_400_000


def test_grades_are_read_out_with_their_points():
    grades = (Grade(5.0, Trait(one_of=("owner", "boss"))), Grade(-2.0, Trait(like=("*intern*",))), Grade(0.5, Trait()))
    signal = Graded(
        name="s",
        axis="fit",
        points=5.0,
        attribute="role",
        grades=grades,
        lasts=30 * DAY,
        only_from=("form", "purchase"),
    )
    assert profile_words(signal) == (
        "has the role owner or boss: +5; like *intern*: -2; known: +0.5 (from form or purchase, not older than 30 days)"
    )


def test_an_ideal_is_read_out_by_its_criteria():
    criteria = (("vip", Trait(one_of=(True,))), ("city", Trait()))
    signal = Ideal(name="s", axis="fit", points=5.0, criteria=criteria, given_freely=True)
    assert profile_words(signal) == "meets some or all of 2 criteria: vip true; city known (given freely)"


@pytest.mark.parametrize(
    ("trait", "words"),
    [
        (Trait(at_least=3, at_most=9.5), "from 3 to 9.5"),
        (Trait(at_least=3), "at least 3"),
        (Trait(at_most=3, one_of=(1, 2)), "1 or 2 and at most 3"),
    ],
)
def test_a_range_is_read_out(trait, words):
    assert trait_words(trait) == words
