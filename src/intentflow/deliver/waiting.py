"""All that waits in one partition: a queue for each endpoint and lead, what was given up, and which rows must be written."""

from collections.abc import Callable, Iterator, Mapping

from intentflow.deliver import rows
from intentflow.deliver.outlet import Outlet
from intentflow.deliver.queue import Delivery, Queue
from intentflow.deliver.rows import Letter, Reason, letter_of

Counted = Callable[[str, str, str], None]  # what happened, at which endpoint, and which kind of it
Rows = list[tuple[bytes, bytes | None]]  # keys and values; None deletes a row


class Waiting:
    """What waits; times in epoch milliseconds."""

    def __init__(self, partition: int, outlets: Mapping[str, Outlet], counted: Counted) -> None:
        self.partition, self.outlets, self.counted = partition, outlets, counted
        self.queues: dict[tuple[str, str], Queue] = {}
        self.strangers: dict[bytes, Queue] = {}  # rows of endpoints that no list names any more; they stay as they are
        self.bytes = 0
        self._letters: list[Letter] = []
        self._marks: dict[str, str] = {}  # endpoint -> the mark under which a row says that it is disabled
        self._changed: dict[bytes, bytes | None] = {}  # rows that are no queue's, to be written

    # -- what comes in and goes out ------------------------------------------------------------------------------------

    def put(self, endpoint: str, lead: str, delivery: Delivery, now: int) -> Queue | None:
        """One more for an endpoint. Returns its queue; None if it is there already, or is given up at once."""
        outlet = self.outlets.get(endpoint)
        if outlet is None or outlet.disabled:
            self.give_up(endpoint, lead, delivery, "unknown_endpoint" if outlet is None else "disabled")
            return None
        queue = self.queues.setdefault((endpoint, lead), Queue(endpoint, lead, self.partition))
        if queue.has(delivery.topic, delivery.offset):
            return None
        if (given_up := queue.put(delivery)) is not None:
            self.bytes -= len(given_up.body)
            self.give_up(endpoint, lead, given_up, "overflow")
        self.bytes += len(delivery.body)
        if outlet.blocked(now):
            queue.park()
        if len(queue.waiting) == 1:
            outlet.offer(queue)
        return queue

    def delivered(self, queue: Queue) -> None:
        """The endpoint has the first one of a queue."""
        self.counted("delivered", queue.endpoint, "")
        self._done(queue)

    def failed(self, queue: Queue, next_at: int) -> None:
        """The first one of a queue is to be tried again, at `next_at`."""
        queue.next_at = next_at
        queue.park()

    def given_up(self, queue: Queue, reason: Reason) -> None:
        """The first one of a queue never gets there."""
        self.give_up(queue.endpoint, queue.lead, queue.waiting[0], reason)
        self._done(queue)

    def give_up(self, endpoint: str, lead: str, delivery: Delivery, reason: Reason, detail: str = "") -> None:
        """A delivery never gets there: it becomes a dead letter."""
        delivery.settled = True
        self.counted("dead_letters", endpoint, reason)
        self._letters.append(letter_of(endpoint, lead, delivery, reason, detail))

    def owns(self, queue: Queue) -> bool:
        """Whether a queue is one of these, and not one of an earlier time."""
        return self.queues.get((queue.endpoint, queue.lead)) is queue

    def _done(self, queue: Queue) -> None:
        first = queue.take_first()
        first.settled = True
        self.bytes -= len(first.body)
        if not queue.waiting and not queue.dirty:
            self.queues.pop((queue.endpoint, queue.lead), None)

    # -- what operators and receivers decide ---------------------------------------------------------------------------

    def drop(self, endpoint: str) -> None:
        """All that waits for an endpoint, and is not under way, is given up."""
        self._give_up_all(endpoint, "dropped")
        for key, queue in list(self.strangers.items()):
            if queue.endpoint == endpoint:
                self._give_up_last(queue, 0, "dropped")
                self._changed[key] = None
                del self.strangers[key]

    def enable(self, outlet: Outlet) -> None:
        """An endpoint that was disabled is tried again."""
        outlet.disabled = False
        if self._marks.pop(outlet.endpoint.name, None) is not None:
            self._changed[rows.key_of(outlet.endpoint.name)] = None

    def give_up_the_disabled(self, now: int) -> None:
        """Nothing waits for an endpoint that is disabled, and a row says so."""
        for name, outlet in self.outlets.items():
            if outlet.disabled:
                self._give_up_all(name, "disabled")
                if self._marks.get(name) != outlet.endpoint.mark:
                    self._marks[name] = outlet.endpoint.mark
                    self._changed[rows.key_of(name)] = rows.encode_disabled(now, outlet.endpoint.mark)

    def _give_up_all(self, endpoint: str, reason: Reason) -> None:
        for queue in [q for q in self.queues.values() if q.endpoint == endpoint]:
            self._give_up_last(queue, int(queue.sending), reason)
            queue.dirty = queue.dirty or queue.stored
            queue.parked = queue.parked and bool(queue.waiting)

    def _give_up_last(self, queue: Queue, kept: int, reason: Reason) -> None:
        given_up = [queue.waiting.pop() for _ in range(len(queue.waiting) - kept)]
        for delivery in reversed(given_up):
            self.bytes -= len(delivery.body)
            self.give_up(queue.endpoint, queue.lead, delivery, reason)

    # -- what is written down and read again ---------------------------------------------------------------------------

    def restore(self, key: bytes, value: bytes) -> None:
        """The latest row with its key. Raises `msgspec.DecodeError` if it is none."""
        endpoint, lead = rows.parts_of(key)
        outlet = self.outlets.get(endpoint)
        if not lead:
            self._restore_mark(outlet, key, value)
            return
        queue = rows.decode_row(key, value, self.partition)
        self.bytes += sum(len(delivery.body) for delivery in queue.waiting)
        if outlet is None:
            self.strangers[key] = queue
            return
        self.queues[endpoint, lead] = queue
        outlet.offer(queue)

    def _restore_mark(self, outlet: Outlet | None, key: bytes, value: bytes) -> None:
        if outlet is None:
            return
        if rows.decode_disabled(value).mark == outlet.endpoint.mark:
            outlet.disabled = True
            self._marks[outlet.endpoint.name] = outlet.endpoint.mark
        else:  # it has moved since
            self._changed[key] = None

    def written(self) -> tuple[list[Letter], Rows]:
        """The dead letters and the rows that are to be written; they are taken for written from here on."""
        letters, rows_ = self._letters, [*self._changed.items(), *self._rows()]
        self._letters, self._changed = [], {}
        return letters, rows_

    def _rows(self) -> Iterator[tuple[bytes, bytes | None]]:
        for where, queue in list(self.queues.items()):
            if not queue.dirty:
                continue
            queue.dirty = False
            if queue.parked:
                yield rows.key_of(*where), rows.encode_row(queue)
                queue.stored = True
                for delivery in queue.waiting:
                    delivery.settled = True
            elif queue.stored:
                yield rows.key_of(*where), None
                queue.stored = False
            if not queue.waiting:
                del self.queues[where]
