"""JSON Schemas of the contracts, made from the structs that decode them: `python -m intentflow.wire.schemas [folder]` writes them.

What msgspec can say of a struct, it says; added here is what `decode` checks beyond it, as far as JSON Schema can say it. Length limits of
ids are stricter in `decode`: they are in bytes of UTF-8, where a schema counts characters.
"""

import json
import sys
from inspect import cleandoc
from itertools import combinations
from pathlib import Path
from typing import Any

import msgspec

from intentflow.domain.change import QualificationChange
from intentflow.domain.event import FAMILIES, MAX_AMOUNT, Event, Link
from intentflow.domain.notices import CartNotice
from intentflow.wire.examples import EXAMPLES
from intentflow.wire.meanings import MEANINGS

DIALECT = "https://json-schema.org/draft/2020-12/schema"
CONTRACTS: dict[str, type[msgspec.Struct]] = {
    **FAMILIES,
    "link": Link,
    "qualification_change": QualificationChange,
    "cart_notice": CartNotice,
}
FOLDER = Path("docs/schemas")

NO_CONTROL = "^(?=.*\\S)[^\\u0000-\\u001f\\u007f-\\u009f]+$"  # and not of white space alone
AMOUNT = {
    "description": f"exact: a number, or a decimal in a string; from 0 to {MAX_AMOUNT:f}",
    "anyOf": [
        {"type": "number", "minimum": 0, "maximum": int(MAX_AMOUNT)},
        {"type": "string", "pattern": "^[0-9]{1,13}(\\.[0-9]+)?$"},
    ],
}
IDENTITY = [
    {"required": [name], "properties": {name: {"type": "string"}}} for name in ("lead_id", "email", "visitor_id")
]
IDS = ("lead_id", "email", "same_as", "visitor_id")
TWO_OF_THEM = [
    {"properties": {name: {"type": "string" if name in pair else "null"} for name in IDS}, "required": list(pair)}
    for pair in combinations(IDS, 2)
]

Schema = dict[str, Any]


def schemas() -> dict[str, Schema]:
    """Every contract's schema by name: the families of events, links, and what we tell: qualification changes and notices of carts."""
    return {name: _schema(name, kind) for name, kind in CONTRACTS.items()}


def write(folder: Path) -> list[Path]:
    """Write each schema to a file of its name; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, schema in schemas().items():
        path = folder / f"{name}.json"
        path.write_text(text_of(schema), encoding="utf-8")
        written.append(path)
    return written


def text_of(schema: Schema) -> str:
    """The schema as it is committed."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _schema(name: str, kind: type[msgspec.Struct]) -> Schema:
    parts: dict[str, Schema] = msgspec.json.schema(kind)["$defs"]
    for title, part in parts.items():
        _explain(part, [title, *(["Event"] if issubclass(kind, Event) and title == kind.__name__ else [])])
        _tighten(part)
    if "Money" in parts:
        parts["Money"]["properties"]["amount"] = AMOUNT
    root = parts.pop(kind.__name__)
    if issubclass(kind, Event):
        root["anyOf"] = IDENTITY
    if kind is Link:
        root["oneOf"] = TWO_OF_THEM
    head = {"$schema": DIALECT, "$id": f"urn:intentflow:{name}", "examples": EXAMPLES[name]}
    return head | root | ({"$defs": parts} if parts else {})


def _explain(part: Schema, titles: list[str]) -> None:
    """Give each field its meaning, from the first of the structs that has one."""
    if "description" in part:
        part["description"] = cleandoc(part["description"])  # a docstring's indentation is gone from Python 3.13 on
    for field, schema in part.get("properties", {}).items():
        meaning = next((MEANINGS[key] for title in titles if (key := f"{title}.{field}") in MEANINGS), None)
        if meaning:
            schema["description"] = meaning


def _tighten(part: object) -> None:
    """State of every id what `decode` refuses; ids are the texts that are bound to their length in bytes."""
    if isinstance(part, list):
        for item in part:
            _tighten(item)
    elif isinstance(part, dict):
        if part.get("maxLength") == 128:
            part["pattern"] = NO_CONTROL
        for item in part.values():
            _tighten(item)


if __name__ == "__main__":
    for path in write(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER):
        sys.stdout.write(f"{path}\n")
