"""How those who deliver webhooks are, as each says itself every second, beside the projector's pulse: for the console's health.

Delivery needs no Redis: where none is named, or it does not answer, nothing is said here, and metrics and `intentflow deliver status`
say the same.
"""

from collections.abc import Sequence
from contextlib import suppress

import msgspec
from msgspec import Struct
from redis.exceptions import RedisError

from intentflow.adapters.redis_client import Client
from intentflow.readmodel.keys import Root
from intentflow.readmodel.pulse import STALE_SECONDS
from intentflow.readmodel.views import HealthPart

TROUBLES = (  # states of an endpoint's circuit, and what they mean
    (("disabled",), "asked for no more webhooks"),
    (("open", "half_open"), "does not take webhooks"),
)


class Endpoint(Struct, frozen=True):
    """How an endpoint is taken."""

    name: str
    state: str  # of its circuit; or held, disabled
    waiting: int  # changes


class Deliverer(Struct, frozen=True):
    """What one process said at a time, in epoch milliseconds."""

    at: int
    endpoints: tuple[Endpoint, ...]

    def is_stale(self, now: int) -> bool:
        """Whether it has said nothing for so long that it must have ended."""
        return now - self.at > STALE_SECONDS * 1000


_encode, _decode = msgspec.json.Encoder().encode, msgspec.json.Decoder(Deliverer).decode


class Say:
    """One process's place in Redis."""

    def __init__(self, redis: Client, root: Root, who: str) -> None:
        self._redis, self._key, self._who = redis, root.deliverers, who

    async def well(self, said: Deliverer) -> None:
        """It is told, and those that were killed are forgotten. Nothing happens where Redis does not answer."""
        with suppress(RedisError, OSError, TimeoutError):  # the console says itself that Redis does not answer
            others = await deliverers(self._redis, self._key)
            gone = [who for who, one in others.items() if one is None or one.is_stale(said.at)]
            if gone:
                await self._redis.hdel(self._key, *gone)
            await self._redis.hset(self._key, self._who, _encode(said))

    async def ended(self) -> None:
        """It ends, as it was told to: nobody need miss it."""
        with suppress(RedisError, OSError, TimeoutError):
            await self._redis.hdel(self._key, self._who)
        await self._redis.aclose()


async def deliverers(redis: Client, key: str) -> dict[bytes, Deliverer | None]:
    """All that were said, by who says it; None where it is none of ours. Raises RedisError."""
    return {who: _read(row) for who, row in (await redis.hgetall(key)).items()}


def _read(row: bytes) -> Deliverer | None:
    try:
        return _decode(row)
    except msgspec.DecodeError:
        return None


def part_of(said: Sequence[Deliverer], now: int) -> HealthPart | None:
    """What is to be said of webhooks; None where nobody delivers any."""
    if not said:
        return None
    alive = [one for one in said if not one.is_stale(now)]
    if not alive:
        says = "Nobody delivers webhooks any more, they wait in Kafka: start `intentflow deliver`."
        return HealthPart(name="webhooks", state="down", says=says)
    endpoints = [endpoint for one in alive for endpoint in one.endpoints]
    waiting = sum(one.waiting for one in endpoints)
    for states, words in TROUBLES:
        if names := sorted({one.name for one in endpoints if one.state in states}):
            who = ", ".join(names)
            words = words.replace("does", "do") if len(names) > 1 else words
            says = f"{who} {words}; {waiting:,} changes wait: see `intentflow deliver status`."
            return HealthPart(name="webhooks", state="degraded", says=says)
    says = f"Webhooks are delivered; {waiting:,} wait." if waiting else "All webhooks are delivered."
    return HealthPart(name="webhooks", state="ok", says=says)
