"""The books of one partition: what came in, what of it waits, what must be written down before a source offset may be committed.

No I/O, no clock, no task. The rules:

1. A source offset is committed only when every endpoint has either got the record, or given it up in a dead letter, or has it in a row of
   the deliveries topic. Letters, rows and offsets are one `Settlement`, performed whole or not at all (one Kafka transaction); after one
   that failed, the partition is read again from what is in Kafka.
2. A row holds all that waits for one endpoint of one lead, in order, and `through`: the last source offset that was ever put there. So
   what is read again after a restart, and lies at or below it, is not put there twice and overtakes nothing.
3. A queue is written down (parked) once an attempt has failed, while its endpoint cannot be spoken to, and when it has held an offset back
   for PARK_MS. What is delivered at once never is.
4. A repeated id is dropped if it is among the last REMEMBERED ids of the partition. Which those are is read off the log: after a restart
   the reader begins that many records before the committed offset.
"""

from collections import OrderedDict, deque
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from intentflow.deliver.outlet import Outlet
from intentflow.deliver.queue import Delivery, Queue
from intentflow.deliver.rows import Letter, Request
from intentflow.deliver.told import Told
from intentflow.deliver.waiting import Counted, Rows, Waiting
from intentflow.deliver.wanted import skipped

PARK_MS = 10_000
WINDOW = 256  # records of a partition that may hold its offsets back
REMEMBERED = 10_000  # ids

Put = list[tuple[Queue, Delivery]]


class Settlement(NamedTuple):
    """What is to be written, whole or not at all: dead letters, rows, and the next offset of each source."""

    letters: list[Letter]
    rows: Rows
    offsets: dict[str, int]
    mourning: list[Queue]  # queues that wait until this is written


class _Pending(NamedTuple):
    offset: int
    at: int
    put: Put


class Partition:
    """One partition number of all sources, as this process owns it; times in epoch milliseconds."""

    def __init__(self, number: int, starts: Mapping[str, int], outlets: Mapping[str, Outlet], counted: Counted) -> None:
        """`starts` is the next offset of each source that is not dealt with yet."""
        self.number, self.outlets, self.counted = number, outlets, counted
        self.next = dict(starts)
        self.waiting = Waiting(number, self.next, outlets, counted)
        self._starts = dict(starts)
        self._committed = dict(starts)
        self._pending: dict[str, deque[_Pending]] = {topic: deque() for topic in starts}
        self._seen: OrderedDict[str, None] = OrderedDict()

    # -- what comes in -------------------------------------------------------------------------------------------------

    def arrived(self, topic: str, offset: int, told: Told, now: int) -> None:
        """A record of a source. One before the committed offset is only remembered."""
        new = told.said.id not in self._seen
        self._remember(told.said.id)
        if offset < self._starts[topic]:
            return
        if not new:
            self.counted("repeats", "", "")
        self._enter(topic, offset, now, list(self._put_everywhere(topic, offset, told, now)) if new else [])

    def unreadable(self, topic: str, offset: int, lead: str, value: bytes, why: str, now: int) -> None:
        """A record that is none of ours: a dead letter with its bytes."""
        if offset < self._starts[topic]:
            return
        delivery = Delivery(id=f"{topic}/{self.number}/{offset}", body=value, topic=topic, offset=offset, since=now)
        self.waiting.give_up("-", lead, delivery, "unreadable", why)
        self._enter(topic, offset, now, [])

    def asked(self, topic: str, offset: int, request: Request, told: Told | None, now: int) -> None:
        """A request of an operator; `told` is what to send again."""
        if offset < self._starts[topic]:
            return
        put: Put = []
        outlet = self.outlets.get(request.endpoint)
        if request.ask == "drop":
            self.waiting.drop(request.endpoint)
        elif request.ask == "resume" and outlet is not None:
            self.waiting.resume(outlet)
        elif request.ask == "deliver" and told is not None:
            put = list(self._put(request.endpoint, topic, offset, told, now))
        self._enter(topic, offset, now, put)

    def _remember(self, change_id: str) -> None:
        self._seen[change_id] = None
        self._seen.move_to_end(change_id)
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)

    def _enter(self, topic: str, offset: int, now: int, put: Put) -> None:
        self._pending[topic].append(_Pending(offset, now, put))
        self.next[topic] = offset + 1

    def _put_everywhere(self, topic: str, offset: int, told: Told, now: int) -> Iterator[tuple[Queue, Delivery]]:
        for name, outlet in self.outlets.items():
            why = skipped(outlet.endpoint, told)
            if why is None:
                yield from self._put(name, topic, offset, told, now)
            else:
                self.counted("skipped", name, why)

    def _put(self, name: str, topic: str, offset: int, told: Told, now: int) -> Iterator[tuple[Queue, Delivery]]:
        delivery = Delivery(id=told.said.id, body=told.body, topic=topic, offset=offset, since=now)
        queue = self.waiting.put(name, told.said.lead, delivery)
        if queue is not None:
            yield queue, delivery

    # -- what is committed ---------------------------------------------------------------------------------------------

    def room(self) -> int:
        """How many more records may come in before some of those that are here are settled."""
        return WINDOW - sum(len(self._pruned(topic)) for topic in self._pending)

    def settle(self, now: int) -> Settlement | None:
        """What is to be written now, and with it which offsets may be committed; None if there is nothing.

        It is taken for written from here on: if it isn't, this object is of no use any more. If it is, `settled` says so.
        """
        self.waiting.give_up_the_disabled(now)
        self._park_what_holds_back(now)
        letters, rows, mourning = self.waiting.to_write()
        offsets = {topic: at for topic, at in self._committable() if at > self._committed[topic]}
        self._committed.update(offsets)
        return Settlement(letters, rows, offsets, mourning) if letters or rows or offsets else None

    def settled(self, settlement: Settlement) -> None:
        """A settlement is written."""
        self.waiting.written(settlement.mourning)

    def rest(self) -> None:
        """The partition is about to be somebody else's: nothing more of it is sent; what is under way may still be answered."""
        for queue in self.waiting.queues.values():
            queue.resting = True

    @property
    def sending(self) -> bool:
        """Whether something of it is under way."""
        return any(queue.sending for queue in self.waiting.queues.values())

    def _park_what_holds_back(self, now: int) -> None:
        for pending in self._pending.values():
            for _, at, put in pending:
                for queue, delivery in put:
                    late = now - at >= PARK_MS or self.outlets[queue.endpoint].blocked(now)
                    if late and not (delivery.settled or queue.parked):
                        queue.park()

    def _committable(self) -> Iterable[tuple[str, int]]:
        for topic in self._pending:
            pending = self._pruned(topic)
            yield topic, pending[0].offset if pending else self.next[topic]

    def _pruned(self, topic: str) -> deque[_Pending]:
        """What holds a source back, without what is settled at its beginning."""
        pending = self._pending[topic]
        while pending and all(delivery.settled for _, delivery in pending[0].put):
            pending.popleft()
        return pending
