"""How time gets in (design 5): the owner of a partition says on the control topic that it has reached a time.

A clock must never overtake a backlog: an event that waits to be read would then come after changes that it might have
prevented. So while a source has records that were not read, time is what its last read record says; only when all are
read to the end is it the wall clock.
"""

from collections.abc import Iterable

from msgspec import Struct

INTERVAL = 1.0  # seconds: at most one clock record a partition in this time


class Reading(Struct, frozen=True):
    """How far a source was read."""

    lag: int  # records that the broker has beyond it
    timestamp: int | None  # of the last record read, epoch ms; None = none yet


def reached(wall: int, readings: Iterable[Reading]) -> int | None:
    """The time that a partition has reached, in epoch milliseconds; None if nobody can say."""
    behind = [reading.timestamp for reading in readings if reading.lag > 0]
    known = [timestamp for timestamp in behind if timestamp is not None]
    if len(known) < len(behind):
        return None
    return min([wall, *known])
