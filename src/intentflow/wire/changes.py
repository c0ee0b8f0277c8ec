"""What a lead tells the world, as published: CloudEvents 1.0 in binary mode, `ce_*` headers and a plain JSON value, keyed by the lead.

Qualification changes, and notices of carts.
"""

from collections.abc import Iterable

import msgspec
from msgspec import Struct

from intentflow.domain.change import QualificationChange
from intentflow.domain.lead import NOTICE, Unpublished
from intentflow.domain.notices import CartNotice

TYPE = b"intentflow.qualification-change"
NOTICE_TYPE = b"intentflow.cart-notice"


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


class _Kind(Struct, gc=False):
    """As much of a notice as is counted."""

    kind: str


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(QualificationChange).decode
_decode_notice = msgspec.json.Decoder(CartNotice).decode
_head = msgspec.json.Decoder(_Head).decode
_move = msgspec.json.Decoder(_Move).decode
_kind = msgspec.json.Decoder(_Kind).decode


def encode_change(change: QualificationChange) -> bytes:
    """The change as published."""
    return _encode(change)


def decode_change(payload: bytes) -> QualificationChange:
    """The change in a published value. Raises `msgspec.DecodeError` if it is not one."""
    return _decode(payload)


def decode_notice(payload: bytes) -> CartNotice:
    """The notice of a cart in a published value. Raises `msgspec.DecodeError` if it is not one."""
    return _decode_notice(payload)


def told_of(news: Iterable[QualificationChange | CartNotice], source: int, offset: int) -> list[Unpublished]:
    """What is to be published of what record `offset` of a source has caused, in order."""
    return [Unpublished(source, offset, _encode(one), NOTICE if isinstance(one, CartNotice) else None) for one in news]


def move_of(payload: bytes) -> tuple[str, str, str]:
    """From where, to where and the kind of cause of a published change; less work than `decode_change`."""
    move = _move(payload)
    return move.from_stage, move.to_stage, move.cause.kind


def kind_of(payload: bytes) -> str:
    """The kind of a published notice; less work than `decode_notice`."""
    return _kind(payload).kind


def headers_of(payload: bytes, kind: bytes = TYPE) -> list[tuple[str, bytes]]:
    """The CloudEvents headers of a published change, or of a notice if `kind` is NOTICE_TYPE.

    A function of its bytes, so that publishing again gives the same record.
    """
    change = _head(payload)
    return [
        ("ce_specversion", b"1.0"),
        ("ce_id", change.id.encode()),
        ("ce_source", b"/intentflow/scoring"),
        ("ce_type", kind),
        ("ce_subject", change.lead.encode()),
        ("ce_time", change.at.encode()),
        ("content-type", b"application/json"),
    ]
