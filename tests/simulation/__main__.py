"""`python -m tests.simulation`: long runs by hand, and one seed again with every step of it."""

import argparse
import sys
from collections import Counter

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from tests.simulation.campaign import BLOCK, FEW, Failure, campaign, traced
from tests.simulation.coverage import LEAST, missed


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--schedules", type=int, default=20_000, help="how many; seeds count up (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="the first seed (default: %(default)s)")
    parser.add_argument("--trace", action="store_true", help="run that seed alone and print its steps")
    parser.add_argument("--processes", type=int, default=None, help="default: one for each core")
    parser.add_argument("--first", action="store_true", help="stop at the first failure")
    return parser.parse_args()


def trace(seed: int) -> int:
    """One seed, step by step."""
    failure, steps = traced(seed)
    out = Console(markup=False, highlight=False, soft_wrap=True)
    out.print(*steps, sep="\n")
    out.print(f"seed {seed}: {failure.reason if failure else 'every promise kept'}")
    return int(failure is not None)


def run(asked: argparse.Namespace) -> int:
    """Many seeds; failures are told as they come."""
    console = Console(stderr=True)
    seen: Counter[str] = Counter()
    failures: list[Failure] = []
    columns = (TextColumn("schedules"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    size = FEW if asked.first else BLOCK
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("schedules", total=asked.schedules)
        for done, more, found in campaign(asked.seed, asked.schedules, asked.processes, size):
            seen += more
            progress.advance(task, done)
            for failure in found:
                console.print(str(failure), markup=False, highlight=False)
            failures += found
            if failures and asked.first:
                return 1
    out = Console(markup=False, highlight=False, soft_wrap=True)
    for name in sorted(seen.keys() | LEAST.keys()):
        out.print(f"{seen[name]:>9}  {name}")
    seldom = {} if asked.first else missed(seen, asked.schedules)
    for name, (often, least) in seldom.items():
        out.print(f"too seldom: {name}: {often}, should be at least {least:g}")
    out.print(f"{asked.schedules} schedules from seed {asked.seed}: {len(failures)} broke a promise")
    return int(bool(failures or seldom))


if __name__ == "__main__":
    options = arguments()
    sys.exit(trace(options.seed) if options.trace else run(options))
