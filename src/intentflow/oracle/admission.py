"""Which events of a lead count: its duplicates, and those that come too late.

The sentences quoted are those of `docs/semantics.md`.
"""

from bisect import insort
from collections.abc import Iterable
from typing import Literal

from msgspec import structs

from intentflow.domain.event import Event, Link, time_of
from intentflow.domain.rules import ScoringModel
from intentflow.oracle.conditions import Kept

Outcome = Literal["counted", "duplicate", "too_late"]
AHEAD = 300_000  # ms that an event's time may lie after the time it was received


def event_time(event: Event | Link, received: int) -> int:
    """'Its time is `occurred_at`; if that is more than 5 minutes (300 000 ms) after the receive time, it is the receive time.'"""
    at = time_of(event)
    return received if at > received + AHEAD else at


class Admission:
    """What a lead needs to know of its past to tell whether an event counts."""

    def __init__(self, model: ScoringModel) -> None:
        self.horizon = model.horizon
        self._room = model.remembered
        self.newest = 0
        self.floor = 0
        self.remembered: list[tuple[int, int]] = []  # in order of (at, hash)

    def outcome(self, event: Kept) -> Outcome:
        """Rules 1 and 2 of 'One record'; changes nothing."""
        if event.counts and any(id_hash == event.id_hash for _, id_hash in self.remembered):
            return "duplicate"
        old = event.at < self.newest - self.horizon and (event.counts or event.family != "profile")
        if old or (event.counts and event.at <= self.floor):
            return "too_late"
        return "counted"

    def accept(self, event: Kept) -> Kept:
        """'When one more comes, the smallest pair is dropped and `floor` becomes the largest time dropped so far.'

        Returns the event as it is kept: evidence with the bound as it was before.
        """
        if event.told or event.patterns or event.suspect or event.after:
            event = structs.replace(event, bound=self.bound)
        self.newest = max(self.newest, event.at)
        if event.counts:
            insort(self.remembered, (event.at, event.id_hash))
        self._drop()
        return event

    @property
    def bound(self) -> int:
        """No event before it can count any more."""
        return max(self.newest - self.horizon, self.floor + 1)

    def join(self, newest: int, floor: int, remembered: Iterable[tuple[int, int]]) -> None:
        """'`newest` and `floor`: the larger. Remembered: the union, the latest 64; what is dropped raises `floor`.'"""
        self.newest, self.floor = max(self.newest, newest), max(self.floor, floor)
        self.remembered = sorted({*self.remembered, *remembered})
        self._drop()

    def _drop(self) -> None:
        while len(self.remembered) > self._room:
            dropped, _ = self.remembered.pop(0)
            self.floor = max(self.floor, dropped)
