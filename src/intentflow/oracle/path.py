"""The slow reference: leads' ways through the stages, worked out anew from all their events at every question.

It is written from `docs/semantics.md` and shares no code with the fold, only the values that a model and an event are
made of. What it says is what the fold must say: the laws in `tests/domain` and `intentflow verify` hold the two against
each other.
"""

from collections.abc import Callable
from hashlib import sha256
from typing import NamedTuple

from intentflow.domain.event import AnyEvent
from intentflow.domain.rules import Axis, ScoringModel
from intentflow.oracle.admission import Outcome, event_time
from intentflow.oracle.answers import Answered, answered
from intentflow.oracle.conditions import kept
from intentflow.oracle.due import Search, safe_strides
from intentflow.oracle.holding import Known, known, topics
from intentflow.oracle.judging import Standing, judged, note_entered
from intentflow.oracle.lead import ReferenceLead
from intentflow.oracle.notices import Notice, carts_by, owed
from intentflow.oracle.ties import Past
from intentflow.oracle.worth import Line, Pieces


class Move(NamedTuple):
    """A change of stage. `sequence` is the lead's number after it: the first move has 1."""

    sequence: int
    left: str  # a stage's name
    entered: str
    at: int  # epoch milliseconds
    cause: str  # `event:<event id>`, `decay:<due time>`, `merge:<sender>:<number>`, `model:<hash>` or `erasure:<time>`
    id: str


