"""Habits that a linter has no rule for."""

import ast
import re
from pathlib import Path

import pytest

from tests.house.tree import SRC, comments, name_of, parsed, sources

BLIND = {"Exception", "BaseException"}


def reason(text: str) -> bool:
    """Whether a comment says why: three words at least, besides the linter's codes."""
    return len(re.sub(r"(noqa|type: ignore|pragma)\S*(\s*[A-Z]+\d+,?)*", "", text).split()) >= 3


def blind(node: ast.AST) -> bool:
    """`except:`, `except Exception`, and `suppress(Exception)`; not a handler that only tidies up and raises again."""
    if isinstance(node, ast.ExceptHandler):
        if isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None:
            return False
        kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
        return any(kind is None or (isinstance(kind, ast.Name) and kind.id in BLIND) for kind in kinds)
    if isinstance(node, ast.Call):
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        return called == "suppress" and any(isinstance(a, ast.Name) and a.id in BLIND for a in node.args)
    return False


def without_reason(path: Path) -> list[str]:
    """Where a file catches everything without saying why: on the line, above it, or on the first line of what it does."""
    said = comments(path)
    caught = (node for node in ast.walk(parsed(path)) if isinstance(node, ast.ExceptHandler | ast.Call) and blind(node))
    lines = (node.lineno for node in caught)
    return [f"{name_of(path)}:{n}" for n in lines if not any(reason(said.get(at, "")) for at in (n - 1, n, n + 1))]


def prints(path: Path) -> list[str]:
    """Where a file prints."""
    calls = (node for node in ast.walk(parsed(path)) if isinstance(node, ast.Call))
    return [f"{name_of(path)}:{c.lineno}" for c in calls if isinstance(c.func, ast.Name) and c.func.id == "print"]


def test_whoever_catches_everything_says_why():
    assert [where for path in sources() for where in without_reason(path)] == []


def test_only_the_command_line_prints():
    assert [where for path in sources() if SRC / "cli" not in path.parents for where in prints(path)] == []


@pytest.mark.parametrize("text", ["noqa: BLE001", "noqa: BLE001, S110", "why", "type: ignore[misc]"])
def test_a_code_alone_is_no_reason(text):
    assert not reason(text)


def test_a_code_with_words_is_a_reason():
    assert reason("noqa: BLE001 - whatever it is, the process must end")
