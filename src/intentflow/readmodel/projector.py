"""The projector: feeds the read model for ever, whatever happens to Redis, to Kafka or to itself.

It keeps nothing of its own. When something fails it begins again from where Redis says it stands: with the next record if all is well,
from the beginning of the topics if Redis has nothing, holds another format, was fed from topics that are gone, or lost a part of itself.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress

from redis.exceptions import OutOfMemoryError, RedisError

from intentflow.adapters.redis_client import Client
from intentflow.domain.fold import Fold
from intentflow.errors import IntentflowError, ServerMissingError
from intentflow.lane.follower import Follower, Place
from intentflow.lane.marks import decode_sources
from intentflow.readmodel.books import positions_of
from intentflow.readmodel.clock import wall
from intentflow.readmodel.feeding import Feeding
from intentflow.readmodel.funnel import Counts
from intentflow.readmodel.generations import FORMAT, Generations, Plan
from intentflow.readmodel.lease import Lease
from intentflow.readmodel.metrics import ProjectorMetrics
from intentflow.readmodel.pulse import Doing, Pulse, encode_pulse
from intentflow.readmodel.shelves import Rack
from intentflow.readmodel.store import MovedError, Store
from intentflow.readmodel.sweep import Sweep
from intentflow.servers import Kafka
from intentflow.wire.topic_names import TopicNames

log = logging.getLogger(__name__)
WAIT_SECONDS = 0.25  # for records
BEAT_SECONDS = 1.0
AGAIN_SECONDS = 1.0  # after a failure
FULL = (
    "Redis is full (maxmemory) and takes nothing more: give it more memory, or remove what else it holds. "
    "Nothing is lost: it goes on by itself"
)


class Projector:
    """One app's projector. It stands by while another one is at work."""

    def __init__(
        self,
        redis: Client,
        kafka: Kafka,
        names: TopicNames,
        fold: Fold,
        metrics: ProjectorMetrics,
        *,
        refresh: float = 300.0,
        now: Callable[[], int] = wall,
    ) -> None:
        """`refresh`: the seconds within which every score in an index is brought up to now."""
        self._redis, self._kafka, self._names, self._fold = redis, kafka, names, fold
        self._store, self._metrics, self._refresh, self._now = Store(redis, names.app_id), metrics, refresh, now
        self._root = self._store.root
        self._generations = Generations(redis, self._root)
        self._lease = Lease(redis, self._root.lease)
        self._counts, self._rack = Counts(redis, fold.model), Rack(redis, fold)
        self._last = Pulse(at=0, doing="waiting")

    async def run(self) -> None:
        """For ever. Raises `IntentflowError` for what nobody of ours can have written to the changelog."""
        try:
            while True:
                await self._work()
        finally:
            with suppress(RedisError):
                await self._lease.release()

    async def _work(self) -> None:
        """Until something fails."""
        try:
            async with Follower(self._kafka, self._topics) as follower:
                await self._session(follower)
        except MovedError:
            self._metrics.moved()
            log.info("Redis is not where it was left: looking where it stands")
        except OutOfMemoryError:
            await self._fail("redis_full", "full", FULL)
        except RedisError as error:
            await self._fail("redis", "waiting", f"Redis does not answer, or refuses us ({error}): is it running?")
        except ServerMissingError as error:
            await self._fail("kafka", "kafka", str(error))
        except IntentflowError as error:
            await self._fail("broken", "broken", str(error))
            raise

    @property
    def _topics(self) -> tuple[str, str, str]:
        return self._names.changelog, self._names.changes, self._names.rejections

    async def _session(self, follower: Follower) -> None:
        while not await self._lease.hold():
            self._metrics.leads(False)
            await asyncio.sleep(BEAT_SECONDS)
        self._metrics.leads(True)
        places = await follower.places()
        feeding = await self._feeding(follower, places)
        sweep = Sweep(self._redis, feeding.keys, self._fold, self._refresh)
        log.info("feeding generation %d of the read model", feeding.keys.number)
        beat = 0
        while True:
            await feeding.step(self._now(), WAIT_SECONDS)
            if self._now() - beat >= BEAT_SECONDS * 1000:
                beat = self._now()
                await self._beat(follower, feeding, sweep)

    async def _feeding(self, follower: Follower, places: Sequence[Place]) -> Feeding:
        """The generation that serves, or a new one if that can't be fed any further."""
        ids, number = await follower.ids(), await self._generations.serving()
        plan, whole = (None, False) if number is None else await self._generations.plan(number)
        if (
            number is not None
            and plan is not None
            and plan.fits(ids)
            and await self._store.is_whole(self._root.generation(number))
        ):
            keys = self._root.generation(number)
        else:
            log.info("building the read model anew")
            ends = await follower.ends(places)
            plan = Plan(FORMAT, ids, {f"{topic}/{n}": end for (topic, n), end in ends.items()})
            keys, whole = await self._generations.begin(plan, self._now(), serves=True), False
            for other in await self._generations.known() - {keys.number}:
                await self._generations.wipe(other)
        feeding = Feeding(self._store, follower, self._fold, self._names, keys, plan, self._metrics, serves=True)
        feeding.whole = whole
        await feeding.begin(places, self._now())
        return feeding

    async def _beat(self, follower: Follower, feeding: Feeding, sweep: Sweep) -> None:
        """Once a second: the lease, the pulse, a part of the sweep."""
        if not await self._lease.hold() or not await self._store.serves(feeding.keys):
            raise MovedError
        ends = await follower.ends(feeding.at)
        lag = feeding.lag(ends)
        built = feeding.built
        if built == 1.0:
            await feeding.finish(self._generations)
            if not await sweep.turn(self._now(), BEAT_SECONDS, settled=not lag):
                log.warning("a part of the read model is gone from Redis: does it evict, or does somebody delete?")
                await self._generations.forget(feeding.keys)
                raise MovedError
            self._metrics.standing(await self._counts.standing(feeding.keys, await self._rack.each(feeding.keys)))
        self._last = Pulse(
            at=self._now(),
            doing="building" if built < 1.0 else "following",
            generation=feeding.keys.number,
            built=built,
            lag=lag,
            worker_lag=await self._worker_lag(follower, feeding),
            scored_at=feeding.moved_at,
        )
        self._metrics.stands(self._last)
        await self._redis.set(self._root.pulse, encode_pulse(self._last))

    async def _worker_lag(self, follower: Follower, feeding: Feeding) -> int | None:
        """How many records of the sources the worker's books don't hold; None while it has none."""
        sources = await self._redis.hget(feeding.keys.meta, "sources")
        if sources is None:
            return None
        topics = decode_sources(sources)
        positions = positions_of(await self._redis.hgetall(feeding.keys.ledgers), topics)
        partitions = [number for topic, number in feeding.at if topic == self._names.changelog]
        there = await follower.are_there(topic.name for topic in topics)
        ends = await follower.ends([(topic, n) for topic in sorted(there) for n in partitions])
        return sum(max(0, end - positions.get(place, 0)) for place, end in ends.items())

    async def _fail(self, of: str, doing: Doing, says: str) -> None:
        """Say what is wrong, as far as Redis takes it, and wait."""
        if self._last.doing != doing:
            log.warning("%s", says)
        self._metrics.failed(of)
        self._last = Pulse(at=self._now(), doing=doing, says=says, generation=self._last.generation)
        with suppress(RedisError):
            await self._redis.set(self._root.pulse, encode_pulse(self._last))
        await asyncio.sleep(AGAIN_SECONDS)
