"""What leads told each other, as it lies on the identities topic, by who told it.

A message lies on its receiver's partition, and what it must say follows from its sender's records, which lie on another. So all messages
are read before anything is judged, and of each is kept where it lies and a hash of it; of the states, which few leads send and each of
them about once, all.
"""

from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import Any, NamedTuple

from intentflow.domain.bonds import rank
from intentflow.domain.message import Forwarded, Linked, Message, Parted
from intentflow.verify.findings import Difference
from intentflow.wire.messages import decode_message, encode_message
from intentflow.wire.murmur2 import partition_of
from intentflow.wire.rejections import Rejection


class Posted(NamedTuple):
    """A message, where it lies first."""

    number: int
    to: bytes
    partition: int
    offset: int
    digest: bytes
    carries: bytes  # likewise of the event in it, if there is one


class Mail:
    """All messages of an app. `wrong`: those that contradict themselves, or lie where they must not."""

    def __init__(self, topic: str, partitions: int) -> None:
        self.topic, self.partitions = topic, partitions
        self.posted: dict[bytes, dict[int, Posted]] = {}  # by sender and number
        self.states: dict[tuple[bytes, int], bytes] = {}  # by sender and number: the message
        self.heard_of: dict[bytes, set[bytes]] = {}  # receiver -> whose states came to it
        self.tied: set[bytes] = set()  # who heard anything, or told more than whom a visitor is
        self.committed: dict[tuple[str, int], int] = {}  # as it was before all this was read
        self.ends: dict[int, int] = {}  # of each partition, as far as it was read
        self.repeats = 0
        self.moved = False  # more came since
        self.wrong: list[Difference] = []
        self._last: dict[tuple[int, bytes], int] = {}  # partition and sender -> the highest number so far

    def take(self, partition: int, records: Iterable[Any]) -> None:
        """Take records of a partition in the order of their offsets. What is no message of ours is judged with the receiver's records."""
        for record in records:
            message = decode_message(record.value)
            if not isinstance(message, Rejection):
                self._post(partition, record, message)

    def _post(self, partition: int, record: Any, message: Message) -> None:
        sender, key = message.sender, record.key or b""
        carries = digest_of(message.event.value) if isinstance(message, Forwarded) else b""
        new = Posted(message.number, key, partition, record.offset, digest_of(record.value), carries)
        first = self.posted.setdefault(sender, {}).setdefault(message.number, new)
        last = self._last.get((partition, sender), -1)
        if first is not new:
            self.repeats += 1
            if (first.to, first.digest) != (new.to, new.digest):
                place = f"{self.topic}-{first.partition} @ {first.offset}"
                self.wrong.append(self.differs(new, sender, f"is there twice with different bytes, first in {place}"))
        elif message.number < last:
            self.wrong.append(self.differs(new, sender, f"comes after message {last}"))
        if partition_of(key, self.partitions) != partition:
            self.wrong.append(self.differs(new, sender, f"for {_shown(key)} lies on the wrong partition"))
        self._last[partition, sender] = max(last, message.number)
        self.tied |= {key} if isinstance(message, Linked) else {key, sender}
        if isinstance(message, Parted) and first is new:
            self.states[sender, message.number] = record.value
            self.heard_of.setdefault(key, set()).add(sender)

    def differs(self, posted: Posted, sender: bytes, detail: str) -> Difference:
        """A message that is not as it must be."""
        said = f"message {posted.number} {detail}"
        return Difference("message_unlike", self.topic, posted.partition, posted.offset, _shown(sender), said)

    @property
    def senders(self) -> list[bytes]:
        """Who sent a state. It goes to a smaller id, so in this order everybody comes after those whose states it heard."""
        return sorted({sender for sender, _ in self.states}, key=rank, reverse=True)

    def needed(self, key: bytes) -> set[bytes]:
        """Whose states came to a lead, at first or second hand."""
        found: set[bytes] = set()
        left = [key]
        while left:
            more = self.heard_of.get(left.pop(), set()) - found
            found |= more
            left += more
        return found

    def merges(self, key: bytes) -> Iterator[tuple[bytes, int]]:
        """Sender and number of the states that this lead may have sent or heard."""
        for sender in (key, *self.heard_of.get(key, ())):
            for number in self.posted.get(sender, ()):
                if (sender, number) in self.states:
                    yield sender, number


def digest_of(value: bytes) -> bytes:
    """What two messages are compared by."""
    return blake2b(value, digest_size=16).digest()


def digest(message: Message) -> bytes:
    """That of a message as it must be published."""
    return digest_of(encode_message(message))


def _shown(key: bytes) -> str:
    return key.decode(errors="replace")
