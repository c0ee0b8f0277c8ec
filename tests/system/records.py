"""Writing to and reading from the broker as a test does: outside of any group."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from intentflow.adapters.topic_specs import app_topics
from intentflow.adapters.topics import ensure
from intentflow.wire.murmur2 import partition_of
from tests.system.workers import LIMIT, App, until

Sending = tuple[bytes | None, bytes | None]  # key and value


def events(count: int, leads: int, seed: int) -> Iterator[Sending]:
    """Made-up events of the last hour; one in twenty is a duplicate, one in forty is poison."""
    chance = random.Random(seed)
    begin = datetime.now(UTC) - timedelta(hours=1)
    last: Sending = (None, None)
    for n in range(count):
        lead = f"lead-{min(leads - 1, int(chance.paretovariate(0.6)) - 1)}"
        key = b"l:" + lead.encode()
        event: dict[str, Any] = {
            "event_id": f"{seed}-{n}", "lead_id": lead, "occurred_at": (begin + timedelta(milliseconds=100 * n)).isoformat(),
            "page": {"url": chance.choice(["https://shop.example/", "https://shop.example/products/7", "https://shop.example/pricing"])},
        }  # fmt: skip
        event |= chance.choice([
            {"family": "website_visit", "action": "view"},
            {"family": "landing_page", "action": "land", "campaign": {"name": "spring"}},
            {"family": "cart", "action": "add", "cart_id": f"c{n % 3}"},
            {"family": "newsletter_signup", "action": "signup"},
            {"family": "newsletter_signup", "action": "confirm"},
        ])  # fmt: skip
        luck = chance.random()
        if luck < 0.05 and last[0] is not None:
            yield last
        elif luck < 0.075:
            yield key, b'{"family": "website_visit", "n": %d' % n
        else:
            last = (key, msgspec.json.encode(event))
            yield last


async def _send(
    app: App, topic: str, sendings: Iterable[Sending], compression: str | None, headers: Sequence[tuple[str, bytes]]
) -> int:
    producer = AIOKafkaProducer(
        bootstrap_servers=app.settings.bootstrap, compression_type=compression, linger_ms=20, max_request_size=2 << 20
    )
    await producer.start()
    try:
        count, partitions = 0, app.settings.partitions
        futures = []
        for key, value in sendings:
            number = partition_of(key or b"", partitions)
            futures.append(await producer.send(topic, value, key=key, partition=number, headers=headers))
            count += 1
        await asyncio.gather(*futures)
        return count
    finally:
        await producer.stop()


def send(
    app: App,
    sendings: Iterable[Sending],
    topic: str = "",
    compression: str | None = None,
    headers: Sequence[tuple[str, bytes]] = (),
) -> int:
    """Write these to the app's events topic, each with these headers; returns how many."""
    return asyncio.run(_send(app, topic or app.names.events, sendings, compression, headers))


def make_topics(app: App) -> None:
    """The app's topics are there."""
    specs = app_topics(app.names, partitions=app.settings.partitions, family_topics=app.settings.family_topics)
    asyncio.run(ensure(app.settings.bootstrap, specs))


async def records_of(bootstrap: str, topic: str) -> AsyncIterator[Any]:
    """Every record of a topic that is there now, partition by partition mixed."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest", enable_auto_commit=False)
    await consumer.start()
    try:
        cluster = await consumer._client.fetch_all_metadata()
        tps = [TopicPartition(topic, number) for number in cluster.partitions_for_topic(topic) or ()]
        consumer.assign(tps)
        await consumer.seek_to_beginning()
        ends = await consumer.end_offsets(tps)
        while any([await consumer.position(tp) < ends[tp] for tp in tps]):
            for batch in (await consumer.getmany(timeout_ms=200)).values():
                for record in batch:
                    yield record
    finally:
        await consumer.stop()


def read(app: App, topic: str) -> list[Any]:
    """The records of a topic, in order within a partition."""

    async def collect() -> list[Any]:
        return [record async for record in records_of(app.settings.bootstrap, topic)]

    return asyncio.run(collect())


async def _lag(app: App, topics: Iterable[str]) -> int:
    consumer = AIOKafkaConsumer(
        bootstrap_servers=app.settings.bootstrap, group_id=app.settings.app_id, enable_auto_commit=False
    )
    await consumer.start()
    try:
        tps = [TopicPartition(topic, number) for topic in topics for number in range(app.settings.partitions)]
        ends = await consumer.end_offsets(tps)
        committed = await consumer._coordinator.fetch_committed_offsets(tps)
        return sum(ends[tp] - max(0, committed[tp].offset if tp in committed else 0) for tp in tps)
    finally:
        await consumer.stop()


def settled(app: App, limit: float = LIMIT) -> None:
    """Wait until the app has committed all records that are there, and those that they cause."""
    topics = [app.names.events, app.names.control, app.names.identities]
    until(lambda: not any(asyncio.run(_lag(app, topics)) for _ in range(2)), "the lag to go", limit)


def in_effect(app: App) -> None:
    """Wait until workers by a wall clock have told every partition their model, and all is committed.

    They do so a second after they began: whoever stops them in between leaves a record behind that nobody has folded yet.
    """

    def told() -> set[int]:
        return {record.partition for record in read(app, app.names.control)}

    until(lambda: len(told()) == app.settings.partitions, "the model to take effect")
    settled(app)
