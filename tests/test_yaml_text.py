"""YAML that people write: whatever the bytes are, one error that names the line."""

import pytest

from intentflow.yaml_text import BrokenYamlError, composed, loaded

BROKEN = [
    "a: 1\nb: [",
    "\0",
    "keys: \x07",
    "a: " + "[" * 50_000,
    "a: !!int x",
    "a: !!bool x",
    "a: 2026-99-99",
    "*nobody",
]


@pytest.mark.parametrize("text", BROKEN)
def test_a_text_that_cannot_be_read_is_one_error_whatever_the_library_raises(text):
    with pytest.raises(BrokenYamlError) as told:
        loaded(text)
    assert told.value.text


@pytest.mark.parametrize("text", BROKEN[:4])
def test_a_tree_that_cannot_be_composed_is_the_same_error(text):
    with pytest.raises(BrokenYamlError):
        composed(text)


def test_the_line_is_that_of_the_mistake():
    with pytest.raises(BrokenYamlError) as told:
        loaded("a: 1\nb: {c\nd: ]\n")
    assert told.value.line == 3


def test_what_can_be_read_is_plain_values():
    assert loaded("a: [1, x]") == {"a": [1, "x"]}
    assert loaded("# nothing") is composed("") is None
