"""docs/security.md: every threat has a line, and no line claims what no test shows. And what is easily lost: hashes, constant time."""

import ast
import re
from typing import NamedTuple

import pytest

from tests.house.test_requirements import TEST, exists
from tests.house.tree import ROOT, SRC, functions

DOCS = (ROOT / "docs" / "security.md").read_text()
STATES = {"mitigated", "in part", "accepted", "not applicable"}
ACCEPTED = re.compile(r"\*\*Accepted\*\*: \S+")
SECRETS = {  # file: function that compares what somebody sent with something secret
    "collector/keys.py": "find",
    "console/tokens.py": "role_of",
    "console/refused.py": "_is_ours",  # of a form: the token in its cookie
}


class Line(NamedTuple):
    """A row of the table."""

    number: str
    threat: str
    state: str
    how: str
    shown: str


LINES = [
    Line(*cells) for cells in re.findall(r"^\| (T\d+) \| (.*?) \| (.*?) \| (.*?) \| (.*?) ?\|$", DOCS, re.MULTILINE)
]


def test_every_threat_has_one_line():
    assert [line.number for line in LINES] == [f"T{number}" for number in range(1, 26)]


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.number)
def test_a_line_that_claims_names_tests_that_exist(line: Line):
    assert line.state in STATES
    tests = TEST.findall(line.shown)
    assert bool(tests) == (line.state in {"mitigated", "in part"})
    assert [found for found in tests if not exists(*found)] == []
    assert TEST.sub("", line.shown).replace("<br>", "") == ""


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.number)
def test_what_is_accepted_is_said_with_its_reason(line: Line):
    assert bool(ACCEPTED.search(line.how)) == (line.state in {"in part", "accepted"})
    assert line.threat
    assert line.how


@pytest.mark.parametrize(("file", "name"), SECRETS.items())
def test_what_is_secret_is_compared_in_constant_time(file: str, name: str):
    found = [one for one in functions(SRC / file) if one.name == name]
    assert len(found) == 1
    called = [node.func for node in ast.walk(found[0]) if isinstance(node, ast.Call)]
    assert "compare_digest" in {call.attr for call in called if isinstance(call, ast.Attribute)}


def test_nothing_is_installed_from_the_lock_without_its_hashes():
    lines = [
        line
        for path in (ROOT / "Makefile", ROOT / "deploy" / "Dockerfile", ROOT / ".ci" / "run")
        for line in path.read_text().splitlines()
        if re.search(r"pip\b.* install\b", line)
    ]
    from_lock = [line for line in lines if "requirements.txt" in line]
    assert len(from_lock) >= 2
    assert [line for line in from_lock if "--require-hashes" not in line] == []
    assert [line for line in lines if line not in from_lock and "--no-deps" not in line] == []


def test_the_image_has_only_what_runs():
    _, build, image = (ROOT / "deploy" / "Dockerfile").read_text().split("FROM ")
    assert "/opt/intentflow/bin/pip install --no-cache-dir --require-hashes -r deploy/requirements.txt" in build
    assert re.findall(r"^COPY .*", image, re.MULTILINE) == ["COPY --from=build /opt/intentflow /opt/intentflow"]
    assert "pip" not in image
