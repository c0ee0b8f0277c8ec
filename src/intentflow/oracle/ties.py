"""Who a lead is to others, and what leads tell each other. The sentences quoted are those of `docs/semantics.md`, "Identity".

A state, as the reference tells it, holds all that its lead ever counted, event by event.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple
from zlib import crc32

from msgspec import Struct

from intentflow.domain.event import AnyEvent, Link, ids_of
from intentflow.oracle.admission import Outcome
from intentflow.oracle.past import Entry

Heard = Outcome | Literal["forwarded", "passed"]  # what became of a record; passed: a message that is no event
TOLD = 32


class Forwarded(NamedTuple):
    """An event that came for an alias."""

    sender: bytes
    number: int
    received: int
    event: AnyEvent


class Linked(NamedTuple):
    """The receiver and `other` are one person."""

    sender: bytes
    number: int
    at: int
    other: bytes


class Past(NamedTuple):
    """All that a lead was when it became an alias."""

    entries: Sequence[Entry]
    newest: int
    floor: int
    remembered: Sequence[tuple[int, int]]
    left: dict[int, int]  # stage -> when it was last left
    entered: dict[int, list[int]]  # stage with `hand_offs` -> when it was entered
    told: dict[bytes, int]  # cart -> the latest activity as of when its abandonment was told


class Parted(NamedTuple):
    """A lead became an alias; its receiver is to take what it was."""

    sender: bytes
    number: int
    at: int
    whose: bytes  # the lead that it was; the sender may be an alias that sends it on
    past: Past


Message = Forwarded | Linked | Parted


class Letter(NamedTuple):
    """A message and whom it is for."""

    to: bytes
    message: Message


class Ties(Struct):
    """What ties a lead to others."""

    alias: bytes = b""  # its target; empty: it is itself
    sent: int = 0
    heard: dict[bytes, int] = {}  # sender -> the number of the last message heard
    told: list[int] = []  # CRC-32 of the visitors that were told, the latest last

    def next_number(self, time: int) -> int:
        """'The larger of `sent + 1` and the time of what caused it, which becomes `sent`.'"""
        self.sent = max(self.sent + 1, time)
        return self.sent

    def hear(self, sender: bytes, number: int) -> bool:
        """'A message whose number is not above it is a repeat and does nothing.'"""
        if number <= self.heard.get(sender, -1):
            return False
        self.heard[sender] = number
        return True

    def tell(self, visitor: bytes) -> bool:
        """'Once for each visitor among the latest 32 (by CRC-32 of the visitor's key) that the lead told so.'"""
        name = crc32(visitor)
        if name in self.told:
            return False
        self.told = [*self.told, name][-TOLD:]
        return True


def order(key: bytes) -> tuple[bool, bool, bytes]:
    """'User ids, then e-mails, then visitors; among equals by the bytes of their keys.'"""
    visitor = key[:2] == b"v:"
    return visitor, not visitor and b"@" in key, key


def smaller_of(link: Link) -> bytes:
    """The smaller of a link's ids, which its key becomes an alias of."""
    return min(ids_of(link), key=order)
