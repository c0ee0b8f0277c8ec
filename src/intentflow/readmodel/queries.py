"""The doors of the read model: every question that the API and the console ask, with a typed answer."""

from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing, contextmanager
from datetime import date

from redis.exceptions import RedisError

from intentflow.adapters.redis_client import Client
from intentflow.domain.fold import Fold
from intentflow.errors import ServerMissingError
from intentflow.model.load import Reading
from intentflow.readmodel.change_told import ChangeTeller, moment_of
from intentflow.readmodel.clock import wall
from intentflow.readmodel.cursors import BadCursorError, decode_feed_cursor, decode_lead_cursor, encode_lead_cursor
from intentflow.readmodel.feed import Feed
from intentflow.readmodel.funnel import Counts
from intentflow.readmodel.generations import Generations
from intentflow.readmodel.health_told import parts_of, worst
from intentflow.readmodel.keys import Keys, Root
from intentflow.readmodel.lead_told import LeadTeller
from intentflow.readmodel.lead_views import LeadDetail, WaysView
from intentflow.readmodel.listing import Listing
from intentflow.readmodel.looking import look
from intentflow.readmodel.model_told import model_view
from intentflow.readmodel.model_views import ModelView
from intentflow.readmodel.refused_told import RefusedPages
from intentflow.readmodel.shelves import Rack
from intentflow.readmodel.told import Told, decode_history
from intentflow.readmodel.views import ChangePage, Funnel, Health, LeadPage, Rates, RejectionPage, Sort
from intentflow.readmodel.wanted import LeadFilter
from intentflow.wire.rows import decode_row

__all__ = ["BadCursorError", "LeadFilter", "ReadModel", "StoreMissingError"]
ALL = LeadFilter()
MOST_LEADS = 200  # of a page
MOST_CHANGES = 500
MOST_REJECTIONS = 200
MOST_ALIASES = 8  # in a row


class StoreMissingError(ServerMissingError):
    """Redis does not answer, or refuses us."""


