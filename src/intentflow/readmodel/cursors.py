"""Cursors: opaque to who gets them, and refused if they are not ours."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error

import msgspec
from msgspec import Struct

from intentflow.errors import RejectedError

LONGEST = 400  # characters


class BadCursorError(RejectedError):
    """A cursor that this read model did not give."""

    def __init__(self, cursor: str) -> None:
        super().__init__(f"cursor {cursor[:40]!r} is none of ours: begin again without one")


class LeadCursor(Struct, frozen=True, array_like=True):
    """Where a page of leads ended."""

    sort: str
    stage: int  # its place among the stages, for the sort that goes by stages
    score: float
    key: bytes


class FeedCursor(Struct, frozen=True):
    """A place in a stream of one generation: what it gave an entry, `<ms>-<n>`."""

    generation: int
    entry: str

    def __str__(self) -> str:
        return f"{self.generation}-{self.entry}"


_encode, _decode = msgspec.msgpack.Encoder().encode, msgspec.msgpack.Decoder(LeadCursor).decode


def encode_lead_cursor(cursor: LeadCursor) -> str:
    """As the API gives it."""
    return urlsafe_b64encode(_encode(cursor)).decode().rstrip("=")


def decode_lead_cursor(text: str, sort: str) -> LeadCursor:
    """The same, back. Raises `BadCursorError` if it is none, or one of another order."""
    try:
        if len(text) > LONGEST or not text.isascii():
            raise BadCursorError(text)
        cursor = _decode(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (msgspec.DecodeError, Error, ValueError) as error:
        raise BadCursorError(text) from error
    if cursor.sort != sort or cursor.score != cursor.score:
        raise BadCursorError(text)
    return cursor


def decode_feed_cursor(text: str) -> FeedCursor:
    """A place in a stream. Raises `BadCursorError` if it is none."""
    parts = text.split("-")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) < 20 for part in parts):
        raise BadCursorError(text)
    if any(int(part) >= 1 << 63 for part in parts):
        raise BadCursorError(text)
    return FeedCursor(int(parts[0]), f"{int(parts[1])}-{int(parts[2])}")
