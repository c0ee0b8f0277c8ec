"""Rows of CSV, each with its own bytes and the line where it begins, whatever somebody has put between the quotes.

A row may span lines: it ends where its quotes are closed. If a quote is never closed, the line that opened it is refused and reading goes
on with the next one, so that a stray quote costs a row and not the rest of the file.
"""

import csv
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from intentflow.domain.event import MAX_RECORD_BYTES
from intentflow.wire.events import TOO_LARGE
from intentflow.wire.rejections import Rejection

NOT_CLOSED = Rejection("malformed_row", "a quote is opened and not closed")


class CsvForm(NamedTuple):
    """How a file is written. `errors` is Python's word for what becomes of bytes that are no text."""

    separator: str = ","
    is_quoted: bool = True  # quotes hold a field together; otherwise they are letters like all others
    encoding: str = "utf-8"  # one in which ASCII is itself
    errors: str = "strict"


class CsvRow(NamedTuple):
    """A row: the line where it begins, its bytes, and its fields or why there are none."""

    line: int
    raw: bytes
    fields: list[str] | Rejection


def csv_rows(numbered: Iterator[tuple[int, bytes]], form: CsvForm) -> Iterator[CsvRow]:
    """The rows in these numbered lines; blank lines are passed over."""
    csv.field_size_limit(MAX_RECORD_BYTES)  # of the whole process, and only ever this
    source = _Lines(numbered)
    while line := source.following():
        number, raw = line
        if len(raw) > MAX_RECORD_BYTES:
            yield CsvRow(number, raw, TOO_LARGE)
        elif raw.strip():
            yield _row(number, raw, source, form)


def _row(number: int, raw: bytes, source: "_Lines", form: CsvForm) -> CsvRow:
    feed = _Feed(raw, source, form)
    try:
        if not form.is_quoted or b'"' not in raw:
            return CsvRow(number, raw, raw.decode(form.encoding, form.errors).split(form.separator))
        fields = next(csv.reader(feed, delimiter=form.separator), [])
    except UnicodeDecodeError as error:
        text = (
            f"the byte 0x{error.object[error.start]:02x} in column {error.start + 1} of the line is not {form.encoding}"
        )
        why = Rejection("malformed_row", f"{text}: name the file's encoding, or save it as UTF-8")
        return CsvRow(number, feed.raw, why)
    except csv.Error as error:
        return CsvRow(number, feed.raw, Rejection("malformed_row", f"not CSV: {error}"))
    if feed.is_open:
        source.again.extendleft(reversed(feed.added))
        return CsvRow(number, raw, NOT_CLOSED)
    return CsvRow(number, feed.raw, fields)


class _Lines:
    """Lines that can be put back."""

    def __init__(self, numbered: Iterator[tuple[int, bytes]]) -> None:
        self._numbered = numbered
        self.again: deque[tuple[int, bytes]] = deque()

    def following(self) -> tuple[int, bytes] | None:
        return self.again.popleft() if self.again else next(self._numbered, None)


class _Feed:
    """What csv's reader is given: a line, and more while it asks, which it does inside of quotes alone."""

    def __init__(self, first: bytes, source: _Lines, form: CsvForm) -> None:
        self._first = first
        self._line: bytes | None = first
        self._source, self._form, self._size = source, form, len(first)
        self.added: list[tuple[int, bytes]] = []
        self.is_open = False  # it asked for more than there was, or may be

    @property
    def raw(self) -> bytes:
        return b"\n".join([self._first, *(more for _, more in self.added)])

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        raw, self._line = self._line, None
        if raw is None:
            more = self._source.following()
            if more is not None:
                self.added.append(more)
                raw = more[1]
                self._size += len(raw) + 1
            if more is None or raw is None or self._size > MAX_RECORD_BYTES:
                self.is_open = True
                raise StopIteration
        return raw.decode(self._form.encoding, self._form.errors) + "\n"
