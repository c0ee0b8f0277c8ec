"""How far something is that takes long, on standard error; nothing of it stays."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

err = Console(stderr=True, emoji=False)
Tell = Callable[[int, int], None]  # done, of how many; 0: nobody knows
TellStep = Callable[[str, int, int], None]  # the same of a step, by its name


@contextmanager
def progress(what: str) -> Iterator[Tell]:
    """A bar that is told how far it is."""
    with steps(what) as tell:
        yield lambda done, total: tell(what, done, total)


@contextmanager
def steps(first: str) -> Iterator[TellStep]:
    """A bar that is told what is done, and how far it is."""
    columns = (
        TextColumn("{task.description:<24}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.completed:,.0f}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task(first, total=None)
        yield lambda what, done, total: bar.update(task, description=what, completed=done, total=total or None)