class Leads:
    """Any number of leads under one model, each by itself. All times are epoch milliseconds, `key` is a lead's key.

    `due`: how changes that time causes are found (`intentflow.oracle.due`); None: nobody moves, the scores are all that is
    asked for. Asking about a key that has not begun, or is an alias, raises `KeyError`.
    """

    def __init__(self, model: ScoringModel, due: Search | None = safe_strides) -> None:
        self._model = model
        self._due = due
        self._leads: dict[bytes, ReferenceLead] = {}
        self._moves: dict[bytes, list[Move]] = {}
        self._notices: dict[bytes, list[Notice]] = {}
        self._let_go: dict[bytes, int] = {}  # lead -> how many of its moves are forgotten too

    def clock(self, key: bytes, until: int) -> None:
        """'A clock record with time T does step 3 for `(clock, T]` and nothing else.'"""
        if key in self._leads:
            self._let_pass(key, until)

    def renew(self, model: ScoringModel) -> None:
        """From now on this model judges. A lead becomes its own when a record of its own comes, or by `take_effect`."""
        self._model = model
        for lead in self._leads.values():
            lead.admission.horizon = model.horizon

    def take_effect(self, at: int) -> None:
        """'Every lead that another model judged last: its clock becomes the later of it and `at`, and it is judged.'"""
        for key, lead in self._leads.items():
            if lead.model != self._model:
                lead.become(self._model)
                lead.standing.clock = max(lead.standing.clock, at)
                self._judge(key, lead.standing.clock, f"model:{self._model.hash}")

    def let_go(self, key: bytes) -> None:
        """Of a lead that was erased nothing is left, not even its number: whoever begins with this key begins with 1."""
        self._let_go[key] = len(self._moves.get(key, ()))

    def due(self, key: bytes, until: int) -> int | None:
        """The first millisecond after the lead's clock, up to `until`, at which judging would move it."""
        lead = self._leads[key]
        return self._due(lead.pieces, lead.standing, until) if self._due is not None else None

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

    def answers(self, key: bytes, t: int) -> Answered:
        """The three answers at `t`. Raises `ValueError` if that is before the lead's clock."""
        return answered(self._pieces_at(key, t), self._leads[key].standing, t)

    def known(self, key: bytes, t: int) -> list[Known]:
        """The facts that hold at `t`, and how they came about. Raises `ValueError` if `t` is before the lead's clock."""
        return known(self._pieces_at(key, t), self._leads[key].entries, t)

    def topics(self, key: bytes, t: int) -> dict[str, float]:
        """Points by topic at `t`. Raises `ValueError` if that is before the lead's clock."""
        return topics(self._pieces_at(key, t), t)

    def moves(self, key: bytes) -> tuple[Move, ...]:
        """The lead's changes of stage, in order; those of an alias are the ones it had as itself."""
        return tuple(self._moves[key])

    def notices(self, key: bytes) -> tuple[Notice, ...]:
        """What was told of the lead's carts, in order."""
        return tuple(self._notices.get(key, ()))

    def sequence(self, key: bytes) -> int:
        """How many changes the lead has had; since it was let go, if it was."""
        return len(self._moves.get(key, ())) - self._let_go.get(key, 0)

    def stage(self, key: bytes) -> str:
        """The name of the stage in which the lead stands."""
        return self._model.stages[self._leads[key].standing.stage].name

    def standing(self, key: bytes) -> Standing:
        """Where the lead stands, and since when."""
        return self._leads[key].standing

    def past(self, key: bytes) -> Past:
        """All that the lead's score is made from."""
        return self._leads[key].past()

    @property
    def leads(self) -> tuple[bytes, ...]:
        """The keys of the leads that began and are no aliases, in the order in which they did."""
        return tuple(self._leads)

    def _pieces_at(self, key: bytes, t: int) -> Pieces:
        lead = self._leads[key]
        if t < lead.standing.clock:
            raise ValueError(f"{t} is before the lead's clock {lead.standing.clock}: nothing is said about that time")
        return lead.pieces

    def _begun(self, key: bytes, at: int) -> ReferenceLead:
        """The lead with this key, which begins now if it has not yet."""
        if key not in self._leads:
            told = len(self._moves.setdefault(key, [])) - self._let_go.get(key, 0)
            self._leads[key] = ReferenceLead(self._model, at, told)
        return self._leads[key]

    def _take(self, key: bytes, event: AnyEvent, received: int) -> Outcome:
        """'One record': what becomes of an event that was received at this time."""
        at = event_time(event, received)
        new = kept(self._model, event, at)
        lead = self._begun(key, at)
        outcome = lead.admission.outcome(new)
        if outcome == "counted":
            self._let_pass(key, at)
            lead.accept(new)
            lead.standing.clock = max(lead.standing.clock, at)
            if new.family == "cart":
                self._tell_carts(key, lead.standing.clock, lambda _: f"event:{event.event_id}")
            self._judge(key, lead.standing.clock, f"event:{event.event_id}")
        return outcome

    def _let_pass(self, key: bytes, until: int) -> None:
        """'All changes due in `(clock, until]` happen, in order, each at its own due time; the clock of the lead becomes
        the due time of each.'"""
        lead = self._leads[key]
        if lead.model != self._model:
            lead.become(self._model)
        passes = until > lead.standing.clock
        while (due := self.due(key, until)) is not None:
            lead.standing.clock = due
            self._judge(key, due, f"decay:{due}")
        if passes:
            self._tell_carts(key, until, lambda start: f"decay:{start}")

    def _tell_carts(self, key: bytes, t: int, cause: Callable[[int], str]) -> None:
        """'The notices of carts that are owed.'"""
        lead = self._leads[key]
        found = carts_by(self._model, lead.entries)
        if found is not None:
            self._notices.setdefault(key, []).extend(owed(key, *found, lead.standing.told, t, cause))

    def _judge(self, key: bytes, t: int, cause: str) -> None:
        """'One judging makes at most one move', which notes `left[s] = t`."""
        if self._due is None:
            return
        lead = self._leads[key]
        entered = judged(lead.pieces, lead.standing, t)
        if entered is not None:
            lead.standing.left[lead.standing.stage] = t
            self._move(key, entered, t, cause)

    def _leave(self, key: bytes, t: int, cause: str) -> None:
        """'If its stage is not the first, it moves to the first', and is no lead any more."""
        if self._leads[key].standing.stage:
            self._move(key, 0, t, cause)
        del self._leads[key]

    def _move(self, key: bytes, entered: int, t: int, cause: str) -> None:
        """'A move sets `since = t`, adds 1 to the sequence number.'"""
        standing, stages = self._leads[key].standing, self._model.stages
        left, standing.stage, standing.since = standing.stage, entered, t
        note_entered(standing, stages[entered], entered, [t])
        standing.sequence += 1
        identity = change_id(key, standing.sequence, self._model.hash, cause)
        self._moves[key].append(Move(standing.sequence, stages[left].name, stages[entered].name, t, cause, identity))


def change_id(key: bytes, sequence: int, model_hash: str, cause: str) -> str:
    """'The first 32 hex digits of SHA-256 over `key \\0 sequence number \\0 model hash \\0 cause`.'"""
    return sha256(b"\0".join((key, str(sequence).encode(), model_hash.encode(), cause.encode()))).hexdigest()[:32]
