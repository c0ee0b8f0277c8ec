"""What a row gives: the records of a mapping as functions of the row's cells."""

from collections.abc import Iterator
from functools import partial
from hashlib import blake2b

from intentflow.mapping.filters import Holds, any_of
from intentflow.mapping.schema import LineWritten, MappingWritten, MoneyWritten, RecordWritten
from intentflow.mapping.sound import HOW
from intentflow.mapping.values import NO_TABLES, Cells, Get, MisfitError, Tables, text_of, time, value, whole
from intentflow.mapping.written import MOST_REPEATS, EachWritten, RepeatWritten, TimeWritten, ValueWritten

CUT = {"url": 4096, "referrer": 4096, "title": 512, "user_agent": 1024}  # texts that are cut to what the contract takes
CUT_INSIDE = {"campaign": 512}
SAID = {"profile": "profile", "outcome": "action"}  # a kind of record that is not there where this is empty

Fields = dict[str, object]
Columns = dict[str, tuple[str, ...]]  # which columns a field was made from, by its path: `page.url`


class RecordMaker:
    """Makes a record's fields, as often as a row of the mapping's table has it. `columns` tells what each field is made from."""

    def __init__(self, mapping: MappingWritten, name: str, tables: Tables = NO_TABLES) -> None:
        written = mapping.records[name]
        self.name = name
        self._full_name = f"{mapping.mapping}/{name}".encode()
        self.columns: Columns = {}
        self._zone, self._tables = mapping.zone, tables
        self._tag = None if written.kind == "event" else written.kind
        self._said = SAID.get(written.kind)
        self._when: Holds | None = None if written.when is None else any_of(written.when)
        self._times = _times(written.repeat, written.each, tables)
        given = {key: getattr(written, key) for key in RecordWritten.model_fields if key not in HOW}
        self._fields = self._object(given, "", 0)

    def made(self, row: Cells, raw: bytes) -> Iterator[Fields]:
        """The fields of each record that the row gives. Raises `MisfitError`."""
        if self._when is not None and not self._when(row):
            return
        for number, cells in enumerate(self._times(row), 1):
            fields = self._fields(cells)
            assert isinstance(fields, dict)
            if self._tag is not None:
                fields["family"] = self._tag
            if self._said is not None and self._said not in fields:
                continue
            if "event_id" not in fields:
                fields["event_id"] = _hash(raw, self._full_name, number)
            yield fields

    def _object(self, given: dict[str, object], path: str, cut: int) -> Get:
        """A function for an object of these fields; those that are None are left out, and it is None itself without any."""
        made = {key: self._field(key, part, f"{path}{key}", cut) for key, part in given.items() if part is not None}

        def build(row: Cells) -> object:
            return {key: found for key, get in made.items() if (found := get(row)) is not None} or None

        return build

    def _field(self, key: str, part: object, path: str, cut: int) -> Get:
        if isinstance(part, dict):
            return self._attributes(part, path)
        if isinstance(part, tuple):
            return self._lines(part, path)
        if not isinstance(part, ValueWritten):
            given = {name: getattr(part, name) for name in type(part).model_fields}  # type: ignore[attr-defined]  # a part of the schema
            made = self._object(given, f"{path}.", CUT_INSIDE.get(key, 0))
            return partial(_with, "amount", made) if isinstance(part, MoneyWritten) else made
        self.columns[path] = part.columns
        if isinstance(part, TimeWritten):
            return time(part, self._zone, self._tables)
        if key == "given_freely":
            return value(part.model_copy(update={"as_": "truth"}), self._tables)
        if key == "quantity":
            return partial(_quantity, value(part, self._tables), part.columns)
        return partial(_text, value(part, self._tables), CUT.get(key, cut))

    def _attributes(self, parts: dict[str, ValueWritten], path: str) -> Get:
        made = {name: value(part, self._tables) for name, part in parts.items()}
        self.columns |= {f"{path}.{name}": part.columns for name, part in parts.items()}
        self.columns[path] = tuple(dict.fromkeys(c for part in parts.values() for c in part.columns))
        withdrawn = {name for name, part in parts.items() if part.withdraw}

        def build(row: Cells) -> object:
            found = {name: get(row) for name, get in made.items()}
            return {
                name: cell if cell is None or isinstance(cell, str | int | float | bool) else text_of(cell)
                for name, cell in found.items()
                if cell is not None or name in withdrawn
            } or None

        return build

    def _lines(self, parts: tuple[LineWritten, ...], path: str) -> Get:
        given = [{name: getattr(part, name) for name in LineWritten.model_fields} for part in parts]
        made = [self._object(part, f"{path}[{at}].", 512) for at, part in enumerate(given)]

        def build(row: Cells) -> object:
            return [line for get in made if (line := _with("sku", get, row)) is not None] or None

        return build


def _with(key: str, get: Get, row: Cells) -> object:
    """An object that is nothing without one of its fields."""
    found = get(row)
    return found if isinstance(found, dict) and key in found else None


def _text(get: Get, cut: int, row: Cells) -> object:
    cell = get(row)
    if cell is None:
        return None
    text = text_of(cell)
    return text[:cut] if cut else text


def _quantity(get: Get, columns: tuple[str, ...], row: Cells) -> object:
    cell = get(row)
    return None if cell is None else _whole(cell, columns)


def _whole(cell: object, columns: tuple[str, ...]) -> int:
    text = text_of(cell)
    try:
        return whole(text)
    except (ValueError, ArithmeticError):
        raise MisfitError("wrong_type", columns, f'"{text[:60]}" is not a whole number') from None


def _times(repeat: RepeatWritten | None, each: EachWritten | None, tables: Tables) -> "partial[Iterator[Cells]]":
    if each is not None:
        return partial(_for_each, each)
    return partial(_once) if repeat is None else partial(_repeated, value(repeat, tables), repeat)


def _once(row: Cells) -> Iterator[Cells]:
    yield row


def _for_each(each: EachWritten, row: Cells) -> Iterator[Cells]:
    cell = row[each.column]
    parts = cell if isinstance(cell, list) else text_of(cell).split(each.separator) if cell is not None else []
    if len(parts) > MOST_REPEATS:
        raise MisfitError("malformed_row", (each.column,), f"has {len(parts)} parts, at most {MOST_REPEATS} are read")
    yield from _numbered(row, [part.strip() if isinstance(part, str) else part for part in parts])


def _repeated(get: Get, written: RepeatWritten, row: Cells) -> Iterator[Cells]:
    cell = get(row)
    count = 0 if cell is None else _whole(cell, written.columns)
    if written.at_most is not None:
        count = min(count, written.at_most)
    if count > MOST_REPEATS:
        raise MisfitError(
            "malformed_row", written.columns, f"{count} records from a row; give at_most, {MOST_REPEATS} or less"
        )
    yield from _numbered(row, [None] * count)


def _numbered(row: Cells, parts: list[object]) -> Iterator[Cells]:
    assert isinstance(row, dict)
    for number, part in enumerate(parts, 1):
        if part == "":
            continue
        row["$n"], row["$each"] = number, part
        yield row


def _hash(raw: bytes, name: bytes, number: int) -> str:
    """The id of a record whose row has none: a second import of the same row gives the same."""
    return blake2b(b"\0".join([raw, name, str(number).encode()]), digest_size=16).hexdigest()
