"""The committed AsyncAPI document is that of the code, and whole: every reference leads somewhere."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it ships no types
from ruamel.yaml import YAML

from intentflow.adapters.asyncapi import document, text
from intentflow.adapters.topic_specs import app_topics
from intentflow.wire.changes import NOTICE_TYPE, TYPE, headers_of
from intentflow.wire.examples import EXAMPLES
from intentflow.wire.rejections import Rejection, rejection_headers
from intentflow.wire.topic_names import TopicNames

FOLDER = Path(__file__).parents[2] / "docs" / "schemas"
DOCUMENT = document()
OURS = {TopicNames().control, TopicNames().identities, TopicNames().changelog}  # topics that are nobody else's business


def references(part: Any) -> Iterator[str]:
    """Every `$ref` in a part of a document."""
    if isinstance(part, dict):
        for key, value in part.items():
            yield from [value] if key == "$ref" else references(value)
    elif isinstance(part, list):
        for item in part:
            yield from references(item)


def test_the_committed_document_is_the_one_of_the_code():
    committed = (FOLDER / "asyncapi.yaml").read_text(encoding="utf-8")
    assert committed == text(), "write it again: python -m intentflow.adapters.asyncapi > docs/schemas/asyncapi.yaml"
    assert YAML(typ="safe").load(committed) == json.loads(json.dumps(DOCUMENT))


@pytest.mark.parametrize("reference", sorted(set(references(DOCUMENT))))
def test_every_reference_leads_to_what_is_there(reference):
    file, _, path = reference.partition("#")
    found: Any = json.loads((FOLDER / file).read_text()) if file else DOCUMENT
    for step in filter(None, path.split("/")):
        found = found[step]
    assert found


def test_every_public_topic_has_its_channel_with_what_kafka_is_told_of_it():
    channels = {one["address"]: one["bindings"]["kafka"] for one in DOCUMENT["channels"].values()}
    specs = {spec.name: spec for spec in app_topics(TopicNames()) if spec.name not in OURS}
    assert set(channels) == set(specs)
    for name, binding in channels.items():
        assert (binding["topic"], binding["partitions"]) == (name, specs[name].partitions)
        assert binding["topicConfiguration"]["retention.ms"] == int(specs[name].config["retention.ms"])


def test_every_channel_is_received_from_or_sent_to_and_its_messages_are_all_there_are():
    used = {one["channel"]["$ref"].rpartition("/")[2]: one["action"] for one in DOCUMENT["operations"].values()}
    assert set(used) == set(DOCUMENT["channels"])
    assert {name for name, action in used.items() if action == "send"} == {
        "qualification_changes",
        "cart_notices",
        "rejections",
    }
    messages = {name for channel in DOCUMENT["channels"].values() for name in channel["messages"]}
    assert messages == set(DOCUMENT["components"]["messages"])


@pytest.mark.parametrize(("kind", "type_"), [("qualification_change", TYPE), ("cart_notice", NOTICE_TYPE)])
def test_what_is_published_has_the_headers_that_are_said(kind, type_):
    payload = json.dumps(EXAMPLES[kind][0]).encode()
    headers = {name: value.decode() for name, value in headers_of(payload, type_)}
    Draft202012Validator(DOCUMENT["components"]["messages"][kind]["headers"]).validate(headers)


def test_a_rejection_has_the_headers_that_are_said():
    headers = rejection_headers(Rejection("not_json", "mend it"), "t", 0, 1, 2)
    said = DOCUMENT["components"]["messages"]["rejection"]["headers"]
    Draft202012Validator(said).validate({name: value.decode() for name, value in headers})
    assert set(said["properties"]) <= {name for name, _ in headers}


def test_the_key_of_every_example_is_a_key():
    key = Draft202012Validator(DOCUMENT["components"]["messages"]["qualification_change"]["bindings"]["kafka"]["key"])
    for kind in ("qualification_change", "cart_notice"):
        key.validate(EXAMPLES[kind][0]["lead"])
    assert not key.is_valid("anna@example.com")
