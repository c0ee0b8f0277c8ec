"""Reading a changelog: what was written is read, whatever its size."""

import asyncio

import pytest

from intentflow.adapters.topic_specs import LARGEST_ROW_BYTES, app_topics
from intentflow.adapters.topics import ensure
from intentflow.domain.lead import Unpublished
from intentflow.lane.changelog import Changelog
from intentflow.lane.marks import Fence, encode_fence
from intentflow.lane.reader import FETCH_BYTES, read_changelog
from intentflow.lane.writing import NO_HEADERS, Item, Writer, landed
from intentflow.wire.topic_names import TopicNames
from tests.lane.scenes import row


@pytest.mark.broker
def test_the_largest_row_of_a_lead_is_written_and_read(kafka):
    names = TopicNames("largest-row", "largest-row")
    largest = row(1, outbox=[Unpublished(0, 0, b"x" * (LARGEST_ROW_BYTES - (1 << 16)))])
    assert len(largest) > FETCH_BYTES
    items: list[Item] = [(*encode_fence(Fence(1, b"t" * 16)), NO_HEADERS)]
    items += [(b"l:%d" % n, largest if n == 1 else row(1), NO_HEADERS) for n in range(3)]

    async def go() -> dict[int, Changelog]:
        await ensure(kafka.bootstrap, app_topics(names, partitions=1))
        writer = Writer(kafka.bootstrap)
        await writer.start()
        places = await landed(await writer.send(names.changelog, 0, items), names.changelog)
        await writer.stop()
        assert places == [(0, 2), (2, 1), (3, 1)]
        logs: dict[int, Changelog] = {}
        async for _ in read_changelog(kafka.bootstrap, names.changelog, logs):
            pass
        return logs

    assert asyncio.run(go())[0].rows == {key: value for key, value, _ in items[1:]}
