"""A circuit breaker: an endpoint that fails again and again is left alone for a while, then asked once.

    closed ──FAILURES in a row──▶ open ──pause over──▶ half-open ──an answer──▶ closed
                                   ▲                      │
                                   └──────a failure───────┘  the pause doubles, up to LONGEST_PAUSE_MS

While it is open nothing is tried, and no attempt of any change's schedule is used up.
"""

from typing import Literal

FAILURES = 5
FIRST_PAUSE_MS = 10_000
LONGEST_PAUSE_MS = 300_000

State = Literal["closed", "open", "half_open"]


class Circuit:
    """The state of one endpoint, as this process has seen it; times in epoch milliseconds."""

    def __init__(self) -> None:
        self.failures = 0
        self.until = 0  # of `open`
        self.pause = FIRST_PAUSE_MS
        self._open = False

    def state(self, now: int) -> State:
        """Where it stands at `now`."""
        if not self._open:
            return "closed"
        return "open" if now < self.until else "half_open"

    def answered(self) -> None:
        """The endpoint answered."""
        self.failures, self.pause, self._open = 0, FIRST_PAUSE_MS, False

    def failed(self, now: int) -> None:
        """An attempt failed for the endpoint's sake. One that had been under way when the circuit opened changes nothing."""
        self.failures += 1
        if self.state(now) == "open":
            return
        if self._open:
            self.pause = min(2 * self.pause, LONGEST_PAUSE_MS)
        if self._open or self.failures >= FAILURES:
            self._open, self.until = True, now + self.pause
