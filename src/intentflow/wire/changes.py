"""A qualification change as published: CloudEvents 1.0 in binary mode, `ce_*` headers and a plain JSON value, keyed by the lead."""

import msgspec
from msgspec import Struct

from intentflow.domain.change import QualificationChange

TYPE = b"intentflow.qualification-change"


class _Head(Struct, gc=False):
    """As much of a change as its headers say."""

    id: str
    lead: str
    at: str


class _Moved(Struct, gc=False):
    """As much of a cause as is counted."""

    kind: str


class _Move(Struct, gc=False, rename={"from_stage": "from", "to_stage": "to"}):
    """As much of a change as is counted."""

    from_stage: str
    to_stage: str
    cause: _Moved


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(QualificationChange).decode
_head = msgspec.json.Decoder(_Head).decode
_move = msgspec.json.Decoder(_Move).decode


def encode_change(change: QualificationChange) -> bytes:
    """The change as published."""
    return _encode(change)


def decode_change(payload: bytes) -> QualificationChange:
    """The change in a published value. Raises `msgspec.DecodeError` if it is not one."""
    return _decode(payload)


def move_of(payload: bytes) -> tuple[str, str, str]:
    """From where, to where and the kind of cause of a published change; less work than `decode_change`."""
    move = _move(payload)
    return move.from_stage, move.to_stage, move.cause.kind


def headers_of(payload: bytes) -> list[tuple[str, bytes]]:
    """The CloudEvents headers of a published change; a function of its bytes, so that publishing again gives the same record."""
    change = _head(payload)
    return [
        ("ce_specversion", b"1.0"),
        ("ce_id", change.id.encode()),
        ("ce_source", b"/intentflow/scoring"),
        ("ce_type", TYPE),
        ("ce_subject", change.lead.encode()),
        ("ce_time", change.at.encode()),
        ("content-type", b"application/json"),
    ]
