"""The files around the code: dependencies, lock, commands, documents, and what no commit may hold."""

import os
import re
import tomllib
from importlib.metadata import version
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import intentflow
from tests.house.tree import ROOT, committed, name_of

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
MAKEFILE = (ROOT / "Makefile").read_text()
TARGETS = ("help", "install", "up", "demo", "test", "lint", "bench")
# Where a machine fetches from is that machine's business. This file is the only one that may name them.
HOSTS = [
    r"pypi\.(org|io)",
    r"pythonhosted\.",
    r"maven\.(org|apache)",
    r"registry\.npmjs",
    r"crates\.io",
    r"proxy\.golang",
]
HOSTS += [r"deb\.debian", r"docker\.io", r"ghcr\.io", r"quay\.io", r"\bgcr\.io"]
WORKPLACE = re.compile("|".join([*HOSTS, r"(?<![\w.])/work/", r"/opt/wheels"]))
LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")


def dependencies() -> list[str]:
    """Everything that pyproject.toml asks for, our own extras left out."""
    project = PROJECT["project"]
    extras = [d for group in project["optional-dependencies"].values() for d in group]
    return [d for d in [*project["dependencies"], *extras] if not d.startswith("intentflow[")]


def text_of(path: Path) -> str:
    """A file's text; what is no text has none."""
    try:
        return path.read_text()
    except UnicodeDecodeError:
        return ""


def test_the_version_is_that_of_the_package():
    """If it isn't, `make install` puts it right."""
    assert intentflow.__version__ == version("intentflow") == PROJECT["project"]["version"]


def test_every_dependency_has_its_reason_beside_it():
    lines = (ROOT / "pyproject.toml").read_text().splitlines()
    beside = {d: [line.partition("#")[2].strip() for line in lines if f'"{d}"' in line] for d in dependencies()}
    assert [d for d, reasons in beside.items() if not any(reasons)] == []


def test_every_dependency_is_in_the_lock_in_a_version_that_it_allows():
    """If it isn't, `make lock` puts it right."""
    locked = dict(re.findall(r"^([a-z0-9.-]+)==(\S+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE))
    wanted = [Requirement(d) for d in dependencies()]
    assert [str(r) for r in wanted if not r.specifier.contains(locked.get(canonicalize_name(r.name), "0"))] == []


def locked(path: str) -> dict[str, set[str]]:
    """The packages of a lock, each in its version, and the hashes of it."""
    entries = re.split(r"\n(?=[a-z0-9])", (ROOT / path).read_text())
    return {entry.split()[0]: set(re.findall(r"--hash=sha256:([0-9a-f]{64})", entry)) for entry in entries}


def test_the_lock_has_a_hash_for_every_package():
    assert [package for package, hashes in locked("requirements.txt").items() if not hashes] == []


def test_what_runs_in_the_image_was_tested_and_nothing_of_it_only_tests_or_builds():
    """`make lock` puts it right."""
    tested, runs = locked("requirements.txt"), locked("deploy/requirements.txt")
    assert runs.items() <= tested.items()
    names = {package.partition("==")[0] for package in runs}
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    developers = {canonicalize_name(Requirement(each).name) for each in extras["dev"]} - {"intentflow"}
    assert names & developers == set()
    assert {canonicalize_name(Requirement(each).name) for each in extras["export"]} <= names


def test_there_is_one_command_per_intent():
    assert [t for t in TARGETS if not re.search(rf"^{t}:.*  ## ", MAKEFILE, re.MULTILINE)] == []


def test_ci_runs_what_a_developer_runs():
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert re.search(r"^\s*make test\b", script.read_text(), re.MULTILINE)


def test_no_file_names_a_registry_or_the_workplace():
    others = [p for p in committed() if name_of(p) != "tests/house/test_project.py"]
    found = {name_of(p): match[0] for p in others if (match := WORKPLACE.search(text_of(p)))}
    assert found == {}


def test_the_links_of_the_documents_lead_somewhere():
    pages = [p for p in committed() if p.suffix == ".md"]
    links = [(p, target) for p in pages for target in LINK.findall(p.read_text()) if "://" not in target]
    assert [f"{name_of(p)} -> {target}" for p, target in links if not (p.parent / target).exists()] == []


def test_the_files_that_documents_name_are_there():
    """`src/...`, `tests/...`, `docs/...` and the like between backticks; what a command writes is there after it."""
    named = re.compile(r"`((?:src|streams|tests|docs|deploy|bench(?!/out)|\.ci)/[\w./-]+)`")
    pages = [ROOT / "README.md", ROOT / "ARCHITECTURE.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
    found = [(p, name) for p in pages for name in named.findall(p.read_text())]
    assert [f"{name_of(p)}: {name}" for p, name in found if not (ROOT / name).exists()] == []


def test_the_changelog_speaks_of_this_version():
    assert f"[{PROJECT['project']['version']}]" in (ROOT / "CHANGELOG.md").read_text()
