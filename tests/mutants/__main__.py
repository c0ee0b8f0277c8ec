"""`python -m tests.mutants`: break the protocol on purpose, one rule at a time, and see that a test fails. Exit code 1 if one survives."""

import argparse
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from tests.mutants.hunt import hunt
from tests.mutants.mutations import MUTATIONS
from tests.mutants.tree import broken, copy


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("names", nargs="*", help="parts of names of mutants; default: all")
    parser.add_argument("--schedules", type=int, default=1500, help="at most so many for each (default: %(default)s)")
    return parser.parse_args()


def main() -> int:
    """The table of mutants, and how many survived."""
    asked = arguments()
    chosen = [m for m in MUTATIONS if not asked.names or any(name in m.name for name in asked.names)]
    table = Table("rule", "mutant", "the simulation", "s", "the lane's tests", "s")
    console, survivors = Console(width=None if sys.stdout.isatty() else 230), []
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with tempfile.TemporaryDirectory() as name, Progress(*columns, console=Console(stderr=True)) as progress:
        folder = Path(name)
        copy(folder)
        sound = hunt(folder, 250)
        if any(each.by for each in sound):
            console.print(f"without any mutation a test fails: {[each.by for each in sound]}", markup=False)
            return 1
        task = progress.add_task("mutants", total=len(chosen))
        for mutation in chosen:
            progress.update(task, description=mutation.name)
            with broken(folder, mutation):
                simulation, tests = hunt(folder, asked.schedules)
            if not (simulation.by or tests.by):
                survivors.append(mutation.name)
                progress.console.print(f"survived: {mutation.name}", markup=False)
            cells = [f"{simulation.by or '-'}", f"{simulation.seconds:.0f}", tests.by or "-", f"{tests.seconds:.0f}"]
            table.add_row(mutation.rule, mutation.name, *cells)
            progress.advance(task)
    console.print(table, markup=False)
    console.print(f"{len(chosen)} mutants, {len(survivors)} survived {survivors or ''}", markup=False)
    return int(bool(survivors))


if __name__ == "__main__":
    sys.exit(main())
