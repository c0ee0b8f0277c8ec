"""The committed JSON Schema is that of the code, and takes what the code takes."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it ships no types

from intentflow.mapping.json_schema import json_schema, write
from intentflow.mapping.load import MAPPING, load, shipped
from intentflow.model.document import parse
from tests.mapping.made import findings, written

COMMITTED = Path(__file__).parents[2] / "docs" / "schemas" / "mapping.json"
SCHEMA = Draft202012Validator(json_schema())


def is_valid(text: str) -> bool:
    return bool(SCHEMA.is_valid(parse("shop.yaml", text.encode(), MAPPING).tree))


def test_the_committed_schema_is_the_one_of_the_code(tmp_path):
    assert write(tmp_path / "new").read_text() == COMMITTED.read_text(), (
        "write it again: python -m intentflow.mapping.json_schema"
    )


def test_the_schema_is_json_schema_2020_12():
    Draft202012Validator.check_schema(json.loads(COMMITTED.read_text()))


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_mapping_passes_the_schema(name):
    SCHEMA.validate(load(name).document.tree)


@pytest.mark.parametrize(
    "change",
    [
        ("format: csv", "format: xml"),
        ("format: csv", "format: csv\nseperator: tab"),
        ("mapping: shop\n", ""),
        ('"{who}"', "[a]"),
        ('"{who}"', "{colum: who}"),
        ('"{who}"', "{column: who, as: int}"),
        ("family:", "kind: person\n    family:"),
    ],
)
def test_what_the_schema_refuses_the_code_refuses_too(change):
    text = written().replace(*change)
    assert is_valid(written())
    assert not is_valid(text)
    assert findings(text)
