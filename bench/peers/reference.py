"""The plain reference: what every arm must answer, by another way than any arm takes.

An arm fades a score from event to event. Here each lead has one growing sum, scaled to the first event of all (forward decay), so that
the two share no formula: the score at t is S · 2^(-(t - t0) / half-life), with S the sum of points · 2^((t_i - t0) / half-life).
"""

import math
from collections.abc import Iterable, Mapping

from msgspec import Struct

from bench.peers.job import HALF_LIFE, POINTS, THRESHOLD

TOLERANCE = 1e-6  # of a score, relative
MARGIN = 1e-6  # by which every score that is judged misses the threshold, so that no rounding decides


class Told(Struct, frozen=True):
    """One change or answer, as an arm published it."""

    key: bytes
    event_id: str
    score: float


class Happened(Struct, frozen=True):
    """As much of an event as the job is about."""

    time: int
    key: bytes
    family: str
    event_id: str


class Reference:
    """The answers for some events, taken in order."""

    def __init__(self, events: Iterable[Happened]) -> None:
        self.changes: dict[bytes, Told] = {}
        self._sums: dict[bytes, float] = {}
        self._begin: int | None = None
        for event in events:
            self._take(event)

    def _take(self, event: Happened) -> None:
        if self._begin is None:
            self._begin = event.time
        grown = POINTS[event.family] * math.exp2((event.time - self._begin) / HALF_LIFE)
        self._sums[event.key] = self._sums.get(event.key, 0.0) + grown
        if event.key in self.changes:
            return
        score = self.score(event.key, event.time)
        if abs(score - THRESHOLD) < MARGIN:
            raise ValueError(f"{event.event_id}: its score is {score!r}, too near to {THRESHOLD}: take another seed")
        if score >= THRESHOLD:
            self.changes[event.key] = Told(event.key, event.event_id, score)

    def score(self, key: bytes, time: int) -> float:
        """The lead's score at `time` (epoch ms)."""
        assert self._begin is not None
        return self._sums[key] * math.exp2((self._begin - time) / HALF_LIFE)

    def leads(self) -> Iterable[bytes]:
        """The keys of all leads."""
        return self._sums.keys()

    def scores(self, time: int) -> dict[bytes, float]:
        """All final scores as of `time`."""
        return {key: self.score(key, time) for key in self._sums}


def wrong_changes(found: Iterable[Told], wanted: Mapping[bytes, Told]) -> str:
    """What differs in the changes, in words; empty if nothing does. Each lead must have exactly its changes, in order."""
    lists: dict[bytes, list[Told]] = {}
    for told in found:
        lists.setdefault(told.key, []).append(told)
    for key in sorted(wanted.keys() | lists.keys()):
        should = [wanted[key].event_id] if key in wanted else []
        if (ids := [told.event_id for told in lists.get(key, [])]) != should:
            return f"changes of {key!r}: {ids}, the reference says {should}"
        if should and not near(lists[key][0].score, wanted[key].score):
            return f"{key!r} changed at {lists[key][0].score!r}, the reference says {wanted[key].score!r}"
    return ""


def wrong_scores(found: Mapping[bytes, float], wanted: Mapping[bytes, float]) -> str:
    """What differs in the final scores, in words; empty if nothing does."""
    if len(found) != len(wanted):
        return f"{len(found)} leads, the reference has {len(wanted)}"
    for key, score in wanted.items():
        if key not in found or not near(found[key], score):
            return f"final score of {key!r}: {found.get(key)!r}, the reference says {score!r}"
    return ""


def near(found: float, wanted: float) -> bool:
    """The same score but for rounding."""
    return abs(found - wanted) <= TOLERANCE * abs(wanted)
