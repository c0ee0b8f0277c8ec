"""The slow reference: a lead's way through the stages, worked out anew from all its events at every question.

It is written from `docs/semantics.md` and shares no code with the fold, only the values that a model and an event are
made of. What it says is what the fold must say: `tests/domain/test_laws.py` and `intentflow verify` hold the two against
each other.
"""

from hashlib import sha256
from typing import NamedTuple

from intentflow.domain.event import Event
from intentflow.domain.rules import Axis, ScoringModel
from intentflow.oracle.admission import Admission, Outcome, event_time
from intentflow.oracle.conditions import Kept, kept
from intentflow.oracle.due import Search, safe_strides
from intentflow.oracle.judging import Standing, judged
from intentflow.oracle.worth import Line, Pieces, pieces_of


class Move(NamedTuple):
    """A change of stage. `sequence` is the lead's number after it: the first move has 1."""

    sequence: int
    left: str  # a stage's name
    entered: str
    at: int  # epoch milliseconds
    cause: str  # `event:<event id>` or `decay:<due time>`
    id: str


class ReferenceLead:
    """All events of one lead and its way so far."""

    def __init__(self, model: ScoringModel, began: int) -> None:
        self.admission = Admission(model)
        self.events: list[Kept] = []
        self.pieces: Pieces = pieces_of(model, ())
        self.standing = Standing(since=began, clock=began)
        self.moves: list[Move] = []

    def accept(self, event: Kept) -> None:
        self.admission.accept(event)
        self.events.append(event)
        self.pieces = pieces_of(self.pieces.model, self.events)


class Reference:
    """Any number of leads under one model. All times are epoch milliseconds, `key` is a lead's key.

    `due`: how changes that time causes are found (`intentflow.oracle.due`). Asking about a key of which no event was
    accepted raises `KeyError`.
    """

    def __init__(self, model: ScoringModel, due: Search = safe_strides) -> None:
        self._model = model
        self._due = due
        self._leads: dict[bytes, ReferenceLead] = {}

    def event(self, key: bytes, event: Event, received: int) -> Outcome:
        """'One record': what becomes of an event that was received at this time."""
        at = event_time(event, received)
        new = kept(self._model, event, at)
        if key not in self._leads:
            self._leads[key] = ReferenceLead(self._model, at)
        lead = self._leads[key]
        outcome = lead.admission.outcome(new)
        if outcome == "counted":
            self._let_pass(key, at)
            lead.accept(new)
            lead.standing.clock = max(lead.standing.clock, at)
            self._judge(key, lead.standing.clock, f"event:{event.event_id}")
        return outcome

    def clock(self, key: bytes, until: int) -> None:
        """'A clock record with time T does step 3 for `(clock, T]` and nothing else.'"""
        if key in self._leads:
            self._let_pass(key, until)

    def due(self, key: bytes, until: int) -> int | None:
        """The first millisecond after the lead's clock, up to `until`, at which judging would move it."""
        lead = self._leads[key]
        return self._due(lead.pieces, lead.standing, until)

    def score(self, key: bytes, t: int) -> dict[Axis, float]:
        """The lead's score on each axis at `t`. Raises `ValueError` if that is before its clock."""
        return self._pieces_at(key, t).scores(t)

    def receipts(self, key: bytes, t: int) -> list[Line]:
        """A line for every signal and for each group whose cap binds. Raises `ValueError` if `t` is before its clock."""
        return self._pieces_at(key, t).receipts(t)

    def facts(self, key: bytes, t: int) -> frozenset[str]:
        """The names of the facts that hold at `t`. Raises `ValueError` if that is before the lead's clock."""
        pieces = self._pieces_at(key, t)
        return frozenset(fact for fact in pieces.held if pieces.holds(fact, t))

    def moves(self, key: bytes) -> tuple[Move, ...]:
        """The lead's changes of stage, in order."""
        return tuple(self._leads[key].moves)

    def stage(self, key: bytes) -> str:
        """The name of the stage in which the lead stands."""
        return self._model.stages[self._leads[key].standing.stage].name

    def standing(self, key: bytes) -> Standing:
        """Where the lead stands, and since when."""
        return self._leads[key].standing

    @property
    def leads(self) -> tuple[bytes, ...]:
        """The keys of the leads that began, in the order in which they did."""
        return tuple(self._leads)

    def _pieces_at(self, key: bytes, t: int) -> Pieces:
        lead = self._leads[key]
        if t < lead.standing.clock:
            raise ValueError(f"{t} is before the lead's clock {lead.standing.clock}: nothing is said about that time")
        return lead.pieces

    def _let_pass(self, key: bytes, until: int) -> None:
        """'All changes due in `(clock, until]` happen, in order, each at its own due time; the clock of the lead becomes
        the due time of each.'"""
        lead = self._leads[key]
        while (due := self._due(lead.pieces, lead.standing, until)) is not None:
            lead.standing.clock = due
            self._judge(key, due, f"decay:{due}")

    def _judge(self, key: bytes, t: int, cause: str) -> None:
        """'A move sets `since = t`, adds 1 to the sequence number, and notes `left[s] = t`.'"""
        lead, stages = self._leads[key], self._model.stages
        standing = lead.standing
        entered = judged(lead.pieces, standing, t)
        if entered is None:
            return
        standing.sequence += 1
        left, standing.stage = standing.stage, entered
        standing.since = standing.left[left] = t
        identity = change_id(key, standing.sequence, self._model.hash, cause)
        lead.moves.append(Move(standing.sequence, stages[left].name, stages[entered].name, t, cause, identity))


def change_id(key: bytes, sequence: int, model_hash: str, cause: str) -> str:
    """'The first 32 hex digits of SHA-256 over `key \\0 sequence number \\0 model hash \\0 cause`.'"""
    return sha256(b"\0".join((key, str(sequence).encode(), model_hash.encode(), cause.encode()))).hexdigest()[:32]
