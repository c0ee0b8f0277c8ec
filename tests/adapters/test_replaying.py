import time

import pytest

from intentflow.adapters.embedded_kafka import EmbeddedKafka
from intentflow.adapters.offsets import records
from intentflow.adapters.producing import BatchProducer
from intentflow.adapters.replaying import Again, replay
from intentflow.adapters.topic_specs import app_topics
from intentflow.adapters.topics import ensure
from intentflow.wire.murmur2 import partition_of
from intentflow.wire.rejections import Rejection, rejection_headers
from intentflow.wire.topic_names import TopicNames

pytestmark = pytest.mark.broker
PARTITIONS = 2
NOW = int(time.time() * 1000)
NAMES = TopicNames("replaying", "replaying")
WHY = Rejection("not_json", "why")
VISIT = (
    b'{"family":"website_visit","action":"view","event_id":"e1","occurred_at":"2026-05-01T10:00:00Z","lead_id":"42"}'
)
CUT = ("cut", b"value; read it at source_offset of source_topic")


async def refused(
    producer: BatchProducer, topic: str, offset: int, key: bytes | None, value: bytes | None, *more
) -> None:
    """A rejection as the worker publishes it, of a record of partition 1."""
    headers = rejection_headers(WHY, topic, 1, offset, 1, [("ce_id", b"e1")])
    await producer.add(NAMES.rejections, 1, key, value, NOW, [*headers, *more])


async def on(
    kafka: EmbeddedKafka, topic: str
) -> list[tuple[int, bytes | None, bytes | None, tuple[tuple[str, bytes], ...]]]:
    """What a topic holds: partition, key, value, headers."""
    found = records(kafka.bootstrap, [topic], PARTITIONS)
    return [(r.partition, r.key, r.value, tuple(r.headers)) async for r in found]


async def test_refused_records_go_back_to_where_they_came_from_with_their_own_bytes(kafka):
    await ensure(kafka.bootstrap, app_topics(NAMES, partitions=PARTITIONS))
    carts = NAMES.families["cart"]
    async with BatchProducer(kafka.bootstrap) as producer:
        await producer.add(carts, 1, b"l:9", b"as large as it was", NOW)
        await refused(producer, carts, 0, b"l:9", None, CUT)
        await refused(producer, carts, 900, b"l:9", None, CUT)
        await refused(producer, NAMES.events, 7, b"l:42", b"\xff{<script>")
        await refused(producer, NAMES.events, 7, b"l:42", b"\xff{<script>")
        await refused(producer, NAMES.events, 8, None, None)
        await refused(producer, NAMES.identities, 3, b"v:other", VISIT)
        await refused(producer, NAMES.identities, 4, b"v:other", b"foreign")
        await refused(producer, "visits.jsonl", 3, None, b"{")
        await refused(producer, NAMES.events, 99, b"l:1", b"unwanted")
    told = [again async for again in replay(kafka.bootstrap, NAMES, lambda one: one.offset != 99, PARTITIONS, [1])]
    gone = f"too large to be kept with its rejection, and gone from {carts}"
    assert told == [
        Again(f"{carts}/1/0", carts),
        Again(f"{carts}/1/900", why_not=gone),
        Again(f"{NAMES.events}/1/7", NAMES.events),
        Again(f"{NAMES.events}/1/8", NAMES.events),
        Again(f"{NAMES.identities}/1/3", NAMES.events),
        Again(f"{NAMES.identities}/1/4", why_not=f"{NAMES.identities} is not a topic that this app takes events from"),
        Again("visits.jsonl/1/3", why_not="visits.jsonl is not a topic that this app takes events from"),
    ]
    own = (("ce_id", b"e1"),)
    home = partition_of(b"l:42", PARTITIONS)
    assert sorted(await on(kafka, NAMES.events), key=repr) == sorted(
        [(home, b"l:42", b"\xff{<script>", own), (1, None, None, own), (home, b"l:42", VISIT, own)], key=repr
    )
    assert (partition_of(b"l:9", PARTITIONS), b"l:9", b"as large as it was", own) in await on(kafka, carts)
