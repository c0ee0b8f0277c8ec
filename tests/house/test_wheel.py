"""What a user installs is what is tested here."""

import subprocess
import sys
import sysconfig
import tarfile
from pathlib import Path
from zipfile import ZipFile

import pytest

from intentflow.compiling import missing
from tests.house.tree import ROOT, SRC, STREAMS, name_of


def built(target: str, folder: Path) -> Path:
    """A wheel or sdist."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (made,) = folder.iterdir()
    return made


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """Built once for all of these."""
    return built("wheel", tmp_path_factory.mktemp("wheel"))


def test_the_wheel_holds_every_file_of_the_packages(wheel):
    held = set(ZipFile(wheel).namelist())
    ours = {path.relative_to(SRC.parent).as_posix() for path in SRC.rglob("*") if path.is_file()}
    ours |= {path.relative_to(ROOT).as_posix() for path in STREAMS.rglob("*") if path.is_file()}
    assert {name for name in ours if "__pycache__" not in name} - held == set()


def test_the_sdist_holds_the_source_of_the_short_way(tmp_path):
    with tarfile.open(built("sdist", tmp_path)) as sdist:
        held = {name.partition("/")[2] for name in sdist.getnames()}
    assert {name_of(path) for path in (SRC / "native").iterdir()} - held == set()


def test_the_short_way_can_be_compiled_of_what_the_wheel_holds(wheel, tmp_path):
    """As `intentflow.compiling` does it, of which mypyc takes the rest of a minute."""
    if why := missing():
        pytest.skip(why)
    with ZipFile(wheel) as packed:
        packed.extractall(tmp_path)  # noqa: S202 - our own wheel, built just now
    compiler, include = sysconfig.get_config_var("CC").split(), sysconfig.get_path("include")
    source, made = tmp_path / "intentflow" / "native" / "quick.c", tmp_path / "_quick.so"
    flags = ["-shared", "-fPIC", "-O0", "-Wall", "-Wextra", "-Wconversion", "-Werror"]
    subprocess.run([*compiler, *flags, f"-I{include}", str(source), "-lm", "-o", str(made)], check=True)
    asked = (
        "import importlib.util as u, sys; u.module_from_spec(u.spec_from_file_location('_quick', sys.argv[1])).QuickWay"
    )
    subprocess.run([sys.executable, "-c", asked, str(made)], check=True)
