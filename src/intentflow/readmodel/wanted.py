"""Which leads are wanted, and whether one is: by what the indexes hold of it."""

from collections.abc import Sequence
from typing import NamedTuple

from msgspec import Struct

from intentflow.adapters.redis_client import Client
from intentflow.domain.rules import AXES, Axis
from intentflow.readmodel.keys import Index, Keys

INFINITE = float("inf")
MOST_BY_WORD = 20_000  # leads whose companies begin with a text


class LeadFilter(Struct, frozen=True, kw_only=True):
    """Which leads are wanted: all that is given must hold. Times are epoch milliseconds; ranges are closed below and open above."""

    stage: str | None = None
    kind: str | None = None  # "lead" or "visitor"
    text: str | None = None  # the beginning of an id or of a company, whatever its case
    company: str | None = None  # whatever its case
    at_least: dict[Axis, float] = {}
    below: dict[Axis, float] = {}
    active_from: int | None = None
    active_before: int | None = None

    def ranges(self) -> dict[Index, tuple[float, float]]:
        """By index: the least number, and the first that is too large."""
        found: dict[Index, tuple[float, float]] = {
            axis: (self.at_least.get(axis, -INFINITE), self.below.get(axis, INFINITE))
            for axis in AXES
            if axis in self.at_least or axis in self.below
        }
        if self.active_from is not None or self.active_before is not None:
            found["active"] = (
                -INFINITE if self.active_from is None else self.active_from,
                INFINITE if self.active_before is None else self.active_before,
            )
        return found

    @property
    def is_plain(self) -> bool:
        """Whether nothing but a stage and a kind is asked for."""
        return not (self.text or self.company or self.ranges())


class Place(NamedTuple):
    """A lead's place in an order; sorted from the last to the first."""

    group: int
    score: float
    key: bytes
    shelf: int


class Sieve:
    """A filter over places of one generation."""

    def __init__(self, redis: Client, keys: Keys, wanted: LeadFilter) -> None:
        self._redis, self._keys, self._wanted = redis, keys, wanted
        self._ranges = wanted.ranges()
        self._text = (wanted.text or "").lower().encode()
        self._by_company: set[bytes] | None = None  # leads whose companies begin with the text

    async def fitting(self, places: Sequence[Place]) -> list[Place]:
        """Those that are wanted, in their order."""
        if self._wanted.is_plain or not places:
            return list(places)
        left = await self._with_text(list(places)) if self._text else list(places)
        left = await self._of_company(left) if self._wanted.company is not None and left else left
        for index, (low, high) in self._ranges.items():
            left = await self._in_range(left, index, low, high) if left else left
        return left

    async def _with_text(self, places: list[Place]) -> list[Place]:
        if self._by_company is None:
            self._by_company = set(await beginning_with(self._redis, self._keys.companies, self._text, MOST_BY_WORD))
        names = ((place, place.key[2:].decode(errors="replace").lower().encode()) for place in places)
        return [place for place, name in names if name.startswith(self._text) or place.key in self._by_company]

    async def _of_company(self, places: list[Place]) -> list[Place]:
        company = (self._wanted.company or "").lower().encode()
        held = await self._redis.zmscore(self._keys.companies, [company + b"\0" + place.key for place in places])
        return [place for place, score in zip(places, held, strict=True) if score is not None]

    async def _in_range(self, places: list[Place], index: Index, low: float, high: float) -> list[Place]:
        by_shelf: dict[int, list[bytes]] = {}
        for place in places:
            by_shelf.setdefault(place.shelf, []).append(place.key)
        pipe = self._redis.pipeline(transaction=False)
        for shelf, members in by_shelf.items():
            pipe.zmscore(self._keys.by(index, shelf), members)
        answers = await pipe.execute()
        numbers = {
            key: number
            for members, found in zip(by_shelf.values(), answers, strict=True)
            for key, number in zip(members, found, strict=True)
        }
        return [place for place in places if (number := numbers[place.key]) is not None and low <= number < high]


async def beginning_with(redis: Client, key: str, start: bytes, most: int) -> list[bytes]:
    """The leads whose word of that set begins so: at most so many, and one more if there are more."""
    members = await redis.zrangebylex(key, b"[" + start, b"(" + start + b"\xff", 0, most + 1)
    return [member.rpartition(b"\0")[2] for member in members]
