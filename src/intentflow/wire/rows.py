"""A lead as the changelog holds it, byte for byte; the table keeps these bytes.

| bytes | what |
|---|---|
| 4 | epoch of the writer, big-endian: a record below the highest epoch before it is void (design 8, rule 10) |
| 1 | 128 if it is a stub, format version (6 bits), and 1 if the outbox is not empty |
| 8 | next due time in epoch milliseconds, big-endian; 0 = none |
| rest | the lead, MessagePack |

The version is that of every record of the changelog but fences, whose shape never changes. A newer one than ours is refused by whoever
reads the log (`lane/changelog.py`); what a new one needs: docs/operations.md, "Upgrading".

So recovery decodes no lead and still knows who wrote it, when it is due, whether it has something to publish
and whether it is a stub: what is left of a lead that was erased.
"""

import struct
from typing import Final

import msgspec

from intentflow.domain.lead import Judged, Lead

VERSION: Final = 1
STUB = 0x80
FORMAT = 0x7E  # the bits of the version
READ = frozenset(
    version << 1 for version in range(1, VERSION + 1)
)  # versions that this one reads, as they lie in those bits
HEAD: Final = struct.Struct(">IBQ")
_decode: Final = msgspec.msgpack.Decoder(Lead).decode
_judge = msgspec.msgpack.Decoder(Judged).decode
_encode: Final = msgspec.msgpack.Encoder().encode
_SIZE: Final = HEAD.size


def encode_row(epoch: int, lead: Lead) -> bytes:
    """The changelog value of a lead, as the owner with that epoch writes it."""
    return HEAD.pack(epoch, VERSION << 1 | bool(lead.outbox), lead.due) + _encode(lead)


def encode_stub(epoch: int, lead: Lead) -> bytes:
    """The changelog value of what is left of a lead that was erased."""
    return HEAD.pack(epoch, STUB | VERSION << 1 | bool(lead.outbox), lead.due) + _encode(lead)


def decode_row(row: bytes) -> Lead:
    """The lead in a changelog value. Raises `msgspec.DecodeError` if it is not one."""
    return _decode(memoryview(row)[_SIZE:])


def judge_of(row: bytes) -> int:
    """CRC-32 of the hash of the model that judged the lead last; the rest of it is not decoded."""
    return _judge(memoryview(row)[_SIZE:]).model


def format_of(row: bytes) -> int:
    """The version of the format that a lead's row, or any mark but a fence, is written in."""
    return (row[4] & FORMAT) >> 1


def with_epoch(epoch: int, row: bytes) -> bytes:
    """The same lead, as the owner with that epoch writes it."""
    return epoch.to_bytes(4, "big") + row[4:]


def has_outbox(row: bytes) -> bool:
    """Whether the lead has changes that may not have been published."""
    return bool(row[4] & 1)


def is_stub(row: bytes) -> bool:
    """Whether the lead was erased, and nothing has come for it since."""
    return bool(row[4] & STUB)


def due_of(row: bytes) -> int:
    """The next due time in epoch milliseconds, 0 if time alone changes nothing."""
    return int.from_bytes(row[5:13], "big")
