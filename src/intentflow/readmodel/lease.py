"""A lease: one process at a time does a thing.

It is a courtesy that spares work; what keeps Redis right are its transactions (`store.py`).
"""

import secrets

from intentflow.adapters.redis_client import Client

SECONDS = 10.0
RENEW = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 0
"""
RELEASE = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""


class Lease:
    """The right to do something, for ten seconds at a time."""

    def __init__(self, redis: Client, key: str) -> None:
        self._redis, self._key, self._token = redis, key, secrets.token_hex(8)

    async def hold(self) -> bool:
        """Whether it is ours from now on for ten seconds. Works in a Redis that is full, if it was ours already."""
        if await self._redis.eval(RENEW, 1, self._key, self._token, int(SECONDS * 1000)):
            return True
        return bool(await self._redis.set(self._key, self._token, nx=True, px=int(SECONDS * 1000)))

    async def release(self) -> None:
        """It is nobody's, if it was ours."""
        await self._redis.eval(RELEASE, 1, self._key, self._token)
