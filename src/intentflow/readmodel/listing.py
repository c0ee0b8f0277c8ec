"""Pages of leads: which ones, in which order. A page costs what it shows, not what there is.

Each shelf (one stage, one kind) has a sorted set for each order; a list over several merges theirs. If a filter leaves few leads, they are
gathered from its own index and sorted here; if it leaves many, the order's index is walked and the filter finds them soon. A filter of
several parts that each leave many and together few would walk for long: then the page is cut short, and its cursor goes on.

Order and ranges go by the numbers as they were written (`sweep.py`).
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from intentflow.adapters.redis_client import Client
from intentflow.readmodel.cursors import LeadCursor
from intentflow.readmodel.keys import Index, Keys
from intentflow.readmodel.views import Sort
from intentflow.readmodel.wanted import INFINITE, LeadFilter, Place, Sieve, beginning_with

GATHERED = 3000  # leads that a filter may leave to be gathered
WALKED = 100_000  # leads that one page may look at
STEP, LONGEST_STEP = 500, 8000  # leads at a time, more each time
NEXT = """
local score, member, count = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3])
local function passed(s, m)
  if s ~= score then return s > score end
  for i = 1, math.min(#m, #member) do
    local a, b = string.byte(m, i), string.byte(member, i)
    if a ~= b then return a > b end
  end
  return #m >= #member
end
local low, high = 0, redis.call('ZCARD', KEYS[1])
while low < high do
  local middle = math.floor((low + high) / 2)
  local found = redis.call('ZREVRANGE', KEYS[1], middle, middle, 'WITHSCORES')
  if passed(tonumber(found[2]), found[1]) then low = middle + 1 else high = middle end
end
return redis.call('ZREVRANGE', KEYS[1], low, low + count - 1, 'WITHSCORES')
"""


class Listed(NamedTuple):
    """The keys of a page, in order, where the next one begins, and how many there are if that was counted."""

    keys: list[bytes]
    next: LeadCursor | None
    total: int | None


class Listing:
    """The leads of one generation in one order."""

    def __init__(
        self, redis: Client, keys: Keys, shelves: Sequence[Sequence[int]], wanted: LeadFilter, sort: Sort
    ) -> None:
        """`shelves`: those of the wanted leads by stage, the highest stage first."""
        self._redis, self._keys, self._wanted, self._sort = redis, keys, wanted, sort
        self._sieve = Sieve(redis, keys, wanted)
        self._index: Index = "since" if sort == "stage" else sort
        self._groups = (
            [list(some) for some in shelves] if sort == "stage" else [[one for some in shelves for one in some]]
        )

    async def page(self, after: LeadCursor | None, limit: int) -> Listed:
        """So many leads, or fewer, that come after the cursor."""
        gathered = await self._gathered()
        if gathered is not None:
            return await self._of_gathered(gathered, after, limit)
        return await self._walk(after, limit)

    async def _walk(self, after: LeadCursor | None, limit: int) -> Listed:
        found: list[bytes] = []
        at, looked = after, 0
        step = limit + 1 if self._wanted.is_plain else max(STEP, limit + 1)
        while looked < WALKED:
            places = await self._next(at, step)
            looked += len(places)
            for place in await self._sieve.fitting(places):
                if len(found) == limit:
                    return Listed(found, at, await self._counted())
                found.append(place.key)
                at = self._cursor(place)
            if len(places) < step:
                return Listed(found, None, await self._counted())
            at, step = self._cursor(places[-1]), min(2 * step, LONGEST_STEP)
        return Listed(found, at, None)

    async def _counted(self) -> int | None:
        """How many leads are wanted, if that needs no counting."""
        if not self._wanted.is_plain:
            return None
        pipe = self._redis.pipeline(transaction=False)
        for shelf in self._shelves:
            pipe.zcard(self._keys.by(self._index, shelf))
        counts: list[int] = await pipe.execute()
        return sum(counts)

    async def _next(self, after: LeadCursor | None, count: int) -> list[Place]:
        """So many places after the cursor, or all that are left."""
        found: list[Place] = []
        first = 0 if after is None else after.stage
        for group in range(first, len(self._groups)):
            found += await self._next_of(group, after if group == first else None, count - len(found))
            if len(found) >= count:
                break
        return found

    async def _next_of(self, group: int, after: LeadCursor | None, count: int) -> list[Place]:
        score, key = (INFINITE, b"") if after is None else (after.score, after.key)
        pipe, shelves = self._redis.pipeline(transaction=False), self._groups[group]
        for shelf in shelves:
            pipe.eval(NEXT, 1, self._keys.by(self._index, shelf), repr(score), key, count)
        answers = await pipe.execute() if shelves else []
        places = [
            Place(group, float(number), member, shelf)
            for shelf, answer in zip(shelves, answers, strict=True)
            for member, number in zip(answer[::2], answer[1::2], strict=True)
        ]
        return _ordered(places)[:count]

    def _cursor(self, place: Place) -> LeadCursor:
        return LeadCursor(self._sort, place.group, place.score, place.key)

    async def _gathered(self) -> list[bytes] | None:
        """All leads that the narrowest part of the filter leaves; None if that are many."""
        wanted, choices = self._wanted, []
        for index, (low, high) in wanted.ranges().items():
            choices.append((await self._count(index, low, high), index))
        least = min(choices, default=None, key=lambda choice: choice[0])
        words = await self._gathered_by_words()
        if words is not None and (least is None or len(words) <= least[0]):
            return words
        if least is None or least[0] > GATHERED:
            return None
        low, high = wanted.ranges()[least[1]]
        return await self._within(least[1], low, high)

    async def _count(self, index: Index, low: float, high: float) -> int:
        pipe = self._redis.pipeline(transaction=False)
        for shelf in self._shelves:
            pipe.zcount(self._keys.by(index, shelf), low, _below(high))
        return sum(await pipe.execute()) if self._shelves else 0

    async def _within(self, index: Index, low: float, high: float) -> list[bytes]:
        pipe = self._redis.pipeline(transaction=False)
        for shelf in self._shelves:
            pipe.zrangebyscore(self._keys.by(index, shelf), low, _below(high))
        return [key for members in await pipe.execute() for key in members] if self._shelves else []

    @property
    def _shelves(self) -> list[int]:
        return [shelf for shelves in self._groups for shelf in shelves]

    async def _gathered_by_words(self) -> list[bytes] | None:
        """The leads whose names or companies begin with the text, or whose company it is; None if none is asked for, or many do."""
        keys, wanted = self._keys, self._wanted
        asked = [] if wanted.company is None else [(keys.companies, wanted.company.lower().encode() + b"\0")]
        if wanted.text and not asked:
            text = wanted.text.lower().encode()
            asked = [(keys.names, text), (keys.companies, text)]
        found: set[bytes] = set()
        for key, start in asked:
            found.update(await beginning_with(self._redis, key, start, GATHERED))
        return sorted(found) if asked and len(found) <= GATHERED else None

    async def _of_gathered(self, gathered: list[bytes], after: LeadCursor | None, limit: int) -> Listed:
        places = await self._placed(gathered)
        places = await self._sieve.fitting(places)
        rest = places if after is None else [place for place in places if _is_after(place, after)]
        last = self._cursor(rest[limit - 1]) if len(rest) > limit else None
        return Listed([place.key for place in rest[:limit]], last, len(places))

    async def _placed(self, gathered: list[bytes]) -> list[Place]:
        """Their places in the order, those of the wanted stages."""
        groups = [(group, shelf) for group, shelves in enumerate(self._groups) for shelf in shelves]
        if not gathered or not groups:
            return []
        pipe = self._redis.pipeline(transaction=False)
        for _, shelf in groups:
            pipe.zmscore(self._keys.by(self._index, shelf), gathered)
        answers = await pipe.execute()
        return _ordered(
            Place(group, score, key, shelf)
            for (group, shelf), scores in zip(groups, answers, strict=True)
            for key, score in zip(gathered, scores, strict=True)
            if score is not None
        )


def _ordered(places: Iterable[Place]) -> list[Place]:
    """By stage as far as that is asked for; the highest number first, of equal ones the last key."""
    found = sorted(places, key=lambda place: (place.score, place.key), reverse=True)
    return sorted(found, key=lambda place: place.group)


def _is_after(place: Place, cursor: LeadCursor) -> bool:
    if place.group != cursor.stage:
        return place.group > cursor.stage
    return (place.score, place.key) < (cursor.score, cursor.key)


def _below(high: float) -> str:
    """As Redis writes a bound that is itself left out."""
    return "+inf" if high == INFINITE else f"({high!r}"
