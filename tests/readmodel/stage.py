"""A town on a real Kafka, and projectors that feed a Redis from it."""

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from redis.exceptions import RedisError

from intentflow.adapters.producing import BatchProducer
from intentflow.adapters.redis_client import connect
from intentflow.adapters.topic_specs import app_topics
from intentflow.adapters.topics import ensure
from intentflow.readmodel.clock import wall
from intentflow.readmodel.generations import Generations
from intentflow.readmodel.keys import Root
from intentflow.readmodel.metrics import ProjectorMetrics
from intentflow.readmodel.projector import Projector
from intentflow.readmodel.queries import ReadModel
from intentflow.readmodel.rebuilding import Rebuild
from intentflow.readmodel.running import ended
from intentflow.wire.topic_names import TopicNames
from tests.readmodel.town import FOLD, READING, Feeder, Town, digest


class Stage:
    """A town on Kafka, and projectors that feed a Redis from it."""

    def __init__(self, kafka: str, url: str) -> None:
        name = f"town-{uuid.uuid4().hex[:8]}"
        self.kafka, self.names = kafka, TopicNames(name, name)
        self.client, self.town = connect(url), Town(self.names)
        self.sent: dict[str, int] = {}  # records by topic
        self.root, self.metrics = Root(name), ProjectorMetrics()
        self.generations = Generations(self.client, self.root)
        self.ask = ReadModel(self.client, name, READING)

    async def begin(self) -> None:
        """The topics are there."""
        specs = [spec for spec in app_topics(self.names, partitions=1) if spec.name in self.town.topics]
        await ensure(self.kafka, specs)

    async def publish(self) -> None:
        """What happened in the town since is on Kafka."""
        async with BatchProducer(self.kafka) as producer:
            for topic, records in self.town.topics.items():
                for record in records[self.sent.get(topic, 0) :]:
                    await producer.add(topic, 0, record.key, record.value, wall(), record.headers)
                self.sent[topic] = len(records)

    @contextlib.asynccontextmanager
    async def projecting(self) -> AsyncIterator[asyncio.Task[None]]:
        """A projector is at work."""
        running = asyncio.create_task(self.projector().run())
        try:
            yield running
        finally:
            await ended(running)

    def projector(self) -> Projector:
        return Projector(self.client, self.kafka, self.names, FOLD, self.metrics, refresh=1.0)

    def rebuild(self) -> Rebuild:
        return Rebuild(self.client, self.kafka, self.names, FOLD)

    async def is_current(self) -> bool:
        """All that was published is shown, and the read model is whole."""
        number = await self.generations.serving()
        if number is None or not (await self.generations.plan(number))[1]:
            return False
        at = await Feeder(self.client, self.town).store.positions(self.root.generation(number))
        return {topic: at.get((topic, 0), 0) for topic in self.sent} == self.sent

    async def same_as_anew(self) -> bool:
        """What serves holds what the topics say, scores apart, which are as of another moment."""
        serving = self.root.generation(await self.generations.serving() or 0)
        feeder = await Feeder(self.client, self.town, wall).begin(serves=False)
        await feeder_feed(feeder)
        found, wanted = await digest(self.client, serving), await digest(self.client, feeder.keys)
        await self.generations.wipe(feeder.keys.number)
        return without_scores(found) == without_scores(wanted)


def without_scores(found: dict[str, Any]) -> dict[str, Any]:
    fading = {what for what in found if what.startswith((":by:engagement", ":by:fit", ":by:intent"))}
    return {
        what: found[what] for what in found.keys() - fading - {":positions", ":ledgers", ":told", ":feed", ":refused"}
    }


async def feeder_feed(feeder: Feeder) -> None:
    """Into a generation that does not serve."""
    while batch := await feeder._batch(1000, tuple(feeder.town.topics)):
        await feeder.take(batch, serves=False)


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """The condition holds; pytest's own limit ends a wait in vain."""
    while not await condition():  # noqa: ASYNC110 - nobody here could set an event
        await asyncio.sleep(0.05)


async def answered(stage: Stage) -> bool:
    """Whether it is current, as far as Redis answers."""
    with contextlib.suppress(ConnectionError, OSError, RedisError):
        return await stage.is_current()
    return False
