"""The slow reference that the fold is held against: a second program, written from the same page (`docs/semantics.md`).

It imports values only: events and rules. Slow on purpose, so that it is obviously right.
"""

from intentflow.oracle.admission import Outcome
from intentflow.oracle.answers import Answered
from intentflow.oracle.bulk import FinalScores
from intentflow.oracle.due import Search, every_millisecond, safe_strides
from intentflow.oracle.holding import Known
from intentflow.oracle.notices import Notice
from intentflow.oracle.path import Move, change_id
from intentflow.oracle.reference import Reference, deliver
from intentflow.oracle.ties import Forwarded, Heard, Letter, Linked, Message, Parted, Past, Ties
from intentflow.oracle.worth import Line

__all__ = [
    "Answered",
    "FinalScores",
    "Forwarded",
    "Heard",
    "Known",
    "Letter",
    "Line",
    "Linked",
    "Message",
    "Move",
    "Notice",
    "Outcome",
    "Parted",
    "Past",
    "Reference",
    "Search",
    "Ties",
    "change_id",
    "deliver",
    "every_millisecond",
    "safe_strides",
]
