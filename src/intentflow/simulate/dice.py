"""Chance that falls the same for a seed in every version of Python.

Of `random.Random`, only the numbers of `random()` are promised to stay the same; everything else is made of them here.
"""

from collections.abc import Sequence
from random import Random
from typing import TypeVar

Thing = TypeVar("Thing")


class Dice:
    """Throws from a seed."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed).random

    def happens(self, chance: float) -> bool:
        """True in `chance` of all throws, from 0 to 1."""
        return self._random() < chance

    def between(self, low: float, high: float) -> float:
        """Anything from `low` up to `high`, alike."""
        return low + self._random() * (high - low)

    def whole(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + int(self._random() * (high - low + 1))

    def pick(self, things: Sequence[Thing]) -> Thing:
        """One of them, alike."""
        return things[int(self._random() * len(things))]

    def weighed(self, weights: Sequence[int]) -> int:
        """A place in `weights`, the more often the more it weighs."""
        left = self._random() * sum(weights)
        for place, weight in enumerate(weights):
            left -= weight
            if left < 0:
                return place
        return len(weights) - 1
