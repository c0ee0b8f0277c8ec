"""Records of a changelog that are no leads: their keys begin with NUL, which no lead's key does.

| key | value | what |
|---|---|---|
| `\0fence:` + value | epoch (4 bytes), process token (16) | the partition is that process's; a key of its own, never compacted away |
| `\0ledger:` + source number | head, MessagePack `Ledger` | what became of a source's records; first in each chunk's batch |
| `\0sources` | head, MessagePack `[[topic, topic id], ...]` | the sources by number, numbered once and for ever |
| `\0model` | head, the hash | the scoring model that took effect last: all leads of the partition were brought to it |

The head is that of a lead's row (`wire/rows.py`), so that the epoch of every record is in its first four bytes. No mark has a due time:
the place of it is 0, and in that of the model it is when the model took effect (docs/decisions/0023).
"""

import msgspec
from msgspec import Struct

from intentflow.wire.records import Ledger
from intentflow.wire.rows import HEAD, VERSION, due_of

FENCE = b"\0fence:"
LEDGER = b"\0ledger:"
SOURCES = b"\0sources"
MODEL = b"\0model"
_encode = msgspec.msgpack.Encoder().encode
_ledger = msgspec.msgpack.Decoder(Ledger).decode


class Fence(Struct, frozen=True):
    """A process took the partition; records of a lower epoch that come after it are void."""

    epoch: int
    token: bytes  # of the process


class Topic(Struct, frozen=True, array_like=True):
    """A source topic; one that was deleted and made again has another id. `""`: the broker doesn't say."""

    name: str
    id: str = ""


_sources = msgspec.msgpack.Decoder(list[Topic]).decode


def encode_fence(fence: Fence) -> tuple[bytes, bytes]:
    """Key and value. The token is in the key too: of two that race for an epoch the first one's fence counts, and must stay."""
    value = fence.epoch.to_bytes(4, "big") + fence.token
    return FENCE + value, value


def decode_fence(value: bytes) -> Fence:
    """The fence in a value."""
    return Fence(int.from_bytes(value[:4], "big"), value[4:])


def ledger_key(source: int) -> bytes:
    """The key of a source's ledger row."""
    return LEDGER + str(source).encode()


def encode_ledger(epoch: int, ledger: Ledger) -> bytes:
    """The value of a ledger row."""
    return HEAD.pack(epoch, VERSION << 1, 0) + _encode(ledger)


def decode_ledger(row: bytes) -> Ledger:
    """The ledger in a value."""
    return _ledger(row[HEAD.size :])


def encode_sources(epoch: int, sources: list[Topic]) -> bytes:
    """The value of the record of sources."""
    return HEAD.pack(epoch, VERSION << 1, 0) + _encode(sources)


def decode_sources(row: bytes) -> list[Topic]:
    """The sources in a value, by number."""
    return _sources(row[HEAD.size :])


def encode_model(epoch: int, model_hash: str, at: int) -> bytes:
    """The value of the record of the model that took effect, at `at` (epoch milliseconds)."""
    return HEAD.pack(epoch, VERSION << 1, at) + model_hash.encode()


def decode_model(row: bytes) -> tuple[str, int]:
    """The hash of the model in a value, and when it took effect (epoch milliseconds; 0 where a version before 0023 has written)."""
    return row[HEAD.size :].decode(), due_of(row)
