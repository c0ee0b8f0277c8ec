"""Changes in words and views."""

from collections.abc import Sequence
from datetime import UTC, datetime

from intentflow.domain.rules import ScoringModel
from intentflow.readmodel.told import Told
from intentflow.readmodel.views import ChangeView, Points, ReceiptView

CAUSES = {
    "event": "Something they did",
    "outcome": "What sales said of them",
    "profile": "What became known of them",
    "decay": "Time passed",
    "merge": "Two leads became one",
    "model": "Another scoring model took effect",
    "erasure": "The lead was erased",
    "evidence": "It was no human's doing",
}


class ChangeTeller:
    """Tells changes of a model: up or down, from where to where, and why."""

    def __init__(self, model: ScoringModel) -> None:
        self._rank = {stage.name: place for place, stage in enumerate(model.stages)}

    def view(self, told: Told, cursor: str = "") -> ChangeView:
        """The change as the API says it."""
        return ChangeView(
            cursor=cursor,
            id=told.id,
            lead=told.lead,
            name=told.lead[2:],
            sequence=told.sequence,
            from_stage=told.from_stage,
            to_stage=told.to_stage,
            up=self._rank.get(told.to_stage, 0) > self._rank.get(told.from_stage, 0),
            at=datetime.fromisoformat(told.at),
            cause=told.cause,
            cause_words=_words(told),
            scores=points_of(told.scores),
            receipts=tuple(
                ReceiptView(signal=r.signal, axis=r.axis, points=r.points, words=None) for r in told.receipts
            ),
            treatment=told.treatment,
            follow_up_by=None if told.follow_up_by is None else datetime.fromisoformat(told.follow_up_by),
        )


def _words(told: Told) -> str:
    said = CAUSES.get(told.cause, told.cause)
    if told.reason:
        return f"{said}: {told.reason}"
    return f"{said}: {told.other}" if told.other else said


def moment_of(time_ms: int) -> datetime:
    """Epoch milliseconds as an aware datetime."""
    return datetime.fromtimestamp(time_ms // 1000, UTC).replace(microsecond=time_ms % 1000 * 1000)


def points_of(scores: Sequence[float]) -> Points:
    """Scores in the order of AXES, rounded to six decimals as changes are."""
    engagement, fit, intent = (round(points, 6) for points in scores)
    return Points(engagement=engagement, fit=fit, intent=intent)
