"""What a user installs is what is tested here."""

import subprocess
import sys
from zipfile import ZipFile

from tests.house.tree import ROOT, SRC, STREAMS


def test_the_wheel_holds_every_file_of_the_packages(tmp_path):
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    held = set(ZipFile(wheel).namelist())
    ours = {path.relative_to(SRC.parent).as_posix() for path in SRC.rglob("*") if path.is_file()}
    ours |= {path.relative_to(ROOT).as_posix() for path in STREAMS.rglob("*") if path.is_file()}
    assert {name for name in ours if "__pycache__" not in name} - held == set()
