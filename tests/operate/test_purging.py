"""Somebody's records out of the rejections, on a real broker."""

import time
import uuid

import pytest

from intentflow.adapters.offsets import records
from intentflow.adapters.producing import BatchProducer
from intentflow.adapters.topic_specs import app_topics
from intentflow.adapters.topics import ensure
from intentflow.operate.purging import Purged, purge
from intentflow.wire.topic_names import TopicNames

pytestmark = pytest.mark.broker


async def test_theirs_are_gone_and_each_of_the_others_is_there_with_its_own_time_headers_and_bytes(kafka):
    mine = f"p{uuid.uuid4().hex[:8]}"
    topic = TopicNames(mine, mine).rejections
    await ensure(
        kafka.bootstrap, [spec for spec in app_topics(TopicNames(mine, mine), partitions=1) if spec.name == topic]
    )
    now = int(time.time() * 1000)
    sent = [(b"l:a", b"1"), (b"l:gone", b"2"), (None, b"\xff"), (b"l:gone", b"4"), (b"l:b", b"5")]
    async with BatchProducer(kafka.bootstrap) as producer:
        for number, (key, value) in enumerate(sent):
            await producer.add(topic, 0, key, value, now - 1000 * number, [("rejection_id", b"%d" % number)])

    async def purged() -> Purged | None:
        return await purge(kafka.bootstrap, topic, 0, lambda record: record.key == b"l:gone")

    assert await purged() == Purged(topic, 0, removed=2, written_again=2, deleted_before=4)
    left = [(r.key, r.value, r.timestamp, r.headers) async for r in records(kafka.bootstrap, [topic], 1)]
    assert left == [
        (sent[number][0], sent[number][1], now - 1000 * number, (("rejection_id", b"%d" % number),))
        for number in (4, 0, 2)
    ]
    assert await purged() is None
