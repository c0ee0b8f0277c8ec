import re
from pathlib import Path

from intentflow.metrics import PARTS, PREFIX, page

DOCS = Path(__file__).parents[1] / "docs" / "metrics.md"
BOUNDED = {  # label -> what bounds the number of its values
    "topic": "the settings",
    "partition": "the settings",
    "reason": "the contract",
    "from_stage": "the model",
    "to_stage": "the model",
    "stage": "the model",
    "cause": "the contract",
    "kind": "the contract",
    "tracker": "the contract",
    "status": "the contract",
    "end": "the contract",
    "key": "the file of write keys",
    "endpoint": "the list of endpoints",
    "answer": "the contract",
    "why": "the contract",
    "state": "the contract",
    "version": "what runs",
    "model": "what runs",
    "model_version": "what runs",
    "model_hash": "what runs",
}
ALL = [metric for metrics in PARTS.values() for metric in metrics]


def test_names_are_as_prometheus_wants_them():
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", one.name) for one in ALL)
    assert [one.name for one in ALL if one.name.endswith("_total")] == []  # the client puts it there
    assert [one.name for one in ALL if one.kind == "histogram" and not one.name.endswith(("_seconds", "_bytes"))] == []


def test_one_name_means_one_thing_whichever_part_tells_it():
    said: dict[str, set[tuple[str, str, tuple[str, ...]]]] = {}
    for one in ALL:
        said.setdefault(one.exposed, set()).add((one.kind, one.meaning, one.labels))
    assert {name for name, meanings in said.items() if len(meanings) > 1} == set()
    assert all(name.startswith(PREFIX) for name in said)


def test_no_label_has_values_without_bound():
    assert {label for one in ALL for label in one.labels} <= set(BOUNDED)


def test_buckets_rise_and_only_histograms_have_them():
    assert all(list(one.buckets) == sorted(set(one.buckets)) for one in ALL)
    assert {one.kind for one in ALL if one.buckets} == {"histogram"}


def test_the_document_is_written_from_the_code():
    assert DOCS.read_text() == page(), "write it again: python -m intentflow.metrics > docs/metrics.md"
