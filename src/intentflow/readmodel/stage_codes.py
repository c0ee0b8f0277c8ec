"""Stages as the indexes know them: by the code of their name, whether the model still has them or not."""

from intentflow.adapters.redis_client import Client
from intentflow.domain.fold import Fold
from intentflow.errors import RejectedError
from intentflow.readmodel.keys import Keys


class StageCodes:
    """The stages of a model, and the codes under which leads stand in them."""

    def __init__(self, redis: Client, fold: Fold) -> None:
        self._redis = redis
        self._codes = {fold.model.stages[rung.number].name: rung.code for rung in fold.judge.rungs}

    async def each(self, keys: Keys) -> dict[str, list[int]]:
        """By stage, from low to high. Whoever stands in a stage that the model no longer has stands in the first."""
        used = {int(code) for code in await self._redis.smembers(keys.stages)}
        found = {name: [code] for name, code in self._codes.items()}
        found[next(iter(found))] += sorted(used - set(self._codes.values()))
        return found

    async def wanted(self, keys: Keys, stage: str | None) -> list[list[int]]:
        """The codes of the wanted stages, the highest first. Raises `RejectedError` for one that the model doesn't have."""
        found = await self.each(keys)
        if stage is None:
            return list(found.values())[::-1]
        if stage not in found:
            raise RejectedError(f"stage {stage[:40]!r}: the model has {', '.join(found)}")
        return [found[stage]]
