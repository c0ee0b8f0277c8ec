"""docs/requirements.md: every demand and every pain has a line, and no line claims what no test shows."""

import ast
import re
from typing import NamedTuple

import pytest

from tests.house.tree import ROOT, parsed

DOCS = (ROOT / "docs" / "requirements.md").read_text()
NUMBERS = [*(str(n) for n in range(1, 48)), *(f"P{n}" for n in range(1, 21))]
STATES = {"met", "in part", "not yet"}
WORK = re.compile(r"\*\*not yet\*\*: .*\((?:.*; )?(collector|CRM delivery|operations|not planned)\)")
FILE = re.compile(r"`((?:docs|src|tests|bench|streams)/[^`: ]+)`")
TEST = re.compile(r"`(tests/[^`:]+)::([a-z0-9_]+)`")


class Line(NamedTuple):
    """A row of one of the two tables."""

    number: str
    what: str
    state: str
    where: str
    shown: str


LINES = [
    Line(*cells) for cells in re.findall(r"^\| (P?\d+) \| (.*?) \| (.*?) \| (.*?) \| (.*?) ?\|$", DOCS, re.MULTILINE)
]


def exists(file: str, test: str) -> bool:
    """Whether a file has a test of that name."""
    path = ROOT / file
    return path.is_file() and any(
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == test for node in parsed(path).body
    )


def test_every_demand_and_every_pain_has_one_line():
    assert [line.number for line in LINES] == NUMBERS


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.number)
def test_a_line_that_claims_names_tests_that_exist(line: Line):
    assert line.state in STATES
    tests = TEST.findall(line.shown)
    assert bool(tests) == (line.state != "not yet")
    assert [found for found in tests if not exists(*found)] == []
    assert TEST.sub("", line.shown).replace("<br>", "") == ""


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.number)
def test_a_line_names_files_that_exist_and_says_what_is_missing(line: Line):
    assert [file for file in FILE.findall(line.where) if not (ROOT / file).exists()] == []
    assert bool(WORK.search(line.where)) == (line.state != "met")
    assert line.what
    assert line.where
