"""The fold and the reference, told the same things about one lead and asked the same questions."""

from datetime import datetime
from typing import NamedTuple

from intentflow.domain.change import QualificationChange
from intentflow.domain.event import AnyEvent, time_of
from intentflow.domain.fold import Fold
from intentflow.domain.lead import Lead
from intentflow.domain.notices import CartNotice, News
from intentflow.domain.rules import AXES, Axis, ScoringModel
from intentflow.oracle import Answered, Notice, Reference, Search, safe_strides
from intentflow.wire.rows import decode_row, encode_row
from tests.oracle.made import KEY, T0

TOLERANCE = 1e-9  # of the larger of 1 and the score


class Move(NamedTuple):
    """A change of stage, as both arms tell it."""

    sequence: int
    left: str
    entered: str
    at: int  # milliseconds after T0
    id: str


def milliseconds(time: str) -> int:
    """An RFC 3339 time in epoch milliseconds."""
    return round(datetime.fromisoformat(time).timestamp() * 1000)


def as_told(one: CartNotice) -> Notice:
    """A notice as the reference tells it."""
    at, used, value = milliseconds(one.at), milliseconds(one.last_used), one.value
    amount, currency = ("", "") if value is None else (value.amount, value.currency)
    lines = -1 if one.lines is None else one.lines
    return Notice(one.id, one.kind, one.cart_id or "", at, used, amount, currency, lines)


class FoldArm:
    """The fold of one lead. Between any two questions the lead is only bytes."""

    def __init__(self, model: ScoringModel) -> None:
        self.fold = Fold(model)
        self.row = encode_row(1, Lead([], []))
        self.news: News = []

    @property
    def lead(self) -> Lead:
        return decode_row(self.row)

    def event(self, event: AnyEvent) -> str:
        lead = self.lead
        outcome = self.fold.take(KEY, lead, event, time_of(event), self.news)
        self.row = encode_row(1, lead)
        return outcome

    def clock(self, until: int) -> None:
        lead = self.lead
        if 0 < lead.due <= until:
            self.fold.pass_time(KEY, lead, until, self.news)
            self.row = encode_row(1, lead)

    def scores(self, t: int) -> dict[Axis, float]:
        return dict(zip(AXES, self.fold.scores.at(self.lead, t), strict=True))

    def receipts(self, t: int) -> list[tuple[str, str, float]]:
        return sorted(
            (r.signal, r.axis, r.points) for r in self.fold.scores.receipts(self.fold.scores.worths(self.lead, t))
        )

    def answers(self, t: int) -> Answered:
        lead, scores = self.lead, self.fold.scores.at(self.lead, t)
        told = self.fold.answering.of(lead, t, scores, self.fold.judge.stage(lead).name)
        assert told.meets_criteria == (told.criteria_met == told.criteria if told.criteria else None)
        return Answered(told.eligible, told.criteria_met, told.criteria, told.likelihood)

    @property
    def changes(self) -> list[QualificationChange]:
        return [one for one in self.news if isinstance(one, QualificationChange)]

    @property
    def notices(self) -> list[Notice]:
        return [as_told(one) for one in self.news if isinstance(one, CartNotice)]

    @property
    def moves(self) -> list[Move]:
        return [Move(c.sequence, c.from_stage, c.to_stage, milliseconds(c.at) - T0, c.id) for c in self.changes]

    @property
    def stands(self) -> tuple[str, int, int]:
        """Stage, since when, and the lead's clock."""
        lead = self.lead
        return self.fold.judge.stage(lead).name, lead.since, lead.clock


class ReferenceArm:
    """The reference of one lead."""

    def __init__(self, model: ScoringModel, due: Search = safe_strides) -> None:
        self.reference = Reference(model, due)

    def event(self, event: AnyEvent) -> str:
        return self.reference.event(KEY, event, time_of(event))

    def clock(self, until: int) -> None:
        self.reference.clock(KEY, until)

    def scores(self, t: int) -> dict[Axis, float]:
        return self.reference.score(KEY, t)

    def receipts(self, t: int) -> list[tuple[str, str, float]]:
        return sorted((line.name, line.axis, line.points) for line in self.reference.receipts(KEY, t) if line.points)

    def answers(self, t: int) -> Answered:
        return self.reference.answers(KEY, t)

    def due(self, until: int) -> int | None:
        return self.reference.due(KEY, until)

    @property
    def notices(self) -> list[Notice]:
        return list(self.reference.notices(KEY))

    @property
    def moves(self) -> list[Move]:
        return [Move(m.sequence, m.left, m.entered, m.at - T0, m.id) for m in self.reference.moves(KEY)]

    @property
    def stands(self) -> tuple[str, int, int]:
        standing = self.reference.standing(KEY)
        return self.reference.stage(KEY), standing.since, standing.clock


def assert_close(found: dict[Axis, float], expected: dict[Axis, float]) -> None:
    """Two scores agree within the laws' tolerance."""
    apart = {
        axis: (found[axis], expected[axis])
        for axis in AXES
        if abs(found[axis] - expected[axis]) > tolerance(expected[axis])
    }
    assert apart == {}


def tolerance(score: float) -> float:
    return TOLERANCE * max(1.0, abs(score))
