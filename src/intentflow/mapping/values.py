"""A field's value as a function of the row's cells."""

from collections.abc import Callable, Mapping
from datetime import tzinfo
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from hashlib import blake2b

import msgspec

from intentflow.mapping.templates import Place, Template
from intentflow.mapping.times import reader
from intentflow.mapping.written import LookupWritten, TimeWritten, ValueWritten, checked_zone
from intentflow.wire.rejections import Reason

Cells = Mapping[str, object]  # what a row holds, by column; None is empty
Get = Callable[[Cells], object]
Tables = Mapping[LookupWritten, Mapping[str, object]]
NO_TABLES: Tables = {}
TRUE = frozenset({"true", "t", "yes", "y", "1", "on"})
FALSE = frozenset({"false", "f", "no", "n", "0", "off"})
MOST_DIGITS = 15  # of a whole number, and of what JSON tells exactly


class MisfitError(Exception):
    """A cell that is not what the mapping says; `columns` are those that it was made from."""

    def __init__(self, reason: Reason, columns: tuple[str, ...], text: str) -> None:
        super().__init__(text)
        self.reason, self.columns, self.text = reason, columns, text


def text_of(value: object) -> str:
    """A cell as text; what JSON nests, as JSON."""
    if isinstance(value, str):
        return value
    return msgspec.json.encode(value).decode()


def filled(parts: Template) -> Get:
    """The text with the row's cells in it, None where one of them is empty that may not be. A column alone keeps its type."""
    if len(parts) == 1 and isinstance(parts[0], Place):
        column = parts[0].column
        return lambda row: row[column]
    if all(isinstance(part, str) for part in parts):
        fixed = "".join(map(str, parts))
        return lambda _row: fixed

    def fill(row: Cells) -> object:
        said = []
        for part in parts:
            if isinstance(part, str):
                said.append(part)
            elif (cell := row[part.column]) is not None:
                said.append(text_of(cell))
            elif not part.may_be_empty:
                return None
        return "".join(said)

    return fill


def value(written: ValueWritten, tables: Tables = NO_TABLES) -> Get:
    """What the field is for a row; None leaves it out. `tables` are those to look up in. The function raises `MisfitError`."""
    get = _source(written)
    if written.default is not None:
        get = _or(get, filled(written.default))
    if written.lookup is not None:
        get = _looked_up(get, tables[written.lookup])
    if written.map is not None:
        get = _mapped(get, written)
    if written.decimal is not None or written.as_ is not None:
        get = _read_as(get, written)
    return get


def time(written: TimeWritten, zone: Template, tables: Tables = NO_TABLES) -> Get:
    """The time as RFC 3339 in UTC; `zone` is where the clock hung if the field itself doesn't say. The function raises `MisfitError`."""
    get, columns = value(written, tables), written.columns
    formats = written.format or ("iso",)
    read, zone_of = reader(formats), _zone(written.zone or zone)

    def get_time(row: Cells) -> object:
        cell = get(row)
        if cell is None:
            return None
        text = text_of(cell).strip()
        found = read(text, zone_of(row))
        if found is None:
            raise MisfitError("bad_time", columns, f'"{text[:60]}" is not a time like {" or ".join(formats)}')
        return found

    return get_time


def _source(written: ValueWritten) -> Get:
    if written.column is not None:
        first, *rest = written.column
        get: Get = lambda row: row[first]
        for column in rest:
            get = _or(get, filled((Place(column, may_be_empty=False),)))
        return get
    if written.constant is not None:
        constant = written.constant
        return lambda _row: constant
    return filled(written.text or ())


def _or(get: Get, otherwise: Get) -> Get:
    return lambda row: found if (found := get(row)) is not None else otherwise(row)


def _looked_up(get: Get, table: Mapping[str, object]) -> Get:
    return lambda row: None if (cell := get(row)) is None else table.get(text_of(cell))


def _mapped(get: Get, written: ValueWritten) -> Get:
    known = written.map or {}
    is_open = "otherwise" in written.model_fields_set
    rest = filled(written.otherwise) if written.otherwise is not None else lambda _row: None

    def look_up(row: Cells) -> object:
        cell = get(row)
        if cell is None:
            return None
        text = text_of(cell)
        if text in known:
            return known[text]
        if is_open:
            return rest(row)
        raise MisfitError(
            "malformed_row", written.columns, f'"{text[:60]}" is not in the map: add it, or give otherwise'
        )

    return look_up


def _read_as(get: Get, written: ValueWritten) -> Get:
    kind, mark, columns = written.as_ or "text", written.decimal, written.columns

    def read(row: Cells) -> object:
        cell = get(row)
        if cell is None:
            return None
        text = text_of(cell)
        try:
            return _as(kind, text if mark is None else _plain_number(text, mark))
        except (ValueError, InvalidOperation):
            raise MisfitError("wrong_type", columns, f'"{text[:60]}" cannot be read as {kind}') from None

    return read


def _as(kind: str, text: str) -> object:
    match kind:
        case "number":
            return _number(text)
        case "whole":
            return whole(text)
        case "truth":
            return _truth(text)
        case "lower":
            return text.lower()
        case "hash":
            return blake2b(text.encode(), digest_size=16).hexdigest()
    return text


def _plain_number(text: str, mark: str) -> str:
    """`1.234,50` as `1234.50` if the mark is a comma."""
    other = "." if mark == "," else ","
    return "".join(text.split()).replace(other, "").replace(mark, ".")


def _number(text: str) -> int | float:
    number = Decimal(text.strip())
    if not number.is_finite():
        raise ValueError
    return int(number) if number == number.to_integral_value() and number.adjusted() < MOST_DIGITS else float(number)


def whole(text: str) -> int:
    """A whole number; raises a ValueError if it is none, or too large."""
    number = Decimal(text.strip())
    if not number.is_finite() or number.adjusted() >= MOST_DIGITS or number != int(number):
        raise ValueError
    return int(number)


def _truth(text: str) -> bool:
    said = text.strip().lower()
    if said not in TRUE | FALSE:
        raise ValueError
    return said in TRUE


def _zone(parts: Template) -> Callable[[Cells], tzinfo]:
    get, find = filled(parts), lru_cache(1000)(checked_zone)
    columns = tuple(part.column for part in parts if isinstance(part, Place))

    def zone(row: Cells) -> tzinfo:
        name = get(row)
        try:
            return find("UTC" if name is None else text_of(name).strip())
        except ValueError as error:
            raise MisfitError("bad_time", columns, str(error)) from None

    return zone
