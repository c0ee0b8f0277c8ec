"""Records of the control topic. A clock record says: this partition has reached that time.

Its key is `CLOCK_KEY`, its value JSON: `{"clock": <epoch milliseconds>}`. Whatever else is on that topic is rejected.
"""

import msgspec
from msgspec import Struct

from intentflow.domain.event import EARLIEST, LATEST
from intentflow.wire.rejections import Rejection

CLOCK_KEY = b"\0clock"


class ClockRecord(Struct, frozen=True, forbid_unknown_fields=True):
    """The time that the partition has reached, in epoch milliseconds."""

    clock: int


_decode = msgspec.json.Decoder(ClockRecord).decode
_encode = msgspec.json.Encoder().encode


def encode_clock(time: int) -> tuple[bytes, bytes]:
    """Key and value of the clock record for `time` (epoch milliseconds)."""
    return CLOCK_KEY, _encode(ClockRecord(time))


def decode_control(key: bytes | None, value: bytes | None) -> int | Rejection:
    """The time that a clock record says, or why the record is refused."""
    if not value:
        return Rejection("empty", "a control record without a value")
    if key != CLOCK_KEY:
        return Rejection("misrouted", f"a control record's key is {CLOCK_KEY!r}")
    try:
        time = _decode(value).clock
    except msgspec.ValidationError as error:
        return Rejection("wrong_type", f"a control record is {{'clock': <epoch milliseconds>}}: {error}")
    except msgspec.DecodeError as error:
        return Rejection("not_json", str(error))
    if not EARLIEST <= time < LATEST:
        return Rejection("bad_time", f"the clock says {time}: before 2000 or after 2100, in milliseconds")
    return time
