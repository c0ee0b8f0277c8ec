"""A module is named by what it is, says so in its first line, and its test lives under the same name."""

import ast
from pathlib import Path

from tests.house.tree import ROOT, SRC, STREAMS, name_of, parsed, sources

SAY_NOTHING = {"base", "common", "core", "helper", "helpers", "manager", "misc", "util", "utils"}
TESTS = ROOT / "tests"
HOMES = {"streams": STREAMS, "bench": ROOT / "bench"}  # every other folder of tests mirrors a package of intentflow
OF_THE_WHOLE = {
    "deploy",
    "clients",
    "faults",
    "house",
    "mutants",
    "simulation",
    "system",
}  # tests of the repository, and of all parts together
BESIDE: dict[str, str] = {}  # a test without a module of its name -> what it tests


def subjects(test: Path) -> set[str]:
    """The modules that a test of this folder may be named after; of a package, the package itself too."""
    where = test.parent.relative_to(TESTS)
    home = HOMES.get(where.parts[0] if where.parts else "", SRC / where)
    names = {path.stem for path in home.glob("*.py")} | {path.parent.name for path in home.glob("*/__init__.py")}
    return (names - {"__init__"}) | {home.name}


def has_subject(test: Path) -> bool:
    """`test_fold.py` tests `fold.py`; `test_fold_laws.py` tests another side of it."""
    about = test.stem.removeprefix("test_")
    return any(about == name or about.startswith(f"{name}_") for name in subjects(test))


def definitions(test: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    """What a test file defines at its top."""
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    return [node for node in parsed(test).body if isinstance(node, kinds)]


def test_no_name_says_nothing():
    assert [name_of(p) for p in sources() if SAY_NOTHING & {p.stem, *p.relative_to(ROOT).parts}] == []


def test_a_module_says_what_it_is():
    public = (p for p in sources() if not p.stem.startswith("_") or p.stem == "__init__")
    assert [name_of(p) for p in public if not ast.get_docstring(parsed(p))] == []


def test_a_test_is_named_after_what_it_tests():
    files = [p for p in sorted(TESTS.rglob("test_*.py")) if p.relative_to(TESTS).parts[0] not in OF_THE_WHOLE]
    assert [name_of(p) for p in files if not has_subject(p) and name_of(p) not in BESIDE] == []
    assert {name for name in BESIDE if not (ROOT / name).is_file()} == set()


def test_a_test_is_a_sentence_of_what_holds():
    """A name of a word or two says what is called, not what holds."""
    files = sorted(TESTS.rglob("test_*.py"))
    names = {f"{name_of(p)}::{d.name}": d.name.split("_") for p in files for d in definitions(p)}
    assert [where for where, words in names.items() if words[0] == "test" and len(words) < 4] == []


def test_tests_are_functions_since_pytest_is_told_to_look_for_no_classes():
    """`intentflow.domain.rules.Test` is a class that tests import; it is no test."""
    files = sorted(TESTS.rglob("test_*.py"))
    named = (f"{name_of(p)}::{d.name}" for p in files for d in definitions(p) if isinstance(d, ast.ClassDef))
    assert [where for where in named if "::Test" in where] == []
