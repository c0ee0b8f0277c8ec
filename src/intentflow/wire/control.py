"""Records of the control topic. Whatever else is on that topic is rejected.

| key | value, JSON | says |
|---|---|---|
| `CLOCK_KEY` | `{"clock": <epoch milliseconds>}` | this partition has reached that time |
| a lead's | `{"erase": <epoch milliseconds>}` | the lead is to be forgotten, asked for at that time |

An erasure lies on the partition of its lead's key, as the lead's events do.
"""

import msgspec
from msgspec import Struct

from intentflow.domain.event import EARLIEST, LATEST, lead_key, visitor_key
from intentflow.wire.rejections import Rejection
from intentflow.wire.routes import Route

CLOCK_KEY = b"\0clock"


class ClockRecord(Struct, frozen=True, forbid_unknown_fields=True):
    """The time that the partition has reached, in epoch milliseconds."""

    clock: int


class Erasure(Struct, frozen=True):
    """The lead with this key is to be forgotten, asked for at `at` (epoch ms)."""

    key: bytes
    at: int


class _Erase(Struct, frozen=True, forbid_unknown_fields=True):
    erase: int


_clock = msgspec.json.Decoder(ClockRecord).decode
_erase = msgspec.json.Decoder(_Erase).decode
_encode = msgspec.json.Encoder().encode


def encode_clock(time: int) -> tuple[bytes, bytes]:
    """Key and value of the clock record for `time` (epoch milliseconds)."""
    return CLOCK_KEY, _encode(ClockRecord(time))


def encode_erasure(key: bytes, at: int) -> tuple[bytes, bytes]:
    """Key and value of the record that erases the lead with this key; `at` in epoch milliseconds."""
    return key, _encode(_Erase(at))


def decode_control(
    key: bytes | None, value: bytes | None, partition: int, partitions: int
) -> ClockRecord | Erasure | Rejection:
    """What a control record on this partition says, or why it is refused."""
    if not value:
        return Rejection("empty", "a control record without a value")
    if key is None or (key != CLOCK_KEY and not _is_lead(key)):
        return Rejection("misrouted", f"a control record's key is {CLOCK_KEY!r}, or that of the lead to be erased")
    try:
        said = _clock(value) if key == CLOCK_KEY else Erasure(key, _erase(value).erase)
    except msgspec.ValidationError as error:
        wanted = "clock" if key == CLOCK_KEY else "erase"
        return Rejection(
            "wrong_type", f"a control record with this key is {{'{wanted}': <epoch milliseconds>}}: {error}"
        )
    except msgspec.DecodeError as error:
        return Rejection("not_json", str(error))
    time = said.clock if isinstance(said, ClockRecord) else said.at
    if not EARLIEST <= time < LATEST:
        return Rejection("bad_time", f"the record says {time}: before 2000 or after 2100, in milliseconds")
    if isinstance(said, Erasure):
        route = Route(partition, partitions, [key])
        if route.astray:
            return route.misrouted(key, key)
    return said


def _is_lead(key: bytes) -> bool:
    """Whether a lead can have this key: the ids in keys are stripped, and e-mail addresses in lower case."""
    kind, name = key[:2], key[2:].decode(errors="replace")
    return (kind == b"l:" and lead_key(name) == key) or (kind == b"v:" and visitor_key(name) == key)
