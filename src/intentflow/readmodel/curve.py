"""A lead's score over time: what it was as far as that is known, and what it will be if nothing happens."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from intentflow.domain.fold import Fold
from intentflow.domain.rules import AXES, DAY, ScoringModel
from intentflow.readmodel.change_told import moment_of
from intentflow.readmodel.lead_views import Curve, CurvePoint, Threshold
from intentflow.readmodel.standing import scores_now
from intentflow.readmodel.told import Told
from intentflow.wire.rows import decode_row

PAST, FUTURE = 40, 80  # points
LEAST, MOST = 30 * DAY, 365 * DAY  # that are looked ahead


def curve_of(fold: Fold, row: bytes, history: Sequence[Told], due: int | None, now: int) -> Curve:
    """The curve up to `now` (epoch ms, not before the lead's clock) and on from there.

    A state knows no past before its latest event: of that time only what changes told is known.
    """
    lead = decode_row(row)

    def at(time: int) -> CurvePoint:
        return _point(moment_of(time), scores_now(fold, lead, time))

    ahead = LEAST if due is None else min(MOST, max(LEAST, (due - now) * 5 // 4))
    coming = {now + ahead * n // FUTURE for n in range(FUTURE + 1)}
    if due is not None and due <= now + ahead:
        coming |= {max(now, due - 1), due}
    told = [_point(datetime.fromisoformat(one.at), one.scores) for one in history]
    known_from = moment_of(lead.clock)
    past = [lead.clock + (now - lead.clock) * n // PAST for n in range(PAST + 1)]
    return Curve(
        past=(*(point for point in told if point.at < known_from), *map(at, dict.fromkeys(past))),
        future=tuple(map(at, sorted(coming))),
        thresholds=tuple(thresholds_of(fold.model)),
        known_from=known_from,
        now=moment_of(now),
    )


def thresholds_of(model: ScoringModel) -> Iterator[Threshold]:
    """Where stages begin and end, from low to high."""
    for stage in model.stages:
        for axis, points in stage.enter:
            yield Threshold(axis=axis, stage=stage.name, points=points, kind="enter")
        for axis, points in stage.leave:
            yield Threshold(axis=axis, stage=stage.name, points=points, kind="leave")


def _point(at: datetime, scores: Sequence[float]) -> CurvePoint:
    return CurvePoint(at=at, **{axis: round(points, 6) for axis, points in zip(AXES, scores, strict=True)})
