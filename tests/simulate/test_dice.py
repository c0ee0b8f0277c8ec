"""Chance that falls the same for a seed, everywhere."""

from collections import Counter

from intentflow.simulate.dice import Dice


def test_a_seed_throws_the_same_in_every_version_of_python():
    dice = Dice(7)
    thrown = (
        [dice.whole(1, 6) for _ in range(10)],
        dice.pick("abcdef"),
        round(dice.between(0, 100), 6),
        dice.happens(0.5),
        dice.weighed((1, 2, 7)),
    )
    assert thrown == ([2, 1, 4, 1, 4, 3, 1, 4, 1, 3], "a", 9.071301, True, 2)


def test_throws_stay_within_their_bounds_and_reach_both():
    dice = Dice(1)
    assert {dice.whole(1, 6) for _ in range(1000)} == {1, 2, 3, 4, 5, 6}
    assert {dice.pick("abc") for _ in range(1000)} == set("abc")
    assert all(2 <= dice.between(2, 3) < 3 for _ in range(1000))


def test_what_weighs_more_comes_oftener_and_what_weighs_nothing_never():
    dice = Dice(1)
    thrown = Counter(dice.weighed((1, 0, 9)) for _ in range(10_000))
    assert thrown[1] == 0
    assert 0.07 < thrown[0] / 10_000 < 0.13


def test_what_is_certain_happens_and_what_is_impossible_does_not():
    dice = Dice(1)
    assert {dice.happens(1.0) for _ in range(100)} == {True}
    assert {dice.happens(0.0) for _ in range(100)} == {False}
