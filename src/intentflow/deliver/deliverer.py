"""The protocol of delivery, whole: records, answers and the passing of time in; requests to send and settlements to write out.

No I/O, no clock, no task: `now` is an argument, in epoch milliseconds. Whoever performs the requests and the settlements may die between
any two of them; whoever comes after begins with the rows and the committed offsets alone.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from intentflow.deliver.answers import USELESS, Answer
from intentflow.deliver.endpoint import Endpoint
from intentflow.deliver.outlet import Outlet
from intentflow.deliver.partition import Partition
from intentflow.deliver.queue import Delivery, Queue
from intentflow.deliver.schedule import LONGEST_HOLD_MS, longest, wait
from intentflow.deliver.waiting import Waiting


class Sending(NamedTuple):
    """One request to be made: the first change of each of these queues."""

    endpoint: Endpoint
    queues: tuple[Queue, ...]

    @property
    def deliveries(self) -> tuple[Delivery, ...]:
        """What is to be sent."""
        return tuple(queue.waiting[0] for queue in self.queues)


class Waits(NamedTuple):
    """What waits for one endpoint; `oldest` is when it came in, in epoch milliseconds."""

    changes: int = 0
    leads: int = 0
    oldest: int = 0


class Deliverer:
    """All partitions and endpoints of one process."""

    def __init__(self, endpoints: Iterable[Endpoint]) -> None:
        self.outlets = {endpoint.name: Outlet(endpoint) for endpoint in endpoints}
        self.partitions: dict[int, Partition] = {}
        self.counts: Counter[tuple[str, str, str]] = Counter()  # what happened, at which endpoint, which kind of it

    def take(self, number: int, starts: Mapping[str, int], rows: Mapping[bytes, bytes]) -> Partition:
        """A partition is ours, with these rows; its sources begin at `starts`."""
        partition = Partition(number, starts, self.outlets, self._counted)
        for key, value in rows.items():
            partition.waiting.restore(key, value)
        self.partitions[number] = partition
        return partition

    def release(self, number: int) -> None:
        """A partition is no longer ours, or is to be taken again. What is under way for it changes nothing any more."""
        if (partition := self.partitions.pop(number, None)) is not None:
            partition.rest()

    def due(self, now: int) -> list[Sending]:
        """Every request that may be made now."""
        sendings = []
        for outlet in self.outlets.values():
            while queues := outlet.take(now):
                sendings.append(Sending(outlet.endpoint, tuple(queues)))
                for queue in queues:
                    queue.waiting[0].first = queue.waiting[0].first or now
        return sendings

    def answered(self, sending: Sending, answers: list[Answer], now: int) -> None:
        """What came of a request: an answer for each of its deliveries."""
        outlet = self.outlets[sending.endpoint.name]
        outlet.answered(answers, now)
        for queue, answer in zip(sending.queues, answers, strict=True):
            self._counted("attempts", outlet.endpoint.name, answer.word)
            queue.sending = False
            partition = self.partitions.get(queue.partition)
            if partition is not None and partition.waiting.owns(queue):
                self._judge(partition.waiting, queue, answer, now)
                outlet.offer(queue)

    def wakes_at(self, now: int) -> int | None:
        """When `due` may give something if nothing happens before; None: not until something does."""
        return min((at for outlet in self.outlets.values() if (at := outlet.wakes_at(now)) is not None), default=None)

    def waits(self) -> dict[str, Waits]:
        """What waits, by endpoint; those for which nothing does are left out."""
        found: dict[str, Waits] = {}
        for queue in (queue for partition in self.partitions.values() for queue in partition.waiting.queues.values()):
            if queue.waiting:
                since, had = queue.waiting[0].since, found.get(queue.endpoint, Waits())
                oldest = min(had.oldest or since, since)
                found[queue.endpoint] = Waits(had.changes + len(queue.waiting), had.leads + 1, oldest)
        return found

    @property
    def bytes(self) -> int:
        """Of all that waits in memory."""
        return sum(partition.waiting.bytes for partition in self.partitions.values())

    def _judge(self, waiting: Waiting, queue: Queue, answer: Answer, now: int) -> None:
        first = queue.waiting[0]
        if answer.word == "ok":
            waiting.delivered(queue)
            return
        first.last = f"{answer.word}: {answer.detail}"
        if answer.word == "gone" or self.outlets[queue.endpoint].disabled:
            waiting.given_up(queue, "gone" if answer.word == "gone" else "disabled")
        elif answer.word in USELESS:
            waiting.given_up(queue, "too_large" if answer.word == "too_large" else "unfit")
        else:
            self._again(waiting, queue, answer, now)

    def _again(self, waiting: Waiting, queue: Queue, answer: Answer, now: int) -> None:
        first, retry = queue.waiting[0], self.outlets[queue.endpoint].endpoint.retry
        if answer.until is not None:
            too_long = now - first.first > longest(retry) + LONGEST_HOLD_MS
            next_at = None if too_long else answer.until
        else:
            first.attempts += 1
            pause = wait(retry, first.attempts, first.id)
            next_at = None if pause is None else now + pause
        if next_at is None:
            waiting.given_up(queue, "exhausted")
        else:
            waiting.failed(queue, next_at)

    def _counted(self, what: str, endpoint: str, kind: str) -> None:
        self.counts[what, endpoint, kind] += 1
