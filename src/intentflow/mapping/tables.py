"""Tables as cells by column: CSV with a header, or a JSON object per line."""

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

import msgspec

from intentflow.domain.event import MAX_RECORD_BYTES
from intentflow.errors import RejectedError
from intentflow.mapping.schema import MappingWritten
from intentflow.wire.csv_rows import CsvForm, csv_rows
from intentflow.wire.events import TOO_LARGE
from intentflow.wire.file_rows import lines
from intentflow.wire.refusals import rejection
from intentflow.wire.rejections import Rejection

_as_object = msgspec.json.Decoder(dict[str, object]).decode
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


class JsonCells(dict[str, object]):
    """An object's values; `user.id` and `items.0` look inside, where there is no such key outside."""

    empty: frozenset[str] = frozenset()

    def __missing__(self, column: str) -> object:
        found: object = self
        for step in column.split("."):
            if isinstance(found, dict):
                found = dict.get(found, step)
            elif isinstance(found, list) and step.isdecimal() and int(step) < len(found):
                found = found[int(step)]
            else:
                return None
        return None if _is_empty(found, self.empty) else found


class TableRow(NamedTuple):
    """A row of a table: the line where it begins, its bytes, and its cells or why there are none."""

    line: int
    raw: bytes
    cells: dict[str, object] | Rejection


def csv_table(stream: BinaryIO, written: MappingWritten) -> Iterator[tuple[list[str], TableRow | None]]:
    """First the columns alone, then each row. Raises `RejectedError` if the header can't be one."""
    form = CsvForm(written.separator, written.quoted, written.encoding)
    found = csv_rows(lines(stream), form)
    names = list(written.columns or ())
    if not names:
        first = next(found, None)
        if first is None:
            return
        names = _header(first.line, first.raw, first.fields)
    yield names, None
    empty = frozenset(written.empty)
    for line, raw, fields in found:
        if isinstance(fields, Rejection):
            yield names, TableRow(line, raw, fields)
        elif len(fields) != len(names):
            text = f"has {len(fields)} fields, the header {len(names)}: is the separator {written.separator!r}?"
            yield names, TableRow(line, raw, Rejection("malformed_row", text))
        else:
            cells: dict[str, object] = {
                name: None if not cell.strip() or cell in empty else cell
                for name, cell in zip(names, fields, strict=True)
            }
            yield names, TableRow(line, raw, cells)


def jsonl_table(stream: BinaryIO, written: MappingWritten) -> Iterator[TableRow]:
    """Each line's object."""
    empty = frozenset(written.empty)
    for number, line in lines(stream):
        if line.strip():
            yield TableRow(number, line, _object(line, written.encoding, empty))


def _object(line: bytes, encoding: str, empty: frozenset[str]) -> dict[str, object] | Rejection:
    if len(line) > MAX_RECORD_BYTES:
        return TOO_LARGE
    try:
        found = _as_object(line if encoding == "utf-8" else line.decode(encoding).encode())
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return rejection("not_json", f"{error}: one JSON object per line is read")
    cells = JsonCells({key: None if _is_empty(cell, empty) else cell for key, cell in found.items()})
    cells.empty = empty
    return cells


def _is_empty(cell: object, empty: frozenset[str]) -> bool:
    return cell is None or (isinstance(cell, str) and (not cell.strip() or cell in empty))


def _header(line: int, raw: bytes, fields: list[str] | Rejection) -> list[str]:
    if raw.startswith(_UTF_16):
        raise RejectedError(f"line {line}: the file is UTF-16: save it as UTF-8")
    if isinstance(fields, Rejection):
        raise RejectedError(f"line {line}: the header cannot be read: {fields.detail}")
    names = [name.strip() for name in fields]
    for at, name in enumerate(names):
        if name in names[:at]:
            raise RejectedError(
                f"line {line}, column {at + 1}: the header has {name!r} a second time, "
                f"first in column {names.index(name) + 1}: rename one of them"
            )
    return names
