"""Globs, which are the slow part of finding out which rules an event meets."""

import fnmatch
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intentflow.domain.event import MAX_RECORD_BYTES
from intentflow.domain.globs import any_glob
from intentflow.model.written import GLOB_STARS

PATTERNS = st.lists(st.text("aB*?[].", max_size=6), min_size=1, max_size=4)


@given(PATTERNS, st.text("abB[].\n", max_size=8))
def test_any_of_the_globs_matches_as_the_expression_of_each_does(patterns, text):
    expressions = [fnmatch.translate(pattern.lower().replace("[", "[[]")) for pattern in patterns]
    assert any_glob(tuple(patterns))(text) == any(re.match(each, text.lower()) for each in expressions)


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("*.css", "https://a.example/STYLE.CSS", True),
        ("*.css", "https://a.example/style.css?v=2", False),
        ("*/pricing*", "https://a.example/pricing", True),
        ("*/page-?", "https://a.example/page-7", True),
        ("*/page-?", "https://a.example/page-77", False),
        ("*", "", True),
        ("", "", True),
        ("", "x", False),
    ],
)
def test_a_glob_matches_the_whole_text_without_regard_to_case(pattern, text, matches):
    assert any_glob((pattern,))(text) is matches


@pytest.mark.parametrize(
    "pattern",
    ["*a" * GLOB_STARS + "b", "*?a" * GLOB_STARS + "?b", "*" * GLOB_STARS + "b?", ("*" + "a" * 20) * GLOB_STARS + "?b"],
)
def test_a_glob_and_an_address_that_were_made_to_be_slow_are_answered(pattern):
    """If its stars backtracked into each other, none of these would ever end."""
    address = "a" * MAX_RECORD_BYTES
    assert any_glob((pattern,))(address) is False
    assert any_glob((pattern.replace("b", "a"),))(address) is True
