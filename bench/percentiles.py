"""Exact percentiles of many waits, counted by the microsecond: no buckets that widen, no sample that is left out."""

from collections import Counter
from math import ceil

from msgspec import Struct


class Waits(Struct, frozen=True):
    """What waits were like, in milliseconds."""

    count: int
    p50: float
    p99: float
    p999: float
    most: float


def percentile(counts: Counter[int], share: float) -> int:
    """The least value that so large a share of all values does not exceed (nearest rank). Raises ValueError if there is none."""
    if not counts:
        raise ValueError("no values, no percentile")
    wanted, seen = max(1, ceil(round(share * counts.total(), 6))), 0
    for value in sorted(counts):
        seen += counts[value]
        if seen >= wanted:
            return value
    raise ValueError(f"no share of values is {share}")


def waits_of(counts: Counter[int]) -> Waits:
    """Of waits in microseconds. Raises ValueError if there is none."""
    p50, p99, p999 = (percentile(counts, share) / 1000 for share in (0.5, 0.99, 0.999))
    return Waits(counts.total(), p50, p99, p999, max(counts) / 1000)
