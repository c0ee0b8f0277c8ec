"""One generation being fed: batch after batch from where it stands. The projector and `intentflow rebuild` both do it."""

from collections import Counter
from collections.abc import Sequence

from intentflow.domain.fold import Fold
from intentflow.lane.fetching import Fetched
from intentflow.lane.follower import Follower, Place
from intentflow.readmodel.generations import Generations, Plan, progress
from intentflow.readmodel.keys import Keys
from intentflow.readmodel.metrics import ProjectorMetrics
from intentflow.readmodel.projection import Projection, touched_by
from intentflow.readmodel.store import MovedError, Store
from intentflow.wire.topic_names import TopicNames

AT_ONCE = 500  # records of each partition; the batches that brokers keep are taken whole


class Feeding:
    """A generation, and how far it has come."""

    def __init__(
        self,
        store: Store,
        follower: Follower,
        fold: Fold,
        names: TopicNames,
        keys: Keys,
        plan: Plan,
        metrics: ProjectorMetrics,
        serves: bool,
    ) -> None:
        self.keys, self.plan, self.serves, self.whole = keys, plan, serves, False
        self._store, self._follower, self._names, self._metrics = store, follower, names, metrics
        self._projection = Projection(fold, names, keys)
        self.at: dict[Place, int | None] = {}
        self.firsts: dict[Place, int] = {}
        self.moved_at = 0  # when the worker's books moved last

    async def begin(self, places: Sequence[Place], now: int) -> None:
        """Stand where Redis says. Raises what Redis raises, and `ServerMissingError`."""
        self.moved_at = now
        positions = await self._store.positions(self.keys)
        self.at = {place: positions.get(place) for place in places}
        self.firsts = await self._follower.beginnings(places)
        await self._follower.begin(self.at)

    async def step(self, now: int, seconds: float) -> int:
        """Take what arrives within so many seconds; how many records that were.

        Raises `MovedError` if Redis is not where this left it, or a topic begins anew.
        """
        batch = await self._follower.fetch(seconds, AT_ONCE)
        if not batch:
            return 0
        if any(part.start < (self.at[part.topic, part.partition] or 0) for part in batch):
            raise MovedError
        touched = touched_by(batch, self._names)
        writes = await self._store.take(
            self.keys,
            self.serves,
            batch,
            self.at,
            touched,
            lambda before: self._projection.of(batch, before, now, self.whole),
        )
        self.at |= {(part.topic, part.partition): part.end for part in batch}
        if self.keys.ledgers in writes.hashes:
            self.moved_at = now
        self._metrics.took(dict(_counts(batch)), writes)
        return sum(len(part.records) for part in batch)

    @property
    def built(self) -> float:
        """How much of it is built, from 0 to 1, by where the topics ended when its building began."""
        known = {place: at for place, at in self.at.items() if at is not None}
        return progress(known, self.firsts, self.plan.ends)

    def lag(self, ends: dict[Place, int]) -> int:
        """How many records it is behind these ends."""
        return sum(max(0, ends[place] - (self.at[place] or self.firsts[place])) for place in self.at)

    async def finish(self, generations: Generations) -> None:
        """It is whole: rates are told from now on."""
        if not self.whole:
            await generations.finish(self.keys)
            self.whole = True


def _counts(batch: Sequence[Fetched]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for part in batch:
        counts[part.topic] += len(part.records)
    return counts
