"""What a person sees while it runs: a line for each result, and on a terminal how far the arm has come."""

import sys
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bench.peers.inputs import PARTITIONS, Input
from bench.peers.reference import Told

WIDE = 150  # columns, where nobody says how wide it is


class Shown:
    """Lines on standard error, and below them a bar; a context manager."""

    def __init__(self) -> None:
        console = Console(stderr=True, highlight=False, width=None if sys.stderr.isatty() else WIDE)
        columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
        self._progress = Progress(*columns, console=console, disable=not console.is_terminal, transient=True)
        self.say: Callable[..., None] = console.print

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def bar(self, what: str, given: Input) -> Callable[[Sequence[Told]], None]:
        """A bar over the input; what it returns moves it on with what came out."""
        for task in self._progress.task_ids:
            self._progress.remove_task(task)
        task, reached = self._progress.add_task(what, total=len(given.records)), [0] * PARTITIONS

        def move(new: Sequence[Told]) -> None:
            for told in new:
                partition, place = given.place(told.event_id)
                reached[partition] = max(reached[partition], place)
            if new:
                self._progress.update(task, completed=sum(reached))

        return move
