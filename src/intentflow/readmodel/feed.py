"""The feed of changes: the latest, those after a place, and those that come."""

from collections.abc import AsyncGenerator

from intentflow.adapters.redis_client import Client
from intentflow.readmodel.change_told import ChangeTeller
from intentflow.readmodel.cursors import FeedCursor, decode_feed_cursor
from intentflow.readmodel.keys import Keys, Root
from intentflow.readmodel.told import decode_told
from intentflow.readmodel.views import ChangePage, ChangeView
from intentflow.readmodel.writes import FEED

Entries = list[tuple[bytes, dict[bytes, bytes]]]
NOTHING = "0-0"
BLOCK_MS = 1000  # that a follower waits before it looks whether another generation serves


class Feed:
    """The feed of whatever generation serves."""

    def __init__(self, redis: Client, root: Root, teller: ChangeTeller) -> None:
        self._redis, self._root, self._teller = redis, root, teller

    async def latest(self, keys: Keys, limit: int) -> ChangePage:
        """The latest, the newest first."""
        entries: Entries = await self._redis.xrevrange(keys.feed, count=limit)
        changes = await self._views(keys, entries)
        newest = entries[0][0].decode() if entries else NOTHING
        return ChangePage(changes=tuple(changes), cursor=str(FeedCursor(keys.number, newest)), reset=False)

    async def after(self, keys: Keys, cursor: FeedCursor, limit: int) -> ChangePage:
        """Those after a place, in their order; `reset` if some of them are not kept any more."""
        if cursor.generation != keys.number or await self._is_cut(keys, cursor.entry):
            return (await self.latest(keys, limit)).model_copy(update={"reset": True})
        entries: Entries = await self._redis.xrange(keys.feed, f"({cursor.entry}", "+", count=limit)
        changes = await self._views(keys, entries)
        last = entries[-1][0].decode() if entries else cursor.entry
        return ChangePage(changes=tuple(changes), cursor=str(FeedCursor(keys.number, last)), reset=False)

    async def follow(
        self, cursor: FeedCursor | None, beat_seconds: float, limit: int
    ) -> AsyncGenerator[ChangePage, None]:
        """Pages of changes as they come, the first one at once: it may hold none, but says from where on. So does a heartbeat."""
        waited = beat_seconds * 1000
        while True:
            number = await self._redis.get(self._root.current)
            keys = self._root.generation(int(number or 0))
            if cursor is None:
                cursor = decode_feed_cursor((await self.latest(keys, 1)).cursor)
            page = await self.after(keys, cursor, limit)
            cursor = decode_feed_cursor(page.cursor)
            if page.changes or page.reset or waited >= beat_seconds * 1000:
                waited = 0
                yield page
            else:
                waited += BLOCK_MS
                await self._redis.xread({keys.feed: cursor.entry}, count=1, block=BLOCK_MS)

    async def _is_cut(self, keys: Keys, entry: str) -> bool:
        """Whether entries after this one may have been dropped, since the feed keeps only so many."""
        first: Entries = await self._redis.xrange(keys.feed, count=1)
        if not first or _order(first[0][0].decode()) <= _order(entry):
            return False
        return bool((await self._redis.xinfo_stream(keys.feed))["entries-added"] > FEED)

    async def _views(self, keys: Keys, entries: Entries) -> list[ChangeView]:
        """As views; those of leads that are no more are left out."""
        told = [(entry.decode(), decode_told(fields[b"c"])) for entry, fields in entries]
        pipe = self._redis.pipeline(transaction=False)
        for _, one in told:
            pipe.hexists(keys.rows, one.lead)
        there = await pipe.execute() if told else []
        return [
            self._teller.view(one, str(FeedCursor(keys.number, entry)))
            for (entry, one), is_there in zip(told, there, strict=True)
            if is_there
        ]


def _order(entry: str) -> tuple[int, int]:
    time, _, number = entry.partition("-")
    return int(time), int(number)
