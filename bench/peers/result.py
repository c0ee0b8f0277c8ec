"""What became of an arm on a load."""

import asyncio
import statistics
import subprocess
from collections.abc import Callable, Coroutine

from msgspec import Struct

from bench.peers.arms import Arm
from bench.peers.courses import Course
from bench.peers.progress import Pace
from bench.peers.resolving import NotHere

Failure = (NotHere, RuntimeError, ValueError, subprocess.CalledProcessError, asyncio.TimeoutError)


class Run(Struct):
    """What one run gave."""

    pace: Pace
    resident_bytes: int = 0


class Result(Struct):
    """What all runs of an arm on a load gave. `problem`: why it has no number; empty if all answers were right."""

    arm: Arm
    load: str
    events: int
    runs: list[Run] = []
    problem: str = ""
    restart_seconds: float | None = None
    leads: int = 0
    last: Course | None = None

    def median(self, of: Callable[[Run], float]) -> float:
        """Of all runs."""
        return statistics.median(of(run) for run in self.runs)


async def guarded(result: Result, say: Callable[..., None], work: Coroutine[None, None, None]) -> None:
    """What goes wrong in an arm is its problem, and no other's."""
    try:
        await work
    except Failure as error:
        result.problem = str(error) or repr(error)
        say(f"  {result.arm.name}: no number: {result.problem}")
