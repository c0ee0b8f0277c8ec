"""The compiled core: made of the plain modules, taken while it fits them, and the same to the byte."""

import ast
import json
import os
import subprocess
import sys
from importlib.util import find_spec

import msgspec
import pytest

from intentflow import compiled
from intentflow.compiling import install, main, missing
from intentflow.domain.change import QualificationChange
from intentflow.domain.event import AnyRecord
from intentflow.domain.lead import Lead
from intentflow.domain.notices import CartNotice
from intentflow.wire.records import Ledger

ROOT = compiled.HERE.parent.parent


def bytes_of(core):
    env = {**os.environ, compiled.PURE: "1" if core == "plain" else "0"}
    said = subprocess.run(
        [sys.executable, "-m", "tests.core_bytes"], cwd=ROOT, env=env, check=True, capture_output=True, text=True
    )
    which, *digests = said.stdout.split()
    assert which == core
    assert not any("|" in each for each in digests), "with the short way and without"
    return tuple(digests)


def test_every_core_that_is_here_writes_the_same_bytes():
    """Without a compiler there is one. CI compiles, where it can."""
    cores = ["plain", "compiled"] if compiled.in_force() else ["plain"]
    assert len(cores) == 2 or "CI" not in os.environ or compiled.is_unwanted() or missing()
    assert len({bytes_of(core) for core in cores}) == 1


@pytest.mark.parametrize("name", compiled.CORE)
def test_no_module_of_the_core_defines_a_struct(name):
    """mypyc drops what a class says to its metaclass: `array_like` would be forgotten, and every row be another."""
    tree = ast.parse((compiled.HERE / f"{name.replace('.', '/')}.py").read_text())
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    assert [
        each.name for each in classes if each.keywords or "Struct" in {getattr(b, "id", "") for b in each.bases}
    ] == []


def classes_in(told):
    """Every class that msgspec decodes on the way to a type."""
    cls = getattr(told, "cls", None)
    inner = [each.type for each in getattr(told, "fields", ())]
    inner += [part for name in ("types", "item_types") for part in getattr(told, name, ())]
    inner += [part for name in ("item_type", "key_type", "value_type", "type") if (part := getattr(told, name, None))]
    return {cls} - {None} | {one for each in inner for one in classes_in(each)}


@pytest.mark.parametrize("decoded", [Lead, Ledger, AnyRecord, QualificationChange, CartNotice], ids=str)
def test_nothing_that_is_decoded_is_compiled(decoded):
    """mypyc forgets of which types the fields of a NamedTuple are, and msgspec would refuse them."""
    modules = {cls.__module__.removeprefix("intentflow.") for cls in classes_in(msgspec.inspect.type_info(decoded))}
    assert modules
    assert modules.isdisjoint(compiled.CORE)


@pytest.fixture
def made(tmp_path, monkeypatch):
    """A folder with a core of one module that is only a file; `take` looks there alone."""
    (tmp_path / "fold.so").write_bytes(b"")
    install({"intentflow.domain.fold": tmp_path / "fold.so"}, tmp_path / "core")
    monkeypatch.setattr(compiled, "folders", lambda: [tmp_path / "core"])
    monkeypatch.setattr(sys, "meta_path", [each for each in sys.meta_path if not isinstance(each, compiled.Compiled)])
    for name in ("intentflow.domain.fold", "intentflow.domain.lead"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.delenv(compiled.PURE, raising=False)
    return tmp_path / "core"


def test_a_core_that_fits_is_taken(made):
    assert compiled.take()
    assert compiled.in_force()
    found = find_spec("intentflow.domain.fold")
    assert found is not None
    assert found.origin == str(made / "intentflow.domain.fold.so")
    plain = find_spec("intentflow.domain.lead")
    assert plain is not None
    assert plain.origin == str(compiled.HERE / "domain" / "lead.py")


def test_a_core_made_of_other_source_is_left_alone(made):
    note = json.loads((made / compiled.NOTE).read_bytes())
    (made / compiled.NOTE).write_text(json.dumps({**note, "fingerprint": "of yesterday"}))
    assert not compiled.take()
    assert not compiled.in_force()


@pytest.mark.parametrize("left", ["", "{", "[]", "null", '{"fingerprint": 1}', '{"files": 3}', "\xff"])
def test_a_note_that_a_kill_or_a_full_disk_tore_stops_nobody(made, left):
    (made / compiled.NOTE).write_bytes(left.encode("latin-1"))
    assert compiled.fitting(made) == {}


def test_a_core_of_which_a_file_is_gone_is_left_alone(made):
    files = compiled.fitting(made)
    assert files
    next(iter(files.values())).unlink()
    assert compiled.fitting(made) == {}


def test_who_wants_plain_python_gets_it(made, monkeypatch, capsys):
    monkeypatch.setenv(compiled.PURE, "1")
    assert main() == 0
    assert "plain Python" in capsys.readouterr().out
    assert not compiled.take()
    assert not compiled.in_force()
