"""Writes to a changelog that are under way, oldest first, and the log-position check (design 8, rules 6, 7 and 9).

A changelog has one writer, who knows where it ends. So each batch must land exactly where the one before it ended:

- lower: the broker lost records, or counts us twice (`DuplicateSequenceNumber` comes without an offset): the process ends;
- higher: somebody else wrote in between, and the gap must be read before anything that rests on this write goes out.

A write waits for three things, in this order: landed (acknowledged by the broker), checked (its positions, and all
before it), published. Writes are checked in order and done in order.
"""

from collections import deque
from collections.abc import Iterator, Sequence

from intentflow.lane.effects import NO_TRACES, Changes, Refused, Traces

SMALL = 4  # times as many chunks may be under way as full ones


class Flight:
    """One write to the changelog, and what may go out once it is there."""

    __slots__ = (
        "batches",
        "changes",
        "checked",
        "end",
        "gaps",
        "published",
        "received",
        "records",
        "refused",
        "ticket",
        "topic",
        "traces",
    )

    def __init__(
        self, ticket: int, topic: str, end: int, changes: Changes, refused: Refused, received: int, traces: Traces
    ) -> None:
        self.ticket, self.received, self.traces = ticket, received, traces
        self.topic, self.end = topic, end  # what is done when this is done; "" = no source's records
        self.changes, self.refused = changes, refused
        self.batches: Sequence[tuple[int, int]] | None = None  # offset and count of each batch that it was split into
        self.gaps: list[tuple[int, int]] = []  # foreign ranges, not yet read
        self.records = 0  # that were folded into it; of time that passes, leads
        self.checked = self.published = False


def crowded(records: Sequence[int], most: int, full: int) -> bool:
    """Whether something must settle before more is folded. `records`: of each write that is under way.

    As much may be under way as `most` full chunks hold, but also many more small chunks. How fast small ones go is set by what two round
    trips to the broker take, not by folding; four at a time made a change wait for its partition's turn.
    """
    return len(records) >= SMALL * most or sum(records) >= most * full


class LostError(Exception):
    """A batch landed before the end of the log that we know."""


class Flights:
    """The writes of one partition that are under way."""

    def __init__(self) -> None:
        self.expected = 0  # where the next batch must land
        self.queue: deque[Flight] = deque()
        self._tickets = 0

    def __len__(self) -> int:
        return len(self.queue)

    def launch(
        self,
        topic: str = "",
        end: int = 0,
        changes: Changes = (),
        refused: Refused = (),
        received: int = 0,
        traces: Traces = NO_TRACES,
    ) -> Flight:
        """A new write, after all others."""
        self._tickets += 1
        flight = Flight(self._tickets, topic, end, changes, refused, received, traces)
        self.queue.append(flight)
        return flight

    def of(self, ticket: int) -> Flight:
        """The write with this ticket."""
        return next(flight for flight in self.queue if flight.ticket == ticket)

    def check(self) -> Iterator[Flight]:
        """The writes that can be looked at now, in order; those with `gaps` must be read before the next one comes. Raises `LostError`."""
        for flight in self.queue:
            if flight.checked:
                continue
            if flight.batches is None or flight.gaps:
                return
            flight.gaps = self._gaps(flight.batches)
            yield flight
            if flight.gaps:
                return

    def _gaps(self, batches: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
        gaps = []
        for offset, count in batches:
            if offset < self.expected:
                raise LostError(f"a batch landed at offset {offset} where {self.expected} was expected")
            if offset > self.expected:
                gaps.append((self.expected, offset))
            self.expected = offset + count
        return gaps

    def done(self) -> Iterator[Flight]:
        """The writes that nothing is owed for any more, in order; each is gone once it was given."""
        while self.queue and self.queue[0].checked and self.queue[0].published:
            yield self.queue.popleft()
