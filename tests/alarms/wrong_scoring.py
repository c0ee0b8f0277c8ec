"""The scoring app with an error: the last line of each receipt is lost."""

from typing import Any

from intentflow.domain import moves
from streams.scoring import app

adds_up = moves.adds_up


def without_the_last(lines: Any, scores: Any) -> bool:
    return adds_up(lines[:-1], scores)


vars(moves)["adds_up"] = without_the_last
__all__ = ["app"]
