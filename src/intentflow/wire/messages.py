"""Messages between leads as the identities topic holds them: MessagePack, keyed by the receiver."""

from collections.abc import Callable, Sequence

import msgspec
from msgspec import Struct

from intentflow.domain.lead import Unpublished
from intentflow.domain.message import Letters, Message
from intentflow.wire.rejections import Rejection

_encode = msgspec.msgpack.Encoder().encode
_decode: Callable[[bytes], Message] = msgspec.msgpack.Decoder(Message).decode


def encode_message(message: Message) -> bytes:
    """The message as published."""
    return _encode(message)


def decode_message(value: bytes | None) -> Message | Rejection:
    """The message in a record, or why there is none."""
    if not value:
        return Rejection("empty", "a record of the identities topic without a value")
    try:
        return _decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return Rejection("not_a_message", f"only the scoring app writes to the identities topic ({error})"[:200])


def unpublished(letters: Letters, source: int, offset: int) -> list[Unpublished]:
    """Messages to be published, which record `offset` of a source has caused."""
    return [Unpublished(source, offset, encode_message(message), to) for to, message in letters]


class Enclosed(Struct, frozen=True, gc=False):
    """The record that a message carries, for who must reject it: the original bytes, at the message's own offset."""

    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]
