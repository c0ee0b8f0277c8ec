"""Rows in the order of their times, whatever the size of the table.

Exports come newest first, or in no order, and an event far behind its lead's newest is too late. So they are sorted in runs that fit into
memory, which are put aside and merged (external merge sort). Rows of one time keep the table's order.
"""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from heapq import merge
from operator import itemgetter
from tempfile import TemporaryFile
from typing import IO

import msgspec

from intentflow.wire.file_rows import Row
from intentflow.wire.rejections import Rejection

RUN = 100_000  # rows held in memory

_Put = tuple[int, int, int, bytes, bytes]  # time, place in the table, line, key, value
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Put).decode
_first_two = itemgetter(0, 1)


def in_time_order(rows: Iterable[Row], run: int = RUN) -> Iterator[Row]:
    """The rows by time, after those that were refused, which come as they are read. `run` rows at most are held, and one of each run."""
    with ExitStack() as stack:
        files: list[IO[bytes]] = []
        held: list[_Put] = []
        for place, row in enumerate(rows):
            if isinstance(row.time, Rejection):
                yield row
                continue
            held.append((row.time, place, row.line, row.key, row.value))
            if len(held) == run:
                files.append(_put_aside(held, stack.enter_context(TemporaryFile())))
                held = []
        held.sort(key=_first_two)
        for time, _, line, key, value in merge(*map(_taken_back, files), held, key=_first_two):
            yield Row(line, key, value, time)


def _put_aside(held: list[_Put], file: IO[bytes]) -> IO[bytes]:
    held.sort(key=_first_two)
    for put in held:
        content = _encode(put)
        file.write(len(content).to_bytes(4, "big") + content)
    file.seek(0)
    return file


def _taken_back(file: IO[bytes]) -> Iterator[_Put]:
    while size := file.read(4):
        yield _decode(file.read(int.from_bytes(size, "big")))
