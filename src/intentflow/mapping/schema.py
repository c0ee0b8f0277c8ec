"""A mapping as it is written: the keys of the YAML file and their types. What makes sense together is told in `sound`."""

from typing import Annotated, Literal, Self

from pydantic import Field, PlainValidator, model_validator

from intentflow.mapping.written import (
    AnyTests,
    Bool,
    Column,
    EachWritten,
    Encoding,
    Repeat,
    Separator,
    Time,
    Value,
    Words,
    Zone,
)
from intentflow.model.written import MOST_ITEMS, Name, Written, name, one_of, whole

KINDS = ("event", "link", "profile", "outcome")
MOST_RECORDS = 20

MappingName = Annotated[Name, PlainValidator(name, json_schema_input_type=str)]
Attributes = Annotated[dict[str, Value], Field(min_length=1, max_length=64)]
Kind = Annotated[
    Literal["event", "link", "profile", "outcome"],
    PlainValidator(one_of(*KINDS), json_schema_input_type=Literal[KINDS]),
]
TableFormat = Annotated[
    Literal["csv", "jsonl"],
    PlainValidator(one_of("csv", "jsonl"), json_schema_input_type=Literal["csv", "jsonl"]),
]
Version = Annotated[
    int, PlainValidator(whole(1, 1_000_000), json_schema_input_type=Annotated[int, Field(ge=1, le=1_000_000)])
]


class PageWritten(Written):
    """Where it happened."""

    url: Value
    title: Value | None = None
    referrer: Value | None = None


class CampaignWritten(Written):
    """The link that brought somebody here."""

    id: Value | None = None
    name: Value | None = None
    source: Value | None = None
    medium: Value | None = None
    term: Value | None = None
    content: Value | None = None


class MoneyWritten(Written):
    """An amount and its currency."""

    amount: Value
    currency: Value


class LineWritten(Written):
    """A line of a cart; left out where its sku is empty."""

    sku: Value
    name: Value | None = None
    quantity: Value | None = None
    price: MoneyWritten | None = None


class RecordWritten(Written):
    """What a row gives: one record, or none, or with `repeat` or `each` several."""

    kind: Kind = Field("event", description="event, link (two ids are one person), profile or outcome")
    when: AnyTests | None = Field(None, description="for these rows only; of a list, any of")
    repeat: Repeat | None = Field(None, description="so many of them; {$n} counts them")
    each: EachWritten | None = Field(None, description="one for each part of a list; {$each} is the part")
    family: Value | None = Field(None, description="of an event: website_visit, newsletter_signup, cart, landing_page")
    action: Value | None = Field(
        None, description="what they did, a family's usual one if left out; of an outcome, what became of it"
    )
    event_id: Value | None = Field(None, description="if left out, made from the row's bytes")
    occurred_at: Time = Field(description="when it happened")
    lead_id: Value | None = Field(None, description="the person, where you know them")
    email: Value | None = Field(None, description="the person's e-mail address")
    visitor_id: Value | None = Field(None, description="the browser, where you don't know the person")
    same_as: Value | None = Field(None, description="of a link: another lead id or e-mail")
    page: PageWritten | None = None
    campaign: CampaignWritten | None = None
    user_agent: Value | None = None
    attributes: Attributes | None = Field(None, description="whatever else a model's rules may ask for")
    cart_id: Value | None = None
    value: MoneyWritten | None = Field(None, description="what a cart or an outcome is worth")
    lines: Annotated[tuple[LineWritten, ...], Field(min_length=1, max_length=MOST_ITEMS)] | None = None
    profile: Attributes | None = Field(None, description="of a profile: what is known of somebody, by name")
    provenance: Value | None = Field(None, description="of a profile: form, purchase, observed, enriched or bought")
    given_freely: Value | None = Field(None, description="of a profile: whether they told it themselves")
    reason: Value | None = Field(None, description="of an outcome: why")

    @model_validator(mode="before")
    @classmethod
    def _lines_as_a_tuple(cls, written: object) -> object:
        if isinstance(written, dict) and isinstance(written.get("lines"), list):
            return {**written, "lines": tuple(written["lines"])}
        return written


class MappingWritten(Written):
    """The whole file."""

    mapping: MappingName = Field(description="its name")
    version: Version = Field(1, description="counts up with every change")
    about: Words | None = Field(None, description="what the table is, for people")
    format: TableFormat = Field(description="csv, or jsonl: a JSON object per line")
    separator: Separator = Field(",", description="csv: between the fields; a character, comma, semicolon, tab or pipe")
    quoted: Bool = Field(True, description='csv: whether " holds a field together')
    encoding: Encoding = "utf-8"
    columns: Annotated[tuple[Column, ...], Field(min_length=1)] | None = Field(
        None, description="csv: the columns' names, for a file without a header"
    )
    empty: Annotated[tuple[str, ...], Field(max_length=MOST_ITEMS)] = Field((), description="texts that mean nothing")
    zone: Zone = Field(
        ("UTC",),
        description="where the clock hung, for times without an offset",
        json_schema_extra={"default": "UTC"},
    )
    sort: Bool = Field(False, description="whether the rows are put into the order of their times first")
    keep: AnyTests | None = Field(None, description="rows that are read; all others are passed over")
    skip: AnyTests | None = Field(None, description="rows that are passed over")
    records: Annotated[dict[MappingName, RecordWritten], Field(min_length=1, max_length=MOST_RECORDS)]

    @model_validator(mode="before")
    @classmethod
    def _lists_as_tuples(cls, written: object) -> object:
        if not isinstance(written, dict):
            return written
        return {
            **written,
            **{key: tuple(value) for key in ("columns", "empty") if isinstance(value := written.get(key), list)},
        }

    @model_validator(mode="after")
    def _keys_of_csv(self) -> Self:
        strange = {"separator", "quoted", "columns"} & self.model_fields_set
        if self.format == "jsonl" and strange:
            raise ValueError(f"{min(strange)} is for csv only; take it out")
        return self
