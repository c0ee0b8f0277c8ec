"""Leads that were erased: nothing of them may stay, and nothing that was published of them before may come back.

The changelog says of which leads that is: a stub, later a tombstone (design 8, rule 15). The topics of changes and of rejections are not
purged, and are read for themselves, sooner or later than the changelog. So a mark is kept of an erased lead, under a hash of its key: what
was published until then, or has a sequence number up to the stub's, is of the lead that is gone.
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Protocol

import msgspec
from msgspec import Struct

from intentflow.lane.changelog import EPOCH, Changelog, LogRecord
from intentflow.wire.rows import decode_row, is_stub


class TimedRecord(LogRecord, Protocol):
    """A record of a changelog, and when the broker took it."""

    @property
    def timestamp(self) -> int: ...  # epoch milliseconds


class Mark(Struct, array_like=True, frozen=True, gc=False):
    """What of an erased lead is not to be shown: published up to `time` (epoch ms), or a change up to that sequence number."""

    time: int
    sequence: int = 0

    def covers(self, timestamp: int, sequence: int) -> bool:
        """Whether a change is of the lead that is gone."""
        return timestamp <= self.time or sequence <= self.sequence


_encode, decode_mark = msgspec.msgpack.Encoder().encode, msgspec.msgpack.Decoder(Mark).decode


def encode_mark(mark: Mark) -> bytes:
    """As Redis keeps it."""
    return _encode(mark)


def mark_name(key: bytes) -> bytes:
    """What a mark is kept under: it tells nobody who was erased."""
    return blake2b(key, digest_size=16).digest()


class ErasureLog(Changelog):
    """A part of one partition of a changelog, read by the rules of every reader, that notes which leads were erased in it."""

    __slots__ = ("erased",)

    def __init__(self, epoch: int = 0) -> None:
        super().__init__(epoch)
        self.erased: dict[bytes, Mark] = {}

    def feed(self, records: Sequence[TimedRecord]) -> None:  # type: ignore[override]  # it asks for the time as well
        """Take records in the order of their offsets. Most parts erase nobody, and are read at once.

        The rows of leads that records without a value are of must be in `rows` before, if they live.
        """
        if not any(erases(record) for record in records):
            super().feed(records)
            return
        for record in records:
            super().feed((record,))
            key, value = record.key, record.value
            if key is None or not erases(record):
                continue
            if value is None and key not in self.rows:
                self.erased[key] = Mark(record.timestamp)
            elif value is not None and self.rows.get(key) is value:
                self.erased[key] = Mark(record.timestamp, decode_row(value).sequence)


def erases(record: TimedRecord) -> bool:
    """Whether a record is a stub's or a tombstone, valid or not."""
    key, value = record.key, record.value
    if not key or key.startswith(b"\0"):
        return False
    return value is None or (len(value) > EPOCH and is_stub(value))
