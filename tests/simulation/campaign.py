"""Many schedules, on all cores: what they came upon, and which of them broke a promise."""

import multiprocessing
import os
import traceback
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

from msgspec import Struct

from intentflow.lane import folding
from tests.simulation.schedule import Schedule
from tests.simulation.witness import BrokenError

BLOCK = 250  # schedules that one process runs before it reports
FEW = 25  # likewise, if the first failure is enough
TRACED = 40  # lines of a trace, from its end
REPLAY = ".venv/bin/python -m tests.simulation --seed {seed} --trace"


class Failure(Struct, frozen=True):
    """A schedule that broke a promise."""

    seed: int
    reason: str

    def __str__(self) -> str:
        _, trace = traced(self.seed)
        steps = "\n".join(f"  {line}"[:200] for line in trace[-TRACED:])
        return (
            f"seed {self.seed}: {self.reason}\nits last steps:\n{steps}\nall of them: {REPLAY.format(seed=self.seed)}"
        )


def one(seed: int, seen: Counter[str], trace: list[str] | None = None) -> Failure | None:
    """Run one schedule. A seed always does the same."""
    slices, folding.SLICE = folding.SLICE, 2  # so that few leads are many enough for several slices of a clock record
    try:
        Schedule(seed, seen, trace).run()
    except BrokenError as broken:
        return Failure(seed, str(broken))
    except Exception:  # noqa: BLE001 - whatever the lane raises for a schedule is a failure of that seed, to be named
        return Failure(seed, traceback.format_exc(limit=-4))
    finally:
        folding.SLICE = slices
    return None


def traced(seed: int) -> tuple[Failure | None, list[str]]:
    """One schedule and every step of it."""
    trace: list[str] = []
    return one(seed, Counter(), trace), trace


def block(first: int, count: int) -> tuple[int, Counter[str], list[Failure]]:
    """Run `count` schedules from seed `first`. Returns how many, what they came upon, and the failures."""
    seen: Counter[str] = Counter()
    found = [one(seed, seen) for seed in range(first, first + count)]
    return count, seen, [failure for failure in found if failure is not None]


def campaign(
    first: int, count: int, processes: int | None = None, size: int = BLOCK
) -> Iterator[tuple[int, Counter[str], list[Failure]]]:
    """Run `count` schedules from seed `first` in several processes (None: one for each core); yields as blocks of `size` are done."""
    starts = [(at, min(size, first + count - at)) for at in range(first, first + count, size)]
    if processes == 1:
        yield from (block(*start) for start in starts)
        return
    context = multiprocessing.get_context("spawn")  # a fork would take over the threads of whoever runs us
    with ProcessPoolExecutor(processes or os.cpu_count(), mp_context=context) as pool:
        futures = [pool.submit(block, *start) for start in starts]
        try:
            for future in futures:
                yield future.result()
        finally:
            for future in futures:
                future.cancel()


def total(first: int, count: int, processes: int | None = None) -> tuple[Counter[str], list[Failure]]:
    """A whole campaign added up."""
    seen: Counter[str] = Counter()
    failures: list[Failure] = []
    for _, more, found in campaign(first, count, processes):
        seen += more
        failures += found
    return seen, failures
