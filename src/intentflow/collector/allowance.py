"""How many events a write key may send: so many in each ten seconds, over all who use it.

Counted by event, not by request, and exactly. Of several collectors each counts for itself.
"""

import time
from functools import cache

from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from intentflow.collector.keys import WriteKey

WINDOW_SECONDS = 10


class Allowance:
    """What each key has used of its window."""

    def __init__(self) -> None:
        self._storage = MemoryStorage()
        self._limiter = FixedWindowRateLimiter(self._storage)

    def wait(self, key: WriteKey, events: int) -> int:
        """0 if so many events may come now, and they are counted; else, and they are not, the seconds until the next window."""
        window = _window(key.events_per_second)
        if self._limiter.hit(window, key.name, cost=events):
            return 0
        self._storage.decr(window.key_for(key.name), amount=events)
        return max(1, round(self._limiter.get_window_stats(window, key.name).reset_time - time.time()))


@cache
def _window(events_per_second: int) -> RateLimitItemPerSecond:
    return RateLimitItemPerSecond(events_per_second * WINDOW_SECONDS, WINDOW_SECONDS)
