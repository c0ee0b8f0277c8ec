"""Records of the control topic. Whatever else is on that topic is rejected.

| key | value, JSON | says |
|---|---|---|
| `CLOCK_KEY` | `{"clock": <epoch milliseconds>}` | this partition has reached that time |
| `MODEL_KEY` | `{"model": <hash>, "at": <epoch milliseconds>}` | that scoring model takes effect, for all leads of this partition |
| a lead's | `{"erase": <epoch milliseconds>}` | the lead is to be forgotten, asked for at that time |

An erasure lies on the partition of its lead's key, as the lead's events do.
"""

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from intentflow.domain.event import EARLIEST, LATEST, lead_key, visitor_key
from intentflow.wire.rejections import Rejection
from intentflow.wire.routes import Route

CLOCK_KEY = b"\0clock"
MODEL_KEY = b"\0model"
WANTED = {
    CLOCK_KEY: "{'clock': <epoch milliseconds>}",
    MODEL_KEY: "{'model': <its hash>, 'at': <epoch milliseconds>}",
}


class ClockRecord(Struct, frozen=True, forbid_unknown_fields=True):
    """The time that the partition has reached, in epoch milliseconds."""

    clock: int


class ModelRecord(Struct, frozen=True, forbid_unknown_fields=True):
    """The scoring model with this hash takes effect, at `at` (epoch ms)."""

    model: Annotated[str, Meta(pattern=r"^[0-9a-f]{8,64}$")]
    at: int


class Erasure(Struct, frozen=True):
    """The lead with this key is to be forgotten, asked for at `at` (epoch ms)."""

    key: bytes
    at: int


class _Erase(Struct, frozen=True, forbid_unknown_fields=True):
    erase: int


_clock = msgspec.json.Decoder(ClockRecord).decode
_model = msgspec.json.Decoder(ModelRecord).decode
_erase = msgspec.json.Decoder(_Erase).decode
_encode = msgspec.json.Encoder().encode


def encode_clock(time: int) -> tuple[bytes, bytes]:
    """Key and value of the clock record for `time` (epoch milliseconds)."""
    return CLOCK_KEY, _encode(ClockRecord(time))


def encode_model(model_hash: str, at: int) -> tuple[bytes, bytes]:
    """Key and value of the record by which the model with this hash takes effect; `at` in epoch milliseconds."""
    return MODEL_KEY, _encode(ModelRecord(model_hash, at))


def encode_erasure(key: bytes, at: int) -> tuple[bytes, bytes]:
    """Key and value of the record that erases the lead with this key; `at` in epoch milliseconds."""
    return key, _encode(_Erase(at))


def decode_control(
    key: bytes | None, value: bytes | None, partition: int, partitions: int
) -> ClockRecord | ModelRecord | Erasure | Rejection:
    """What a control record on this partition says, or why it is refused."""
    if not value:
        return Rejection("empty", "a control record without a value")
    if key is None or (key not in (CLOCK_KEY, MODEL_KEY) and not _is_lead(key)):
        keys = f"{CLOCK_KEY!r}, {MODEL_KEY!r}, or that of the lead to be erased"
        return Rejection("misrouted", f"a control record's key is {keys}")
    try:
        said = _said(key, value)
    except msgspec.ValidationError as error:
        wanted = WANTED.get(key, "{'erase': <epoch milliseconds>}")
        return Rejection("wrong_type", f"a control record with this key is {wanted}: {error}")
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


def _said(key: bytes, value: bytes) -> ClockRecord | ModelRecord | Erasure:
    if key == CLOCK_KEY:
        return _clock(value)
    return _model(value) if key == MODEL_KEY else Erasure(key, _erase(value).erase)


def _is_lead(key: bytes) -> bool:
    """Whether a lead can have this key: the ids in keys are stripped, and e-mail addresses in lower case."""
    kind, name = key[:2], key[2:].decode(errors="replace")
    return (kind == b"l:" and lead_key(name) == key) or (kind == b"v:" and visitor_key(name) == key)
