"""The committed JSON Schemas are those of the code, and say what the code does."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker  # type: ignore[import-untyped]  # it ships no types

from intentflow.domain.change import QualificationChange
from intentflow.domain.event import FAMILIES
from intentflow.domain.notices import CartNotice
from intentflow.wire.events import decode
from intentflow.wire.examples import EXAMPLES
from intentflow.wire.meanings import MEANINGS
from intentflow.wire.rejections import Rejection
from intentflow.wire.schemas import CONTRACTS, schemas, text_of, write
from tests.wire.payloads import CART, GOOD, json_of
from tests.wire.test_events_laws import json_values, places, replaced

FOLDER = Path(__file__).parents[2] / "docs" / "schemas"
SCHEMAS = schemas()
VALIDATORS = {name: Draft202012Validator(schema, format_checker=FormatChecker()) for name, schema in SCHEMAS.items()}
OF_EVENTS = [(name, sample) for name in FAMILIES for sample in EXAMPLES[name]]


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_committed_schema_is_the_one_of_the_code(name: str):
    committed = (FOLDER / f"{name}.json").read_text(encoding="utf-8")
    assert committed == text_of(SCHEMAS[name]), "write them again: python -m intentflow.wire.schemas"


def test_there_is_no_schema_of_a_contract_that_is_gone():
    elsewhere = {"mapping", "openapi"}  # tests/mapping/test_json_schema.py, tests/console
    assert {path.stem for path in FOLDER.glob("*.json")} == {*CONTRACTS, *elsewhere}


def test_schemas_are_written_to_the_folder_that_is_asked_for(tmp_path: Path):
    assert sorted(path.name for path in write(tmp_path / "new")) == sorted(f"{name}.json" for name in CONTRACTS)


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_json_schema_2020_12(name: str):
    Draft202012Validator.check_schema(SCHEMAS[name])


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_field_says_what_it_means(name: str):
    parts = [SCHEMAS[name], *SCHEMAS[name].get("$defs", {}).values()]
    fields = {(part["title"], field): schema for part in parts for field, schema in part["properties"].items()}
    assert [field for field, schema in fields.items() if "description" not in schema] == []


def test_every_meaning_is_that_of_a_field_that_exists():
    parts = [part for schema in SCHEMAS.values() for part in (schema, *schema.get("$defs", {}).values())]
    known = {f"{title}.{field}" for part in parts for title in (part["title"], "Event") for field in part["properties"]}
    assert set(MEANINGS) - known == set()


@pytest.mark.parametrize(("name", "sample"), OF_EVENTS)
def test_an_example_of_a_family_passes_its_schema_and_decodes(name: str, sample: dict[str, Any]):
    VALIDATORS[name].validate(sample)
    assert isinstance(decode(msgspec.json.encode(sample)), FAMILIES[name])


@pytest.mark.parametrize(("name", "kind"), [("qualification_change", QualificationChange), ("cart_notice", CartNotice)])
def test_the_example_of_what_we_tell_passes_its_schema_and_decodes(name: str, kind: type[msgspec.Struct]):
    for sample in EXAMPLES[name]:
        VALIDATORS[name].validate(sample)
        assert msgspec.to_builtins(msgspec.convert(sample, kind)) == sample


REFUSED = [
    {"event_id": ...},
    {"event_id": " "},
    {"event_id": "a\nb"},
    {"visitor_id": ...},
    {"visitor_id": None},
    {"visitor_id": "x" * 129},
    {"email": "nobody"},
    {"action": "fly"},
    {"family": "order"},
    {"lines": [{"sku": ""}]},
    {"lines": [{"sku": "a", "quantity": 0}]},
    {"lines": [{"sku": "a"}] * 501},
    {"value": {"amount": "NaN", "currency": "EUR"}},
    {"value": {"amount": -1, "currency": "EUR"}},
    {"value": {"amount": 10**12 + 1, "currency": "EUR"}},
    {"value": {"amount": 1, "currency": "euro"}},
    {"attributes": {"a": None}},
    {"attributes": {str(n): n for n in range(65)}},
    {"page": {"url": "u" * 4097}},
]


@pytest.mark.parametrize("changes", REFUSED)
def test_what_the_schema_refuses_decode_refuses_too(changes: dict[str, Any]):
    sample = {name: value for name, value in (CART | changes).items() if value is not ...}
    assert not VALIDATORS["cart"].is_valid(sample)
    assert isinstance(decode(json_of(sample)), Rejection)


@given(st.data(), st.sampled_from([GOOD, CART, *(sample for _, sample in OF_EVENTS)]))
def test_what_passes_the_schema_decodes_but_for_lengths_in_bytes_and_times(data: st.DataObject, sample: dict[str, Any]):
    sample = replaced(sample, data.draw(st.sampled_from(places(sample))), data.draw(json_values))
    family = sample["family"]
    if isinstance(family, str) and family in VALIDATORS and VALIDATORS[family].is_valid(sample):
        event = decode(msgspec.json.encode(sample))
        assert not isinstance(event, Rejection) or event.reason == "bad_time"
