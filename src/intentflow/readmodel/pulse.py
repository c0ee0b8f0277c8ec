"""How the projector is, as it says itself every second. Whoever reads it knows by its time whether anybody still says it."""

from typing import Literal

import msgspec
from msgspec import Struct

Doing = Literal["building", "following", "waiting", "kafka", "full", "broken"]
STALE_SECONDS = 10.0


class Pulse(Struct, frozen=True, kw_only=True):
    """How the projector is. Times are epoch milliseconds."""

    at: int
    doing: Doing
    says: str = ""  # what is wrong, with the remedy
    generation: int = 0
    built: float = 1.0  # of the generation, from 0 to 1
    lag: int | None = None  # records that the read model is behind Kafka
    worker_lag: int | None = None  # records that the worker has not scored yet
    scored_at: int = 0  # when the worker's books moved last, as far as this projector has seen

    def is_stale(self, now: int) -> bool:
        """Whether nobody says it any more."""
        return now - self.at > STALE_SECONDS * 1000


_encode, _decode = msgspec.json.Encoder().encode, msgspec.json.Decoder(Pulse).decode


def encode_pulse(pulse: Pulse) -> bytes:
    """As Redis keeps it."""
    return _encode(pulse)


def decode_pulse(row: bytes | None) -> Pulse | None:
    """The pulse, if there is one of ours."""
    try:
        return None if row is None else _decode(row)
    except msgspec.DecodeError:
        return None
