"""Whether a test notices that a rule is broken: first the simulation, then the pure tests of the lane."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

from msgspec import Struct

PURE = ["changelog", "chunk", "clock", "due", "flights", "folding", "gap", "order", "phases", "places", "protocol"]
PURE += ["protocol_erasing", "protocol_found_by_simulation", "stubs", "folding_models"]
SIMULATE = ("-m", "tests.simulation", "--first", "--schedules")
FEW = 100
LIMIT = 600  # seconds for one command


class Caught(Struct, frozen=True):
    """Who noticed, and after how many seconds; `by` is empty if nobody did."""

    by: str
    seconds: float


def environment(folder: Path) -> dict[str, str]:
    """The copy's own source comes first, whatever is installed."""
    return {**os.environ, "PYTHONPATH": str(folder / "src"), "CI": ""}


def said(folder: Path, *command: str) -> tuple[int, str]:
    """Exit code and everything that a command said in the copy."""
    found = subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=LIMIT,
        check=False,
    )
    return found.returncode, found.stdout


def simulated(folder: Path, schedules: int) -> str:
    """The first seed that fails and why; empty if none does."""
    few = min(schedules, FEW)  # most are caught before further processes would have started
    code, text = said(folder, *SIMULATE, str(few), "--processes", "1")
    if code == 0 and schedules > few:
        code, text = said(folder, *SIMULATE, str(schedules - few), "--seed", str(few))
    if code == 0:
        return ""
    found = re.search(r"^seed \d+: .*", text, re.MULTILINE)
    if found is None:
        raise RuntimeError(f"the simulation ended with {code} and no seed:\n{text[-2000:]}")
    return found[0][:110]


def tested(folder: Path) -> str:
    """The first pure test of the lane that fails; empty if none does."""
    files = [*(f"tests/lane/test_{name}.py" for name in PURE), "tests/wire/test_hearing.py"]
    code, text = said(folder, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *files)
    if code == 0:
        return ""
    found = re.search(r"^(?:FAILED|ERROR) (\S+)", text, re.MULTILINE)
    if found is None:
        raise RuntimeError(f"pytest ended with {code} and no failure:\n{text[-2000:]}")
    return found[1].rpartition("/")[2]


def hunt(folder: Path, schedules: int) -> tuple[Caught, Caught]:
    """What the simulation says of the tree in this folder, and what the pure tests say."""
    began = time.monotonic()
    simulation = simulated(folder, schedules)
    between = time.monotonic()
    tests = tested(folder)
    return Caught(simulation, between - began), Caught(tests, time.monotonic() - between)
