"""Keeping what is written right as time passes: scores fade all the time, and a list is sorted by what was written.

A score in an index is that of its writing. So every few seconds some leads are read again and their indexes brought up to now, all of them
within `refresh` seconds. What is shown of a lead is computed when it is asked for; only order and ranges may be that much behind.
"""

from intentflow.adapters.redis_client import Client
from intentflow.domain.change import rfc3339
from intentflow.domain.fold import Fold
from intentflow.readmodel.books import KEPT_SECONDS
from intentflow.readmodel.keys import INDEXES, Index, Keys
from intentflow.readmodel.standing import standing_of
from intentflow.readmodel.streams import without
from intentflow.readmodel.told import decode_history, decode_told

FADING: tuple[Index, ...] = ("engagement", "fit", "intent")
LEAST = 100  # leads at a time
MOST = 2000
SETTLED_MS = 60_000  # a change of a lead without a row that is older is of one that was erased
DAYS_KEPT = 400  # of the counts of entries
DAY_MS = 86_400_000


class Sweep:
    """The sweep over one generation."""

    def __init__(self, redis: Client, keys: Keys, fold: Fold, refresh: float) -> None:
        self._redis, self._keys, self._fold, self._refresh = redis, keys, fold, refresh
        self._rows = self._told = 0  # cursors

    async def turn(self, now: int, seconds: float, settled: bool) -> bool:
        """As many leads as `seconds` of the refresh time are worth. `settled`: the changelog is read to its end.

        Returns whether the indexes still hold the same leads as each other: if not, somebody else deleted some.
        """
        count = await self._redis.hlen(self._keys.rows)
        share = min(MOST, max(LEAST, int(count * seconds / self._refresh)))
        self._rows, rows = await self._redis.hscan(self._keys.rows, self._rows, count=share)
        await self._bring_up_to(now, rows)
        if settled:
            await self._forget_told(now, share)
        if not self._rows:
            await self._forget_old(now)
        return await self._is_even()

    async def _bring_up_to(self, now: int, rows: dict[bytes, bytes]) -> None:
        scores: dict[tuple[Index, int], dict[bytes, float]] = {}
        for key, row in rows.items():
            standing = standing_of(self._fold, key, row, now)
            if standing is not None:
                for index in FADING:
                    scores.setdefault((index, standing.shelf), {})[key] = standing.numbers[index]
        pipe = self._redis.pipeline(transaction=False)
        for (index, shelf), members in scores.items():
            pipe.zadd(self._keys.by(index, shelf), members, xx=True)
        await pipe.execute()

    async def _forget_told(self, now: int, share: int) -> None:
        """Changes of leads that are no more go: they may have been read after their lead was erased."""
        self._told, told = await self._redis.hscan(self._keys.told, self._told, count=share)
        old = [key for key, row in told.items() if decode_history(row)[-1].published < now - SETTLED_MS]
        gone = [key for key in old if not await self._redis.hexists(self._keys.rows, key)]
        if gone:
            await self._redis.hdel(self._keys.told, *gone)

    async def _forget_old(self, now: int) -> None:
        """Once a round: entries of the feed of leads that are no more, seconds and days that nobody asks for."""
        entries = await self._redis.xrange(self._keys.feed, max=f"{now - SETTLED_MS}")
        leads = sorted({decode_told(entry[b"c"]).lead.encode() for _, entry in entries})
        there = await self._redis.hmget(self._keys.rows, leads) if leads else []
        gone = {key.decode() for key, row in zip(leads, there, strict=True) if row is None}
        rest = (
            await without(self._redis, self._keys.feed, lambda fields: decode_told(fields[b"c"]).lead in gone)
            if gone
            else None
        )
        if rest is not None:
            pipe = self._redis.pipeline(transaction=True)
            rest.write(pipe)
            await pipe.execute()
        seconds = await self._redis.hkeys(self._keys.rates)
        days = await self._redis.hkeys(self._keys.entered)
        await self._drop(self._keys.rates, [f for f in seconds if int(f.split(b":")[0]) < now // 1000 - KEPT_SECONDS])
        first = day_of(now - DAYS_KEPT * DAY_MS).encode()
        await self._drop(self._keys.entered, [field for field in days if field[:10] < first])

    async def _drop(self, key: str, fields: list[bytes]) -> None:
        if fields:
            await self._redis.hdel(key, *fields)

    async def _is_even(self) -> bool:
        pipe = self._redis.pipeline(transaction=False)
        shelves = [int(shelf) for shelf in await self._redis.smembers(self._keys.shelves)]
        for index in INDEXES:
            for shelf in shelves:
                pipe.zcard(self._keys.by(index, shelf))
        pipe.zcard(self._keys.names)
        *counts, names = await pipe.execute()
        sums = {sum(counts[n * len(shelves) : (n + 1) * len(shelves)]) for n in range(len(INDEXES))}
        return sums == {names}


def day_of(time_ms: int) -> str:
    """The day (UTC) of a time: `2026-05-01`."""
    return rfc3339(time_ms)[:10]
