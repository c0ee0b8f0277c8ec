"""Shelves: leads of one stage and one kind stand together in the indexes, so that a list of either costs only what it shows.

A stage is known by the code of its name, whether the model still has it or not; so a shelf outlives a model.
"""

from intentflow.adapters.redis_client import Client
from intentflow.domain.bonds import is_visitor
from intentflow.domain.fold import Fold
from intentflow.errors import RejectedError
from intentflow.readmodel.keys import Keys

KINDS = 2
Shelves = dict[str, list[int]]  # of each stage, from low to high


def shelf_of(stage: int, key: bytes) -> int:
    """Where a lead of that stage (its code) stands."""
    return stage * KINDS + is_visitor(key)


class Rack:
    """All shelves of a model's stages."""

    def __init__(self, redis: Client, fold: Fold) -> None:
        self._redis = redis
        self._codes = {fold.model.stages[rung.number].name: rung.code for rung in fold.judge.rungs}

    async def each(self, keys: Keys) -> Shelves:
        """By stage, from low to high. Whoever stands in a stage that the model no longer has stands in the first."""
        used = {int(shelf) // KINDS for shelf in await self._redis.smembers(keys.shelves)}
        codes = {name: [code] for name, code in self._codes.items()}
        codes[next(iter(codes))] += sorted(used - set(self._codes.values()))
        return {name: [code * KINDS + kind for code in some for kind in range(KINDS)] for name, some in codes.items()}

    async def wanted(self, keys: Keys, stage: str | None, kind: str | None) -> list[list[int]]:
        """The shelves of the wanted leads, by stage, the highest first. Raises `RejectedError` for a stage that the model doesn't have."""
        found = await self.each(keys)
        if stage is not None and stage not in found:
            raise RejectedError(f"stage {stage[:40]!r}: the model has {', '.join(found)}")
        stages = list(found.values())[::-1] if stage is None else [found[stage]]
        return [[shelf for shelf in some if kind is None or (kind == "visitor") == shelf % KINDS] for some in stages]
