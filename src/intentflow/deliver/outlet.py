"""The sending side of one endpoint: whose turn it is, how many at a time, and when to leave it alone.

One process has one outlet per endpoint, over all its partitions. Its promise: of a lead only the first change is ever under way.
"""

import heapq
from itertools import count

from intentflow.deliver.answers import ANSWERED, FAILING, Answer
from intentflow.deliver.circuit import Circuit
from intentflow.deliver.endpoint import Endpoint
from intentflow.deliver.queue import Queue


class Outlet:
    """Whose turn it is at one endpoint; times in epoch milliseconds."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self.circuit = Circuit()
        self.sending = 0  # requests under way
        self.held_until = 0  # as a receiver asked for
        self.disabled = False
        self._turns: list[tuple[int, int, Queue]] = []
        self._tickets = count(1)

    def blocked(self, now: int) -> bool:
        """Whether nothing can be sent now, however little there is."""
        return self.disabled or now < self.held_until or self.circuit.state(now) != "closed"

    def offer(self, queue: Queue) -> None:
        """A queue gets its turn when its time has come; only its latest turn counts."""
        if queue.ready:
            queue.ticket = next(self._tickets)
            heapq.heappush(self._turns, (queue.next_at, queue.ticket, queue))

    def take(self, now: int) -> list[Queue]:
        """The queues whose first changes make up the next request; none if it is not time, or nobody's turn."""
        if not self._may_send(now):
            return []
        taken: list[Queue] = []
        while len(taken) < self.endpoint.batch and self._due(now):
            _, _, queue = heapq.heappop(self._turns)
            queue.sending = True
            taken.append(queue)
        self.sending += bool(taken)
        return taken

    def answered(self, answers: list[Answer], now: int) -> None:
        """A request is over."""
        self.sending -= 1
        words = {answer.word for answer in answers}
        if words & ANSWERED:
            self.circuit.answered()
        elif words & FAILING:
            self.circuit.failed(now)
        self.held_until = max([self.held_until, *(answer.until for answer in answers if answer.until is not None)])
        self.disabled = self.disabled or "gone" in words

    def resume(self) -> None:
        """The endpoint is well, as somebody says."""
        self.disabled, self.held_until = False, 0
        self.circuit.answered()

    def wakes_at(self, now: int) -> int | None:
        """When `take` may give something if nothing happens before; None: never."""
        if self.disabled or not self._has_turns() or self.sending >= self.endpoint.concurrency:
            return None
        state = self.circuit.state(now)
        if state == "half_open" and self.sending:
            return None
        return max(self._turns[0][0], self.held_until, self.circuit.until if state == "open" else 0)

    def _may_send(self, now: int) -> bool:
        if self.disabled or now < self.held_until or self.sending >= self.endpoint.concurrency:
            return False
        state = self.circuit.state(now)
        return state == "closed" or (state == "half_open" and not self.sending)

    def _has_turns(self) -> bool:
        """Whether anybody waits; turns that do not count any more are put away."""
        while self._turns and not (self._turns[0][2].ready and self._turns[0][2].ticket == self._turns[0][1]):
            heapq.heappop(self._turns)
        return bool(self._turns)

    def _due(self, now: int) -> bool:
        return self._has_turns() and self._turns[0][0] <= now
