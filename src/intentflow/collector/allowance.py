"""How many events a write key may send: so many in each ten seconds, over all who use it.

Counted by event, not by request, and exactly: a window begins with the first event after the last one is over, and what does not fit
into it is not counted. Of several collectors each counts for itself. (The library `limits` starts a thread every 10 ms to keep its
memory small, which took a seventh of each request; there are as many windows here as keys.)
"""

import math
import time
from collections.abc import Callable

from intentflow.collector.keys import WriteKey

WINDOW_SECONDS = 10


class Allowance:
    """What each key has used of its window."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._windows: dict[str, tuple[float, int]] = {}  # by the key's name: when it ends, and what is used of it

    def wait(self, key: WriteKey, events: int) -> int:
        """0 if so many events may come now, and they are counted; else, and they are not, the seconds until the next window."""
        now = self._now()
        end, used = self._windows.get(key.name, (0.0, 0))
        if now >= end:
            end, used = now + WINDOW_SECONDS, 0
        if used + events > key.events_per_second * WINDOW_SECONDS:
            return min(WINDOW_SECONDS, max(1, math.ceil(end - now)))
        self._windows[key.name] = (end, used + events)
        return 0
