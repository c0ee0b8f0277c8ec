"""When each event of an open loop is due: evenly spaced, whatever became of those before it.

A stall of the system (or of the sender) does not move the events behind it, so whoever counts from the due time counts what an outsider
would have waited (coordinated omission: Gil Tene, "How NOT to Measure Latency").
"""

from msgspec import Struct

SECOND = 1_000_000_000  # ns


class Schedule(Struct, frozen=True):
    """`rate` events a second, the first at `start` (ns of the monotonic clock, which all processes of a machine share)."""

    start: int
    rate: int
    seconds: float

    @property
    def count(self) -> int:
        """Events in all."""
        return int(self.rate * self.seconds)

    def due(self, number: int) -> int:
        """When event `number` is to be sent, in ns."""
        return self.start + number * SECOND // self.rate

    def due_by(self, now: int) -> int:
        """How many events are due at `now`: those with a smaller number."""
        if now < self.start:
            return 0
        return min(self.count, ((now - self.start + 1) * self.rate - 1) // SECOND + 1)
