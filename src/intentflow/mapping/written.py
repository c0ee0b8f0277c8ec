"""What a field is made from, as it is written: a text with columns in it, or keys that say more."""

from codecs import lookup
from contextlib import suppress
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import BeforeValidator, Field, PlainValidator, model_validator

from intentflow.mapping.templates import Place, Template, columns_in, template
from intentflow.mapping.times import FORMATS, checked_format
from intentflow.model.condition import TestWritten, test_keys
from intentflow.model.durations import shown
from intentflow.model.suggest import did_you_mean
from intentflow.model.written import MOST_ITEMS, Written, many, one_of, plain, text, truth, whole

KINDS_OF_VALUE = ("text", "number", "whole", "truth", "lower", "hash")
ENCODINGS = ("utf-8", "windows-1250", "windows-1251", "windows-1252", "iso-8859-1", "iso-8859-2", "iso-8859-15")
SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
MOST_REPEATS = 1000  # records of one kind from a row

Plain = str | int | float | bool


def _template(written: object) -> Template:
    if isinstance(written, str):
        return template(written)
    if isinstance(written, dict) and list(written.values()) == [None]:
        raise ValueError(f'needs quotes around its braces: "{{{next(iter(written))}}}"')
    if isinstance(written, bool | int | float):
        return (str(plain(written)).lower() if isinstance(written, bool) else str(plain(written)),)
    raise ValueError(f'must be text with columns in braces, like "{{id}}", not {shown(written)}')


def _value_keys(written: object) -> object:
    """The keys that a bare value stands for."""
    if isinstance(written, dict) and list(written.values()) != [None]:
        return written
    if isinstance(written, bool | int | float):
        return {"constant": plain(written)}
    return {"text": _template(written)}


def _again(written: object) -> Template:  # what _value_keys made is a template already
    return written if isinstance(written, tuple) else _template(written)


def _format(written: object) -> str:
    if not isinstance(written, str):
        raise ValueError(f"must be {', '.join(FORMATS)} or like %d.%m.%Y %H:%M, not {shown(written)}")
    return checked_format(written)


def _zone(written: object) -> Template:
    parts = _template(written)
    if not columns_in(parts):
        checked_zone("".join(str(part) for part in parts))
    return parts


def checked_zone(name: str) -> ZoneInfo:
    """The zone of this name; a ValueError says what a name is like."""
    with suppress(OSError, ValueError, ZoneInfoNotFoundError):
        return ZoneInfo(name)
    raise ValueError(
        f"must be a zone like UTC or Europe/Berlin, not {shown(name)}{did_you_mean(name, available_timezones())}"
    )


def _separator(written: object) -> str:
    if isinstance(written, str) and written in SEPARATORS:
        return SEPARATORS[written]
    if not isinstance(written, str) or len(written) != 1 or not written.isascii() or written in '"\r\n\0':
        raise ValueError(f"must be one character, or {', '.join(SEPARATORS)}, not {shown(written)}")
    return written


def _encoding(written: object) -> str:
    found = one_of(*ENCODINGS)(written.lower() if isinstance(written, str) else written)
    return lookup(found).name


def column(written: object) -> str:
    """A column's name, as it stands in the header."""
    if not isinstance(written, str) or not 1 <= len(written) <= 200:
        raise ValueError(f"must be a column's name, not {shown(written)}")
    if written.startswith("{"):
        raise ValueError(f"must be a column's name without braces, not {shown(written)}")
    return written


def _map(written: object) -> dict[str, Plain | None]:
    if not isinstance(written, dict) or not 1 <= len(written) <= 1000:
        raise ValueError(f"must be keys and values, at most 1000, like {{OPEN: open}}, not {shown(written)}")
    return {str(key): None if value is None else plain(value) for key, value in written.items()}


