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

    def __init__(
        self, partition: int, read: Mapping[str, int], outlets: Mapping[str, Outlet], counted: Counted
    ) -> None:
        """`read` says, at any time, the next offset of each source."""
        self.partition, self.read, self.outlets, self.counted = partition, read, outlets, counted
        self.queues: dict[tuple[str, str], Queue] = {}
        self.strangers: dict[bytes, Queue] = {}  # rows of endpoints that no list names any more; they stay as they are
        self.bytes = 0
        self._letters: list[Letter] = []
        self._mourning: list[Queue] = []
        self._lingering: set[tuple[str, str]] = set()
        self._marks: dict[str, str] = {}  # endpoint -> the mark under which a row says that it is disabled
        self._changed: dict[bytes, bytes | None] = {}  # rows that are no queue's, to be written

    # -- what comes in and goes out ------------------------------------------------------------------------------------

    def put(self, endpoint: str, lead: str, delivery: Delivery) -> Queue | None:
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
            self._give_up_of(queue, given_up, "overflow")
        self.bytes += len(delivery.body)
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
        self._give_up_of(queue, queue.waiting[0], reason)
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
        self._forget(queue)

    # -- what operators and receivers decide ---------------------------------------------------------------------------

    def drop(self, endpoint: str) -> None:
        """All that waits for an endpoint, and is not under way, is given up."""
        self._give_up_all(endpoint, "dropped")
        for key, queue in list(self.strangers.items()):
            if queue.endpoint == endpoint:
                self._give_up_last(queue, 0, "dropped")
                self._changed[key] = None
                del self.strangers[key]

    def resume(self, outlet: Outlet) -> None:
        """An endpoint is well, as somebody says: it is disabled no more, and what waits for it is tried at once."""
        outlet.resume()
        for queue in self.queues.values():
            if queue.endpoint == outlet.endpoint.name:
                queue.next_at = 0
                outlet.offer(queue)
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
            self._give_up_of(queue, delivery, reason)

    def _give_up_of(self, queue: Queue, delivery: Delivery, reason: Reason) -> None:
        self.give_up(queue.endpoint, queue.lead, delivery, reason)
        queue.mourning = True
        self._mourning.append(queue)

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

    def to_write(self) -> tuple[list[Letter], Rows, list[Queue]]:
        """The dead letters and the rows that are to be written, and the queues that wait for it."""
        lingering, self._lingering = self._lingering, set()
        for where in lingering & self.queues.keys():
            self._forget(self.queues[where])
        found = self._letters, [*self._changed.items(), *self._rows()], self._mourning
        self._letters, self._changed, self._mourning = [], {}, []
        return found

    def written(self, queues: list[Queue]) -> None:
        """What these queues waited for is written: their first ones may be sent."""
        again = set(map(id, self._mourning))
        for queue in queues:
            queue.mourning = id(queue) in again
            if self.owns(queue):
                self.outlets[queue.endpoint].offer(queue)
                self._forget(queue)

    def _rows(self) -> Iterator[tuple[bytes, bytes | None]]:
        for where, queue in [(where, queue) for where, queue in self.queues.items() if queue.dirty]:
            queue.dirty = False
            if queue.parked:
                yield rows.key_of(*where), rows.encode_row(queue)
                queue.stored = True
                for delivery in queue.waiting:
                    delivery.settled = True
            elif queue.stored:
                yield rows.key_of(*where), None
                queue.stored = False
            self._forget(queue)

    def _forget(self, queue: Queue) -> None:
        """A queue of which nothing is left to do or to remember is gone.

        After a restart its row may be ahead of the sources: then it remembers what was put into it until they have caught up.
        """
        if queue.waiting or queue.dirty or queue.mourning:
            return
        where = queue.endpoint, queue.lead
        if all(offset < self.read.get(topic, offset + 1) for topic, offset in queue.through.items()):
            self.queues.pop(where, None)
        else:
            self._lingering.add(where)
