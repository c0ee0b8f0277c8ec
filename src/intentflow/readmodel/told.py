"""Changes and rejections as Redis keeps them: as much as is shown, in MessagePack."""

import msgspec
from msgspec import Struct

from intentflow.domain.change import QualificationChange
from intentflow.domain.rules import AXES

KEPT_BYTES = 16 << 10  # of a refused record's value
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


class Refused(Struct, array_like=True, frozen=True, kw_only=True, gc=False):
    """A record that was refused."""

    id: str
    reason: str
    detail: str
    topic: str
    partition: int
    offset: int
    at: int  # of the refused record, epoch ms
    key: bytes
    value: bytes  # its beginning
    size: int


_encode = msgspec.msgpack.Encoder().encode
decode_told = msgspec.msgpack.Decoder(Told).decode
decode_history = msgspec.msgpack.Decoder(list[Told]).decode
decode_refused = msgspec.msgpack.Decoder(Refused).decode


def encode(value: Told | list[Told] | Refused) -> bytes:
    """As Redis keeps it."""
    return _encode(value)


def told_of(change: QualificationChange, published: int) -> Told:
    """A change, as it is kept; published at that time (epoch ms)."""
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
