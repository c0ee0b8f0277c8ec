"""What waits for one endpoint of one lead: changes in their order, of which only the first is ever tried."""

from collections import deque

from msgspec import Struct

MOST_WAITING = 100  # changes of one lead for one endpoint; beyond that the oldest is given up


class Delivery(Struct, kw_only=True):
    """One change for one endpoint."""

    id: str
    body: bytes
    topic: str
    offset: int
    since: int  # epoch milliseconds when it came in
    attempts: int = 0  # of its schedule, that failed
    first: int = 0  # epoch milliseconds of the first attempt; 0: none yet
    last: str = ""  # what came of the latest attempt
    settled: bool = (
        False  # it is delivered, given up, or in a row that is being written: its source offset may be committed
    )


class Queue:
    """One lead's changes for one endpoint."""

    def __init__(self, endpoint: str, lead: str, partition: int) -> None:
        self.endpoint, self.lead, self.partition = endpoint, lead, partition
        self.waiting: deque[Delivery] = deque()
        self.through: dict[str, int] = {}  # topic -> the last offset that was put here
        self.next_at = 0  # epoch milliseconds before which the first one is not tried
        self.sending = False
        self.resting = False  # the partition is about to be somebody else's: nothing more is sent
        self.mourning = False  # something was given up, and its dead letter is not yet written
        self.parked = False  # what waits belongs into a row
        self.stored = False  # a row lies in the topic
        self.dirty = False  # the row in the topic is not what waits
        self.ticket = 0  # the one entry among its outlet's that counts

    @property
    def ready(self) -> bool:
        """Whether its first one may be sent once its time has come.

        After one was given up, its successor waits until the dead letter is written: or a crash in between would bring back what was
        given up, behind its successor.
        """
        return bool(self.waiting) and not (self.sending or self.resting or self.mourning)

    def put(self, delivery: Delivery) -> Delivery | None:
        """One more at the end; returns what has to be given up for it."""
        self.waiting.append(delivery)
        self.through[delivery.topic] = max(delivery.offset, self.through.get(delivery.topic, -1))
        self.dirty = self.dirty or self.parked
        if len(self.waiting) <= MOST_WAITING:
            return None
        oldest = 1 if self.sending else 0
        given_up = self.waiting[oldest]
        del self.waiting[oldest]
        return given_up

    def has(self, topic: str, offset: int) -> bool:
        """Whether a record was put here before; so it says even of those that are delivered since."""
        return offset <= self.through.get(topic, -1)

    def park(self) -> None:
        """What waits here is to be written down."""
        self.parked = self.dirty = True

    def take_first(self) -> Delivery:
        """The first one is done with, one way or the other."""
        first = self.waiting.popleft()
        self.next_at = 0
        if not self.waiting:
            self.parked = False
        self.dirty = self.dirty or self.stored
        return first
