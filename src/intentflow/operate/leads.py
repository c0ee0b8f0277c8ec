"""Leads as rows of a table: one for each, as of one moment."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

from msgspec import Struct

from intentflow.domain.fold import Fold
from intentflow.model.load import load
from intentflow.operate.state import Tell, nobody, partitions
from intentflow.readmodel.standing import company_of, is_shown, scores_now
from intentflow.settings import Settings
from intentflow.wire.rows import decode_row, is_stub


class LeadRow(Struct, frozen=True, kw_only=True):
    """One lead. Scores are as of the moment that was asked for; the stage is the one that was told last."""

    lead: str  # its key: l:<lead id or e-mail address>, or v:<visitor id>
    kind: str  # lead or visitor
    stage: str
    since: datetime
    treatment: str
    engagement: float
    fit: float
    intent: float
    last_seen: datetime | None  # its newest event
    company: str | None
    sequence: int  # how many changes it told
    due: datetime | None  # time alone may move it then, never before
    partition: int


async def lead_rows(
    settings: Settings, now: int, stages: frozenset[str] = frozenset(), visitors: bool = True, tell: Tell = nobody
) -> AsyncIterator[list[LeadRow]]:
    """All leads, a partition at a time; aliases and what is left of erased ones are none. `now` in epoch milliseconds.

    `stages`: only those that stand in one of them. Raises ConfigError if there is no changelog, or the model is not right.
    """
    fold = Fold(load(settings.model))
    async for number, log in partitions(settings, tell=tell):
        found = (
            _row(fold, key, row, now, number) for key, row in sorted(log.rows.items()) if visitors or key[:2] == b"l:"
        )
        yield [one for one in found if one is not None and (not stages or one.stage in stages)]


def _row(fold: Fold, key: bytes, row: bytes, now: int, partition: int) -> LeadRow | None:
    if is_stub(row):
        return None
    lead = decode_row(row)
    if not is_shown(lead):
        return None
    stage, company = fold.judge.stage(lead), company_of(key, lead)
    engagement, fit, intent = (round(points, 6) for points in scores_now(fold, lead, now))
    return LeadRow(
        lead=key.decode(errors="replace"),
        kind="lead" if key[:2] == b"l:" else "visitor",
        stage=stage.name,
        since=_moment(lead.since or lead.newest),
        treatment=stage.treatment,
        engagement=engagement,
        fit=fit,
        intent=intent,
        last_seen=_moment(lead.newest) if lead.newest else None,
        company=company,
        sequence=lead.sequence,
        due=_moment(lead.due) if lead.due else None,
        partition=partition,
    )


def _moment(time: int) -> datetime:
    return datetime.fromtimestamp(time / 1000, UTC)
