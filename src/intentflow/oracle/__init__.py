"""The slow reference that the fold is held against: a second program, written from the same page (`docs/semantics.md`).

It imports values only: events and rules. Slow on purpose, so that it is obviously right.
"""

from intentflow.oracle.admission import Outcome
from intentflow.oracle.bulk import FinalScores
from intentflow.oracle.due import Search, every_millisecond, safe_strides
from intentflow.oracle.path import Move, Reference, change_id
from intentflow.oracle.worth import Line

__all__ = [
    "FinalScores",
    "Line",
    "Move",
    "Outcome",
    "Reference",
    "Search",
    "change_id",
    "every_millisecond",
    "safe_strides",
]
