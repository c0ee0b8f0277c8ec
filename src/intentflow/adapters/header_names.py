"""Records with headers whose names are not UTF-8.

Kafka takes any bytes for a header's name, and clients in C send them. aiokafka 0.14 decodes names strictly and raises in the middle of a
batch: whoever reads it ends, and begins at the same batch again, for ever. Here such a batch is read once more, by aiokafka's own reader in
Python, with U+FFFD for what is no UTF-8. All other batches are read as ever, at no cost.
"""

import itertools
import struct
from collections.abc import Iterator
from typing import Any

from aiokafka.consumer import fetcher
from aiokafka.record.default_records import _DefaultRecordBatchPy
from aiokafka.record.memory_records import MemoryRecords

HEAD = struct.Struct(">qi11xi")  # base offset, length of what follows these two; last offset delta
BEFORE = 12  # bytes that the length does not count


class KeptRecords(MemoryRecords):  # type: ignore[misc]  # one class or another, says aiokafka
    """Batches as they were fetched, and their bytes."""

    def __init__(self, fetched: bytes) -> None:
        super().__init__(fetched)
        self.fetched = fetched


class _AnyText(bytearray):
    """Bytes of which each piece is text."""

    def __getitem__(self, where: Any) -> Any:
        found = super().__getitem__(where)
        return found if isinstance(found, int) else _AnyText(found)

    def decode(self, *_: str) -> str:
        return super().decode("utf-8", "replace")


class _Batch(_DefaultRecordBatchPy):  # type: ignore[misc]  # final for aiokafka's own types alone
    _buffer: bytearray

    def _maybe_uncompress(self) -> None:
        super()._maybe_uncompress()
        self._buffer = _AnyText(self._buffer)


def read_again(records: KeptRecords, position: int) -> list[Any]:
    """The records at `position` and behind it of the first batch that reaches it."""
    at = 0
    while True:
        base, length, delta = HEAD.unpack_from(records.fetched, at)
        if base + delta >= position:
            batch = _Batch(records.fetched[at : at + BEFORE + length])
            return [record for record in batch if record.offset >= position]
        at += BEFORE + length


class _PartitionRecords(fetcher.PartitionRecords):  # type: ignore[misc]  # aiokafka says nothing of its types
    _records_iterator: Iterator[Any] | None
    next_fetch_offset: int

    def __next__(self) -> Any:
        try:
            return next(self._records_iterator)  # type: ignore[arg-type]  # as there: nobody asks after the end
        except StopIteration:
            self._records_iterator = None  # as there: it and its owner hold each other
            raise
        except UnicodeDecodeError:
            self._records_iterator = itertools.chain(self._read_again(), self._unpack_records())
            return next(self)

    def _read_again(self) -> Iterator[Any]:
        for record in read_again(self._records, self.next_fetch_offset):
            self.next_fetch_offset = record.offset + 1
            yield self._consumer_record(self._tp, record)


def install() -> None:
    """Every consumer of this process reads so from here on."""
    fetcher.MemoryRecords, fetcher.PartitionRecords = KeptRecords, _PartitionRecords
