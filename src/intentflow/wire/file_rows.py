"""Rows of a file as records: what each format makes, and how lines are read within bounds."""

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from intentflow.domain.event import MAX_RECORD_BYTES, key_of, time_of
from intentflow.wire.events import decode
from intentflow.wire.rejections import Rejection

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Row(NamedTuple):
    """One row of a file as a producer would put it on Kafka; of a refused row, the bytes that were read."""

    line: int  # its first, from 1
    key: bytes  # the record's; empty if it was refused
    value: bytes
    time: int | Rejection  # epoch milliseconds, or why it was refused


def row_of(line: int, value: bytes, raw: bytes | None = None) -> Row:
    """The row for an event's JSON; refused, it shows `raw` if that was read instead."""
    event = decode(value)
    if isinstance(event, Rejection):
        return Row(line, b"", value if raw is None else raw, event)
    return Row(line, key_of(event), value, time_of(event))


def lines(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Numbered lines without their ends; one that is too large is cut to a byte above the limit."""
    number = 0
    while line := stream.readline(MAX_RECORD_BYTES + 2):
        number += 1
        if len(line) > MAX_RECORD_BYTES and not line.endswith(b"\n"):
            while (rest := stream.readline(MAX_RECORD_BYTES)) and not rest.endswith(b"\n"):
                pass
        if number == 1:
            line = line.removeprefix(BYTE_ORDER_MARK)
        yield number, line.rstrip(b"\r\n")[: MAX_RECORD_BYTES + 1]
