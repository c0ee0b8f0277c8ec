"""Whatever is in a file, the answer is a sound model or everything that is wrong with it."""

import copy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from intentflow.domain.rules import ScoringModel
from intentflow.model.document import Document, parse
from intentflow.model.findings import Finding, ModelError
from intentflow.model.load import SHIPPED, judged, understood

RETAIL = (SHIPPED / "retail.yaml").read_bytes()
TREE: Any = parse("retail.yaml", RETAIL).tree
WORDS = [
    "engagement",
    "intent",
    "1d",
    "0d",
    "2 per day",
    "newsletter_signup",
    "cart",
    "add",
    "*/x*",
    "assets",
    "never",
    "mql",
    "about 3",
    "visit /x at 1d",
]
PLAIN = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.sampled_from(WORDS), st.text(max_size=8))
KEYS = [
    "when",
    "family",
    "action",
    "points",
    "axis",
    "signal",
    "at_least",
    "within",
    "newsletter",
    "cart",
    "quiet",
    "enter",
    "leave",
    "x",
]
VALUES = st.recursive(
    PLAIN,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


def understands(content):
    judges(lambda: understood("m.yaml", content))


def judges(read):
    """A sound model, or an error with at least one finding; nothing else."""
    found, findings = None, tuple[Finding, ...]()
    try:
        found = read().model
    except ModelError as error:
        findings = error.findings
    assert isinstance(found, ScoringModel) != bool(findings)


def places(tree, path=()):
    yield path
    if isinstance(tree, dict | list):
        for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree):
            yield from places(value, (*path, key))


PLACES = [path for path in places(TREE) if path]


def of(tree):
    return lambda: judged(Document("m.yaml", tree, {}, "0" * 64))


@given(st.binary(max_size=300))
def test_any_bytes_are_a_model_or_a_model_error(content):
    understands(content)


@given(st.integers(0, len(RETAIL)), st.integers(0, 40), st.binary(max_size=6))
def test_a_damaged_retail_is_a_model_or_a_model_error(start, length, instead):
    understands(RETAIL[:start] + instead + RETAIL[start + length :])


@given(st.sampled_from(PLACES), VALUES)
def test_any_value_at_any_place_is_a_model_or_a_model_error(path, value):
    tree = copy.deepcopy(TREE)
    at = tree
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    judges(of(tree))


@given(st.sampled_from(PLACES))
def test_a_value_taken_out_is_a_model_or_a_model_error(path):
    tree = copy.deepcopy(TREE)
    at = tree
    for step in path[:-1]:
        at = at[step]
    del at[path[-1]]
    judges(of(tree))


@given(
    st.dictionaries(
        st.sampled_from([*KEYS, "model", "version", "signals", "stages", "facts", "groups", "pages", "examples"]),
        VALUES,
        max_size=6,
    )
)
def test_any_tree_is_a_model_or_a_model_error(tree):
    judges(of(tree))