Text = Annotated[Template, PlainValidator(_again, json_schema_input_type=Plain)]
Zone = Annotated[Template, PlainValidator(_zone, json_schema_input_type=str)]
Column = Annotated[str, PlainValidator(column, json_schema_input_type=str)]
Columns = Annotated[tuple[Column, ...], BeforeValidator(many, json_schema_input_type=str | list[str])]
Constant = Annotated[Plain, PlainValidator(plain, json_schema_input_type=Plain)]
Map = Annotated[dict[str, Plain | None], PlainValidator(_map, json_schema_input_type=dict[str, Plain | None])]
As = Annotated[
    Literal["text", "number", "whole", "truth", "lower", "hash"],
    PlainValidator(one_of(*KINDS_OF_VALUE), json_schema_input_type=Literal[KINDS_OF_VALUE]),
]
Decimal = Annotated[Literal[".", ","], PlainValidator(one_of(".", ","), json_schema_input_type=Literal[".", ","])]
Format = Annotated[str, PlainValidator(_format, json_schema_input_type=str)]
Formats = Annotated[tuple[Format, ...], BeforeValidator(many, json_schema_input_type=str | list[str])]
Separator = Annotated[str, PlainValidator(_separator, json_schema_input_type=str)]
Encoding = Annotated[str, PlainValidator(_encoding, json_schema_input_type=Literal[ENCODINGS])]
Words = Annotated[str, PlainValidator(text, json_schema_input_type=str)]
Bool = Annotated[bool, PlainValidator(truth, json_schema_input_type=bool)]
Repeats = Annotated[
    int, PlainValidator(whole(1, MOST_REPEATS), json_schema_input_type=Annotated[int, Field(ge=1, le=MOST_REPEATS)])
]
Test = Annotated[TestWritten, BeforeValidator(test_keys, json_schema_input_type=Plain | list[Plain] | dict[str, Any])]
Tests = Annotated[dict[str, Test], Field(min_length=1, max_length=MOST_ITEMS)]
AnyTests = Annotated[
    tuple[Tests, ...],
    BeforeValidator(many, json_schema_input_type=dict[str, Any] | list[dict[str, Any]]),
]


class LookupWritten(Written):
    """Another table, beside the one that is read: the value stands for its `key`, its `value` is meant."""

    file: Annotated[str, PlainValidator(text, json_schema_input_type=str)] = Field(description="beside the table")
    key: Column
    value: Column


class ValueWritten(Written):
    """One of `text`, `column` and `constant`, and what is done with it. A bare text is `text`, a number, true or false `constant`."""

    text: Text | None = Field(None, description="text with columns in braces; left out where one of them is empty")
    column: Columns | None = Field(None, description="a column; of a list, the first that is not empty")
    constant: Constant | None = Field(None, description="always the same")
    default: Text | None = Field(None, description="instead, where it is empty")
    lookup: LookupWritten | None = Field(None, description="what it stands for in another table; else it is left out")
    map: Map | None = Field(None, description="what each value becomes; null leaves the field out")
    otherwise: Text | None = Field(None, description="what a value becomes that is not in map; null leaves it out")
    decimal: Decimal | None = Field(None, description="the decimal mark of a number; the other one groups thousands")
    as_: As | None = Field(None, alias="as", description="what it is read as; hash: 32 hexadecimal digits of it")
    withdraw: Bool = Field(False, description="in profile: where it is empty, what was known of it is withdrawn")

    @model_validator(mode="after")
    def _has_one_source(self) -> Self:
        given = [key for key in ("text", "column", "constant") if getattr(self, key) is not None]
        if len(given) != 1:
            raise ValueError(
                f"has {' and '.join(given) or 'nothing to be made from'}; give one of text, column, constant"
            )
        if "otherwise" in self.model_fields_set and self.map is None:
            raise ValueError("has otherwise, but no map that it could be the rest of (default is for what is empty)")
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that it asks for."""
        found = [*(self.column or ())]
        for parts in (self.text, self.default, self.otherwise):
            found += columns_in(parts or ())
        return tuple(dict.fromkeys(found))

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns without which the field is left out, unless it has a default."""
        return tuple(p.column for p in self.text or () if isinstance(p, Place) and not p.may_be_empty)

    @property
    def only(self) -> Plain | None:
        """The constant that it always is."""
        if self.constant is not None:
            return self.constant
        if self.text is None or self.columns or self.map is not None:
            return None
        return "".join(str(part) for part in self.text)


class TimeWritten(ValueWritten):
    """A time; a bare text is `text`, read as ISO 8601."""

    format: Formats | None = Field(
        None, description="iso, epoch_s, epoch_ms, or like %d.%m.%Y %H:%M; of a list, the first that fits"
    )
    zone: Zone | None = Field(None, description="where the clock hung, for a time without an offset")

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that it asks for, that of its zone included."""
        return tuple(dict.fromkeys([*super().columns, *columns_in(self.zone or ())]))


class RepeatWritten(ValueWritten):
    """How many of these records the row has."""

    at_most: Repeats | None = Field(None, description="of more, only so many are made")


class EachWritten(Written):
    """A column that holds a list: one record for each part, which is `{$each}`."""

    column: Column
    separator: Separator = ";"


Value = Annotated[ValueWritten, BeforeValidator(_value_keys, json_schema_input_type=Plain | ValueWritten)]
Time = Annotated[TimeWritten, BeforeValidator(_value_keys, json_schema_input_type=Plain | TimeWritten)]
Repeat = Annotated[RepeatWritten, BeforeValidator(_value_keys, json_schema_input_type=Plain | RepeatWritten)]
