"""Changes and rejections as Redis keeps them: as much as is shown, in MessagePack."""

from datetime import datetime

import msgspec
from msgspec import Struct

from intentflow.domain.change import QualificationChange
from intentflow.domain.event import LATEST
from intentflow.domain.rules import AXES
from intentflow.wire.rejections import Refused

KEPT_BYTES = 16 << 10  # of a refused record's value
KEPT_DETAIL = 1000  # characters
Scores = tuple[float, float, float]


class ToldReceipt(Struct, array_like=True, frozen=True, gc=False):
    """A receipt of a change."""

    signal: str
    axis: str
    points: float


class Told(Struct, array_like=True, frozen=True, kw_only=True, gc=False):
    """A qualification change."""

    id: str
    lead: str
    sequence: int
    from_stage: str
    to_stage: str
    at: str
    cause: str
    event_id: str | None
    reason: str | None
    other: str | None
    scores: Scores
    receipts: tuple[ToldReceipt, ...]
    treatment: str
    follow_up_by: str | None
    published: int  # epoch ms


class KeptRefusal(Struct, array_like=True, frozen=True, kw_only=True, gc=False):
    """A record that was refused, without what is not shown of it."""

    id: str
    reason: str
    detail: str
    topic: str
    partition: int
    offset: int
    at: int  # of the refused record, epoch ms
    key: bytes
    value: bytes  # its beginning
    size: int  # of the whole value; -1: it did not fit into the rejection


_encode = msgspec.msgpack.Encoder().encode
decode_told = msgspec.msgpack.Decoder(Told).decode
decode_history = msgspec.msgpack.Decoder(list[Told]).decode
decode_refused = msgspec.msgpack.Decoder(KeptRefusal).decode


def encode(value: Told | list[Told] | KeptRefusal) -> bytes:
    """As Redis keeps it."""
    return _encode(value)


def kept(refused: Refused) -> KeptRefusal:
    """A rejection, as it is kept."""
    value = refused.value or b""
    return KeptRefusal(
        id=refused.id,
        reason=refused.reason,
        detail=refused.detail[:KEPT_DETAIL],
        topic=refused.topic,
        partition=_bounded(refused.partition),
        offset=_bounded(refused.offset),
        at=_bounded(refused.timestamp) if refused.timestamp < LATEST else 0,
        key=refused.key or b"",
        value=value[:KEPT_BYTES],
        size=-1 if refused.is_cut else len(value),
    )


def _bounded(number: int) -> int:
    """As it is, if anybody of ours can have said it."""
    return number if 0 <= number < 1 << 53 else 0


def told_of(change: QualificationChange, published: int) -> Told:
    """A change, as it is kept; published at that time (epoch ms). Raises `ValueError` if it holds what no change of ours does."""
    for time in (change.at, change.follow_up_by):
        if time is not None and datetime.fromisoformat(time).tzinfo is None:
            raise ValueError(f"{time}: no offset")
    if change.sequence >= 1 << 53:
        raise ValueError(f"sequence {change.sequence}")
    cause, scores = change.cause, change.scores
    engagement, fit, intent = (scores.get(axis, 0.0) for axis in AXES)
    return Told(
        id=change.id,
        lead=change.lead,
        sequence=change.sequence,
        from_stage=change.from_stage,
        to_stage=change.to_stage,
        at=change.at,
        cause=cause.kind,
        event_id=cause.event_id,
        reason=cause.reason,
        other=cause.lead,
        scores=(engagement, fit, intent),
        receipts=tuple(ToldReceipt(one.signal, one.axis, one.points) for one in change.receipts),
        treatment=change.treatment,
        follow_up_by=change.follow_up_by,
        published=published,
    )
