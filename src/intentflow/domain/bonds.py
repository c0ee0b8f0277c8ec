"""Who a lead is: an alias of another or itself, what it told others and what it heard of them. `docs/semantics.md`, "Identity".

Few leads have any of it, so a lead holds None until it has. What is known of other leads is kept as packed bytes, newest last, and bounded:
the oldest goes first.
"""

import struct
from hashlib import blake2b
from zlib import crc32

from msgspec import Struct

TOLD = 32  # visitors that a lead remembers to have told who they are
HEARD = 1024  # senders whose last number a lead remembers
MERGED = 16  # leads whose state came in, kept to explain a score
_ENTRY = struct.Struct(">8sQ")  # hash of the sender's key, its last number
HEARD_BYTES = _ENTRY.size


class Merged(Struct, array_like=True, frozen=True, gc=False):
    """A lead whose state came in, and what its pieces were worth at that moment."""

    whose: bytes  # its key
    at: int
    scores: tuple[float, float, float]  # in the order of AXES


class Bonds(Struct, array_like=True, gc=False):
    """What ties a lead to others."""

    alias: bytes = b""  # the key of the lead that this one is an alias of; empty: it is itself
    sent: int = 0  # the number of the last message that it sent
    heard: bytes = b""  # by sender: the number of the last message heard
    told: bytes = b""  # visitors that were told that they are this lead: 4 bytes each, CRC-32 of their keys
    merged: list[Merged] = []  # newest last
    since: list[int] = []  # of an alias, by source: records before it were in the ledger when it became one


def rank(key: bytes) -> tuple[int, bytes]:
    """Where an id stands: user ids, then e-mails, then visitors; among equals by bytes. An alias' target is always smaller."""
    return (2 if key.startswith(b"v:") else 1 if b"@" in key else 0), key


def is_visitor(key: bytes) -> bool:
    """Whether the key is that of a browser nobody is known by."""
    return key.startswith(b"v:")


def next_number(bonds: Bonds, time: int) -> int:
    """The number of the next message, which becomes `sent`; never below the time of its cause, so that a key that begins anew is heard."""
    bonds.sent = max(bonds.sent + 1, time)
    return bonds.sent


def hear(bonds: Bonds, sender: bytes, number: int) -> bool:
    """Note a message; False if it was heard before."""
    name, heard = blake2b(sender, digest_size=8).digest(), bonds.heard
    for at in range(0, len(heard), _ENTRY.size):
        who, last = _ENTRY.unpack_from(heard, at)
        if who == name:
            if number <= last:
                return False
            heard = heard[:at] + heard[at + _ENTRY.size :]
            break
    bonds.heard = (heard + _ENTRY.pack(name, number))[-HEARD * _ENTRY.size :]
    return True


def tell_once(bonds: Bonds, visitor: bytes) -> bool:
    """Note that a visitor is told who it is; False if it was told before."""
    name, told = crc32(visitor).to_bytes(4, "big"), bonds.told
    if any(told[at : at + 4] == name for at in range(0, len(told), 4)):
        return False
    bonds.told = (told + name)[-4 * TOLD :]
    return True
