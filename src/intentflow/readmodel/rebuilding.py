"""`intentflow rebuild`: another read model is built from the topics while the present one serves, and takes its place in one write."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress

from msgspec import Struct
from redis.exceptions import OutOfMemoryError, RedisError

from intentflow.adapters.redis_client import Client
from intentflow.domain.fold import Fold
from intentflow.errors import ConfigError, IntentflowError
from intentflow.lane.follower import Follower
from intentflow.readmodel.clock import wall
from intentflow.readmodel.feeding import Feeding
from intentflow.readmodel.generations import FORMAT, Generations, Plan
from intentflow.readmodel.keys import Keys
from intentflow.readmodel.lease import Lease
from intentflow.readmodel.metrics import ProjectorMetrics
from intentflow.readmodel.store import MovedError, Store
from intentflow.servers import Kafka
from intentflow.wire.topic_names import TopicNames

WAIT_SECONDS = 0.5  # for records
CLOSE_ENOUGH = 1000  # records that the new one may be behind when it takes over; the projector reads them then
GRACE_SECONDS = 2.0  # for questions that still read the old one


class Progress(Struct, frozen=True):
    """How far a rebuild has come."""

    built: float  # from 0 to 1
    leads: int
    generation: int
    serves: bool = False


class Rebuild:
    """One rebuild of an app's read model."""

    def __init__(
        self, redis: Client, kafka: Kafka, names: TopicNames, fold: Fold, *, now: Callable[[], int] = wall
    ) -> None:
        self._redis, self._kafka, self._names, self._fold, self._now = redis, kafka, names, fold, now
        self._store = Store(redis, names.app_id)
        self._generations = Generations(redis, self._store.root)
        self._lease = Lease(redis, self._store.root.rebuild)

    async def run(self) -> AsyncGenerator[Progress, None]:
        """Yields how far it has come, at the end that the new one serves; the old one is deleted then.

        Raises `ConfigError` if another rebuild runs or Redis has no room, `ServerMissingError` if Kafka is not there, and
        `IntentflowError` if somebody else built meanwhile. After an error the old one serves on and nothing of the new one is left.
        """
        try:
            if not await self._lease.hold():
                raise ConfigError("a rebuild runs already: wait for it to end")
            old = await self._generations.serving()
            for number in await self._generations.known() - {old}:
                await self._generations.wipe(number)
            async with (
                Follower(self._kafka, self._topics) as follower,
                aclosing(self._build(follower, old)) as building,
            ):
                async for progress in building:
                    yield progress
            await asyncio.sleep(GRACE_SECONDS)
            if old is not None:
                await self._generations.wipe(old)
        except OutOfMemoryError as error:
            raise ConfigError(
                "Redis is full: a rebuild needs room for two read models; the old one serves on"
            ) from error
        finally:
            with suppress(RedisError):
                await self._lease.release()

    @property
    def _topics(self) -> tuple[str, str, str]:
        return self._names.changelog, self._names.changes, self._names.rejections

    async def _build(self, follower: Follower, old: int | None) -> AsyncGenerator[Progress, None]:
        places, ids = await follower.places(), await follower.ids()
        ends = {f"{topic}/{number}": end for (topic, number), end in (await follower.ends(places)).items()}
        plan = Plan(FORMAT, ids, ends)
        keys = await self._generations.begin(plan, self._now(), serves=False)
        feeding = Feeding(self._store, follower, self._fold, self._names, keys, plan, ProjectorMetrics(), serves=False)
        try:
            await feeding.begin(places, self._now())
            async with aclosing(self._feed(follower, feeding)) as fed:
                async for progress in fed:
                    yield progress
            if not await self._store.stands_at(keys, feeding.at):
                raise MovedError
            await feeding.finish(self._generations)
            if not await self._generations.switch(old, keys.number):
                raise IntentflowError("another read model took over meanwhile, built by a projector: it serves now")
        except BaseException as error:
            await self._undo(keys)
            if isinstance(error, OutOfMemoryError):
                raise ConfigError(
                    "Redis is full: a rebuild needs room for two read models; the old one serves on"
                ) from error
            if isinstance(error, MovedError):
                raise IntentflowError("Redis was flushed or restarted meanwhile: begin again") from error
            raise
        yield Progress(1.0, await self._redis.hlen(keys.rows), keys.number, serves=True)

    async def _feed(self, follower: Follower, feeding: Feeding) -> AsyncGenerator[Progress, None]:
        """Until it is as good as up to date."""
        while True:
            read = await feeding.step(self._now(), WAIT_SECONDS)
            if not await self._lease.hold():
                raise MovedError
            leads = await self._redis.hlen(feeding.keys.rows)
            yield Progress(feeding.built, leads, feeding.keys.number)
            if feeding.built == 1.0 and (not read or feeding.lag(await follower.ends(feeding.at)) < CLOSE_ENOUGH):
                return

    async def _undo(self, keys: Keys) -> None:
        with suppress(RedisError):
            await self._generations.wipe(keys.number)
