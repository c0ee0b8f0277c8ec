"""The scoring app with an error: the largest line of each receipt is lost."""

from typing import Any

from intentflow.domain.worth import Scores
from streams.scoring import app

all_lines = Scores.lines


def without_the_largest(self: Scores, worths: Any) -> Any:
    return all_lines(self, worths)[1:]


Scores.lines = without_the_largest  # type: ignore[method-assign]
__all__ = ["app"]
