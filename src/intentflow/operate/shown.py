"""What the read model shows of a person: nothing of them may stay in Redis when they are forgotten."""

import asyncio
import time

from redis.exceptions import RedisError

from intentflow.adapters.redis_client import Client, connect
from intentflow.operate.person import Person
from intentflow.readmodel.keys import Root
from intentflow.settings import Settings

LOOK_SECONDS = 0.2


async def shown(settings: Settings, person: Person) -> dict[str, list[str]] | None:
    """By key of theirs, where Redis holds something under it; None if no Redis is configured. Raises `RedisError` if it does not answer."""
    if settings.redis_url is None:
        return None
    redis = connect(settings.redis_url.get_secret_value())
    try:
        return await _held(redis, Root(settings.app_id), person)
    finally:
        await redis.aclose()


async def _held(redis: Client, root: Root, person: Person) -> dict[str, list[str]]:
    held: dict[str, list[str]] = {}
    for number in await redis.smembers(root.generations):
        keys = root.generation(int(number))
        for key in person.keys:
            for name in (keys.rows, keys.told):
                if await redis.hexists(name, key):
                    held.setdefault(key.decode(errors="replace"), []).append(name)
    return held


async def until_nothing_is_shown(settings: Settings, person: Person, deadline: float) -> str:
    """Wait until Redis holds nothing of them: `gone`, or `none` if there is no Redis; else why not, in words. `deadline`: monotonic."""
    while True:
        try:
            held = await shown(settings, person)
        except (RedisError, OSError) as error:
            return f"not known: Redis does not answer ({error})"
        if not held:
            return "none" if held is None else "gone"
        if time.monotonic() > deadline:
            where = ", ".join(sorted({name for names in held.values() for name in names}))
            return f"not yet: {where}; is the read model's process running?"
        await asyncio.sleep(LOOK_SECONDS)
