"""Mappings and tables made up for a test."""

import io
import json
from typing import Any

from intentflow.mapping.load import Mapping, MappingError, understood
from intentflow.mapping.mapped import MappedReader
from intentflow.wire.file_rows import Row
from intentflow.wire.rejections import Rejection

FORM = """mapping: shop
format: {format}
{more}
records:
  seen:
    family: website_visit
    visitor_id: "{{who}}"
    occurred_at: "{{at}}"
{record}
"""


def written(record: str = "", more: str = "", format: str = "csv") -> str:  # noqa: A002 - it is called so in the file
    """A mapping of a table with the columns who and at, and what else is said of its record."""
    indented = "\n".join(f"    {line}" for line in record.strip("\n").splitlines())
    return FORM.format(format=format, more=more, record=indented)


def mapping(text: str) -> Mapping:
    return understood("shop.yaml", text.encode())


def findings(text: str) -> list[str]:
    """What is said of a mapping that cannot be used; nothing if it can."""
    try:
        mapping(text)
    except MappingError as error:
        return str(error).splitlines()
    return []


def rows(text: str, table: str | bytes) -> list[Row]:
    """The rows that a table gives."""
    return list(MappedReader(mapping(text))(io.BytesIO(table.encode() if isinstance(table, str) else table)))


def events(text: str, table: str | bytes) -> list[dict[str, Any]]:
    """The records in a table that has no fault."""
    found = rows(text, table)
    assert [row for row in found if isinstance(row.time, Rejection)] == []
    return [json.loads(row.value) for row in found]


def faults(text: str, table: str | bytes) -> list[str]:
    """What is said of the rows that were refused."""
    refused = [(row.line, row.time) for row in rows(text, table) if isinstance(row.time, Rejection)]
    return [f"{line}: {fault.reason}: {fault.detail}" for line, fault in refused]
