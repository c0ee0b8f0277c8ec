"""How far something is that takes long, on standard error; nothing of it stays."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

err = Console(stderr=True, emoji=False)
Tell = Callable[[int, int], None]  # done, of how many; 0: nobody knows


@contextmanager
def progress(what: str) -> Iterator[Tell]:
    """A bar that is told how far it is."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.completed:,.0f}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total or None)
