"""What a lead's score is made from: its accepted events, and the pasts of leads that came into it, in the order in which they came."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from intentflow.oracle.conditions import Kept


class Joined(NamedTuple):
    """Another lead came into this one. No event before `bound` can reach either any more."""

    entries: "Sequence[Entry]"
    bound: int


Entry = Kept | Joined


def events_of(entries: Iterable[Entry]) -> Iterator[Kept]:
    """All events, of whichever lead."""
    for entry in entries:
        if isinstance(entry, Joined):
            yield from events_of(entry.entries)
        else:
            yield entry


def that_met(signal: str, entries: Iterable[Entry]) -> list[Entry]:
    """The same with the events alone that met a signal."""
    met: list[Entry] = []
    for entry in entries:
        if isinstance(entry, Joined):
            met.append(Joined(that_met(signal, entry.entries), entry.bound))
        elif signal in entry.signals:
            met.append(entry)
    return met


class Periods:
    """The events of a limited signal by period. A period that was closed when two leads were merged is each lead's own."""

    def __init__(self, length: int) -> None:
        self._length = length
        self.open: dict[int, list[int]] = {}  # period -> times
        self.closed: list[list[int]] = []

    def take(self, entries: Iterable[Entry]) -> "Periods":
        """Count these in the order in which they came."""
        for entry in entries:
            if isinstance(entry, Joined):
                self._join(Periods(self._length).take(entry.entries), entry.bound)
            else:
                self.open.setdefault(entry.at // self._length, []).append(entry.at)
        return self

    def _join(self, other: "Periods", bound: int) -> None:
        """'Periods that are open on both sides are one period with the sum of events and the latest time, closed ones stay as they
        were counted.'"""
        for side in (self, other):
            for period in [period for period in side.open if (period + 1) * self._length <= bound]:
                side.closed.append(side.open.pop(period))
        self.closed += other.closed
        for period, times in other.open.items():
            self.open.setdefault(period, []).extend(times)
