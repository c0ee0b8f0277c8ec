"""A qualification change as published: CloudEvents 1.0 in binary mode, `ce_*` headers and a plain JSON value, keyed by the lead."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from intentflow.domain.change import Change
from intentflow.domain.rules import AXES

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TYPE = "intentflow.qualification-change"
Time = Annotated[str, Meta(description="RFC 3339 in UTC, to the millisecond")]


class CauseOut(Struct, frozen=True, omit_defaults=True):
    """What moved the lead."""

    kind: Literal["event", "decay"]
    event_id: str | None = None


class ReceiptOut(Struct, frozen=True):
    """The part of a score that one signal is responsible for."""

    signal: str
    axis: str
    points: float


class GapOut(Struct, frozen=True, omit_defaults=True):
    """What is missing for a stage: points on an axis, a fact, or time."""

    stage: str
    axis: str | None = None
    points: float | None = None
    fact: str | None = None
    not_before: Time | None = None


class ModelOut(Struct, frozen=True):
    """The scoring model that judged."""

    name: str
    version: int
    hash: str


class QualificationChange(Struct, frozen=True, kw_only=True, rename={"from_stage": "from", "to_stage": "to"}):
    """A lead moved from one stage to another. A consumer that drops repeated ids sees each change once."""

    id: Annotated[str, Meta(description="the same whenever the same records are folded by the same model")]
    lead: Annotated[str, Meta(description="the lead's key: l:<lead id or e-mail>, or v:<visitor id>")]
    sequence: Annotated[int, Meta(ge=1, description="counts the changes of this lead")]
    from_stage: str
    to_stage: str
    at: Time
    cause: CauseOut
    scores: Annotated[dict[str, float], Meta(description="points by axis")]
    receipts: Annotated[list[ReceiptOut], Meta(description="the largest parts of the scores")]
    missing: Annotated[list[GapOut], Meta(description="what the stages above still ask for")]
    treatment: Literal["nurture", "sales", "none"]
    follow_up_by: Time | None
    model: ModelOut


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(QualificationChange).decode


def rfc3339(milliseconds: int) -> str:
    """Epoch milliseconds as `2026-05-01T10:00:00.000Z`."""
    days, rest = divmod(milliseconds, 86_400_000)
    seconds, rest = divmod(rest, 1000)
    minutes, seconds = divmod(seconds, 60)
    return f"{_day(days)}T{minutes // 60:02}:{minutes % 60:02}:{seconds:02}.{rest:03}Z"


@lru_cache(maxsize=1024)
def _day(days: int) -> str:
    return (EPOCH + timedelta(days=days)).strftime("%Y-%m-%d")


def encode_change(change: Change) -> bytes:
    """The change as published; points to six decimals."""
    return _encode(
        QualificationChange(
            id=change.id,
            lead=change.key.decode(),
            sequence=change.sequence,
            from_stage=change.from_stage,
            to_stage=change.to_stage,
            at=rfc3339(change.at),
            cause=CauseOut(change.cause.kind, change.cause.event_id),
            scores={axis: round(points, 6) for axis, points in zip(AXES, change.scores, strict=True)},
            receipts=[ReceiptOut(r.signal, r.axis, round(r.points, 6)) for r in change.receipts],
            missing=[
                GapOut(
                    g.stage,
                    g.axis,
                    None if g.points is None else round(g.points, 6),
                    g.fact,
                    None if g.not_before is None else rfc3339(g.not_before),
                )
                for g in change.missing
            ],
            treatment=change.treatment,
            follow_up_by=None if change.follow_up_by is None else rfc3339(change.follow_up_by),
            model=ModelOut(*change.model),
        )
    )


def decode_change(payload: bytes) -> QualificationChange:
    """The change in a published value. Raises `msgspec.DecodeError` if it is not one."""
    return _decode(payload)


def headers_of(payload: bytes) -> list[tuple[str, bytes]]:
    """The CloudEvents headers of a published change; a function of its bytes, so that publishing again gives the same record."""
    change = decode_change(payload)
    return [
        ("ce_specversion", b"1.0"),
        ("ce_id", change.id.encode()),
        ("ce_source", b"/intentflow/scoring"),
        ("ce_type", TYPE.encode()),
        ("ce_subject", change.lead.encode()),
        ("ce_time", change.at.encode()),
        ("content-type", b"application/json"),
    ]
