"""Generations of the read model: one serves while the next is being built, and the switch is one write.

The first one serves at once, half built, since there is nothing else to show; it says so until it is whole.
"""

import msgspec
from msgspec import Struct
from redis.exceptions import WatchError

from intentflow.adapters.redis_client import Client
from intentflow.lane.follower import Place
from intentflow.readmodel.keys import INDEXES, Keys, Root

FORMAT = 2  # of what Redis holds; another one is built anew
BUILT, WHOLE = "built", "whole"
AT_ONCE = 1000  # keys deleted at a time


class Plan(Struct, frozen=True):
    """What a generation is built from."""

    format: int
    topic_ids: dict[str, str]
    ends: dict[str, int]  # where the topics ended when its building began, by topic/partition

    def fits(self, topic_ids: dict[str, str]) -> bool:
        """Whether it is of our format, and of these very topics."""
        return self.format == FORMAT and all(
            self.topic_ids.get(topic, id_) == id_ for topic, id_ in topic_ids.items() if id_
        )


_encode, _decode = msgspec.json.Encoder().encode, msgspec.json.Decoder(Plan).decode


class Generations:
    """The generations of one app's read model in a Redis."""

    def __init__(self, redis: Client, root: Root) -> None:
        self.redis, self.root = redis, root

    async def serving(self) -> int | None:
        """The number of the one that serves; None if there is none."""
        found = await self.redis.get(self.root.current)
        return None if found is None else int(found)

    async def plan(self, number: int) -> tuple[Plan | None, bool]:
        """What it is built from, None if that can't be told; and whether it is whole."""
        built, whole = await self.redis.hmget(self.root.generation(number).meta, [BUILT, WHOLE])
        try:
            return (None if built is None else _decode(built)), bool(whole)
        except msgspec.DecodeError:
            return None, False

    async def begin(self, plan: Plan, now: int, serves: bool) -> Keys:
        """A new one; `serves`: from now on. Its number is the millisecond of its beginning, so that none comes twice, whatever is lost."""
        known = await self.known()
        keys = self.root.generation(max([now, *(number + 1 for number in known)]))
        async with self.redis.pipeline(transaction=True) as pipe:
            pipe.hset(keys.meta, BUILT, _encode(plan))
            pipe.sadd(self.root.generations, keys.number)
            if serves:
                pipe.set(self.root.current, keys.number)
            await pipe.execute()
        return keys

    async def known(self) -> set[int]:
        """The numbers of all that are there."""
        return {int(number) for number in await self.redis.smembers(self.root.generations)}

    async def finish(self, keys: Keys) -> None:
        """It is whole."""
        await self.redis.hset(keys.meta, WHOLE, 1)

    async def forget(self, keys: Keys) -> None:
        """It can't be fed any further: nobody knows what it was built from."""
        await self.redis.hdel(keys.meta, BUILT)

    async def switch(self, old: int | None, new: int) -> bool:
        """The new one serves, unless another one than `old` does by now."""
        async with self.redis.pipeline(transaction=True) as pipe:
            await pipe.watch(self.root.current)
            found = await pipe.get(self.root.current)
            if (None if found is None else int(found)) != old:
                return False
            pipe.multi()
            pipe.set(self.root.current, new)
            try:
                await pipe.execute()
            except WatchError:
                return False
        return True

    async def wipe(self, number: int) -> None:
        """Nothing of it is there any more. Redis frees the memory by and by."""
        keys = self.root.generation(number)
        shelves = await self.redis.smembers(keys.shelves)
        names = [keys.by(index, int(shelf)) for index in INDEXES for shelf in shelves]
        names += [name for name in vars(keys).values() if isinstance(name, str) and name.startswith(f"{keys.prefix}:")]
        for first in range(0, len(names), AT_ONCE):
            await self.redis.unlink(*names[first : first + AT_ONCE])
        await self.redis.srem(self.root.generations, number)


def progress(positions: dict[Place, int], beginnings: dict[Place, int], ends: dict[str, int]) -> float:
    """How much of a generation is built, from 0 to 1."""
    total = done = 0
    for (topic, number), first in beginnings.items():
        end = ends.get(f"{topic}/{number}", first)
        total += max(0, end - first)
        done += min(max(0, positions.get((topic, number), first) - first), max(0, end - first))
    return done / total if total else 1.0