class ReadModel:
    """What is known of an app's leads, as of a moment ago. Every method raises `StoreMissingError` if Redis is not there."""

    def __init__(self, redis: Client, app_id: str, reading: Reading, now: Callable[[], int] = wall) -> None:
        """`redis` is what `adapters.redis_client.connect` gives. `reading` is the scoring model that the workers run."""
        self._redis, self._root, self.reading, self._now = redis, Root(app_id), reading, now
        self._fold = Fold(reading.model)
        self._generations = Generations(redis, self._root)
        self._leads = LeadTeller(reading, self._fold)
        self._feed = Feed(redis, self._root, ChangeTeller(reading.model))
        self._rack = Rack(redis, self._fold)
        self._counts = Counts(redis, reading.model)
        self._refused = RefusedPages(redis)
        self._told: tuple[date, ModelView] | None = None

    async def leads(
        self, wanted: LeadFilter = ALL, sort: Sort = "stage", cursor: str | None = None, limit: int = 50
    ) -> LeadPage:
        """A page of leads: the highest stage, the latest or the most points first.

        Raises `BadCursorError`, and `RejectedError` for a stage that the model doesn't have.
        """
        after = None if cursor is None else decode_lead_cursor(cursor, sort)
        with answered():
            keys, now = await self._keys(), self._now()
            shelves = await self._rack.wanted(keys, wanted.stage, wanted.kind)
            listed = await Listing(self._redis, keys, shelves, wanted, sort).page(after, _within(limit, MOST_LEADS))
            rows = await self._redis.hmget(keys.rows, listed.keys) if listed.keys else []
        found = [
            self._leads.summary(key, row, now) for key, row in zip(listed.keys, rows, strict=True) if row is not None
        ]
        return LeadPage(
            leads=tuple(found),
            next=None if listed.next is None else encode_lead_cursor(listed.next),
            total=listed.total,
            as_of=moment_of(now),
        )

    async def lead(self, asked: str) -> LeadDetail | None:
        """A lead by its key, or by its id, e-mail or visitor id; None if there is none. Aliases lead to whose they are."""
        with answered():
            keys = await self._keys()
            found = await self._found(keys, asked)
            if found is None:
                return None
            first, key, row = found
            history = await self._history(keys, key)
        return self._leads.detail(key, row, first, history, self._now())

    async def ways(self, asked: str) -> WaysView | None:
        """What would move a lead up; None if there is none. Takes up to a second of computing."""
        with answered():
            found = await self._found(await self._keys(), asked)
        return None if found is None else self._leads.ways(found[1], found[2], self._now())

    async def changes(self, after: str | None = None, limit: int = 50) -> ChangePage:
        """The latest changes, the newest first; with `after` those that came after it, in their order. Raises `BadCursorError`."""
        cursor, limit = None if after is None else decode_feed_cursor(after), _within(limit, MOST_CHANGES)
        with answered():
            keys = await self._keys()
            return await (self._feed.latest(keys, limit) if cursor is None else self._feed.after(keys, cursor, limit))

    async def follow(self, after: str | None = None, beat_seconds: float = 15.0) -> AsyncGenerator[ChangePage, None]:
        """Changes as they come, for ever, from `after` or from now on. A page without changes is a heartbeat."""
        cursor = None if after is None else decode_feed_cursor(after)
        with answered():
            async with aclosing(self._feed.follow(cursor, beat_seconds, MOST_CHANGES)) as pages:
                async for page in pages:
                    yield page

    async def funnel(self, days: int = 14) -> Funnel:
        """How many leads stand in each stage, and came in on each of the last days (UTC)."""
        with answered():
            keys = await self._keys()
            return await self._counts.funnel(keys, await self._rack.each(keys), _within(days, 90), self._now())

    async def rates(self, seconds: int = 300) -> Rates:
        """How many events are being scored."""
        with answered():
            return await self._counts.rates(
                await self._keys(), await self._redis.get(self._root.pulse), _within(seconds, 900), self._now()
            )

    async def rejections(self, reason: str | None = None, cursor: str | None = None, limit: int = 50) -> RejectionPage:
        """The latest records that were refused, the newest first. Raises `BadCursorError`."""
        after = None if cursor is None else decode_feed_cursor(cursor)
        with answered():
            return await self._refused.page(await self._keys(), reason, after, _within(limit, MOST_REJECTIONS))

    async def health(self) -> Health:
        """Whether what is shown is whole and current. Answers whatever is down, Redis too."""
        now = self._now()
        seen = await look(self._redis, self._root, self._generations, self.reading.model.hash)
        parts, leads = parts_of(seen, now), 0
        try:
            with answered():
                keys = await self._keys()
                leads = await self._counts.leads(keys, await self._rack.each(keys))
        except StoreMissingError:
            pass  # the parts say so
        fresh = seen.pulse is not None and not seen.pulse.is_stale(now)
        return Health(
            state=worst(parts),
            parts=parts,
            generation=seen.generation,
            building=seen.pulse.built if seen.pulse is not None and not seen.whole else None,
            leads=leads,
            lag=seen.pulse.lag if seen.pulse is not None and fresh else None,
            as_of=moment_of(now),
        )

    def model(self) -> ModelView:
        """The scoring model, with what `intentflow model check` finds in it."""
        today = moment_of(self._now()).date()
        if self._told is None or self._told[0] != today:
            self._told = (
                today,
                model_view(self.reading, today),
            )  # what is to be reviewed by a date is found anew each day
        return self._told[1]

    async def _keys(self) -> Keys:
        """Those of the generation that serves; of one that is empty if none does."""
        return self._root.generation(await self._generations.serving() or 0)

    async def _found(self, keys: Keys, asked: str) -> tuple[bytes, bytes, bytes] | None:
        """The key that was asked for, the lead's own, and its row."""
        for first in keys_of(asked):
            key = first
            for _ in range(MOST_ALIASES):
                row = await self._redis.hget(keys.rows, key)
                if row is None:
                    break
                lead = decode_row(row)
                if lead.bonds is None or not lead.bonds.alias:
                    if lead.clock:
                        return first, key, row
                    break
                key = lead.bonds.alias
        return None

    async def _history(self, keys: Keys, key: bytes) -> list[Told]:
        held = await self._redis.hget(keys.told, key)
        return [] if held is None else decode_history(held)


@contextmanager
def answered() -> Iterator[None]:
    """Whatever Redis raises is `StoreMissingError` with the remedy."""
    try:
        yield
    except (RedisError, OSError, TimeoutError) as error:
        raise StoreMissingError(
            f"Redis does not answer, or refuses us ({error}): is it running? INTENTFLOW_REDIS_URL says where"
        ) from error


def keys_of(asked: str) -> list[bytes]:
    """What the key of a lead may be that is asked for by its key, its id, its e-mail address or its visitor id."""
    raw = asked.encode(errors="replace")
    if asked[:2] in ("l:", "v:"):
        return [raw]
    return [b"l:" + (asked.lower().encode(errors="replace") if "@" in asked else raw), b"v:" + raw]


def _within(number: int, most: int) -> int:
    return max(1, min(number, most))
