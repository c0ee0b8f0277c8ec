"""Many small writes into few large ones, on a real Kafka."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from intentflow.adapters import gathering
from intentflow.adapters.delivery import UnacknowledgedError
from intentflow.adapters.embedded_kafka import EmbeddedKafka
from intentflow.adapters.gathering import GatheringProducer, Item
from intentflow.adapters.offsets import records
from intentflow.adapters.topic_specs import TopicSpec
from intentflow.adapters.topics import ensure

pytestmark = pytest.mark.broker
PARTITIONS = 3
NOWHERE = "127.0.0.1:1"


async def until(holds: Callable[[], bool]) -> None:
    """Wait until it holds."""
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110 - what it waits for tells nobody
            await asyncio.sleep(0.01)


@asynccontextmanager
async def producing(kafka: EmbeddedKafka, topic: str, **bounds: float) -> AsyncIterator[GatheringProducer]:
    """A producer that is connected, and a topic that is there."""
    await ensure(kafka.bootstrap, [TopicSpec(topic, PARTITIONS, 1, {"retention.ms": "-1"})])
    producer = GatheringProducer(kafka.bootstrap, **bounds)  # type: ignore[arg-type]  # bytes and seconds
    await producer.start()
    await until(lambda: producer.is_up)
    yield producer
    await producer.stop(5.0)


class Told:
    """What was told of each delivery, in order."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def __call__(self, why: str) -> None:
        self.said.append(why)

    async def of(self, count: int) -> list[str]:
        await until(lambda: len(self.said) >= count)
        return self.said


def item(topic: str, number: int, size: int = 0) -> Item:
    return (topic, number % PARTITIONS, None, b"%d" % number + b" " * size, [])


async def written(kafka: EmbeddedKafka, topic: str) -> list[int]:
    return [int(record.value) async for record in records(kafka.bootstrap, [topic], PARTITIONS)]


async def test_what_was_told_to_be_acknowledged_is_there_in_the_order_in_which_it_was_handed_over(kafka: EmbeddedKafka):
    told = Told()
    async with producing(kafka, "gathered") as producer:
        for number in range(0, 3000, 3):
            producer.put([item("gathered", number + more) for more in range(3)], 1_777_636_800_000, told)
            if not number % 300:
                await asyncio.sleep(0)
        assert await told.of(1000) == [""] * 1000
        assert producer.waiting_bytes == 0
    found = await written(kafka, "gathered")
    assert sorted(found) == list(range(3000))
    for partition in range(PARTITIONS):
        of_one = [number for number in found if number % PARTITIONS == partition]
        assert of_one == sorted(of_one)


async def test_a_stop_waits_for_what_was_handed_over(kafka: EmbeddedKafka):
    told = Told()
    async with producing(kafka, "stopped") as producer:
        producer.put([item("stopped", number) for number in range(500)], 0, told)
    assert told.said == [""]
    assert len(await written(kafka, "stopped")) == 500


async def test_records_that_fill_many_batches_arrive_and_no_more_may_wait_than_the_bound(kafka: EmbeddedKafka):
    told = Told()
    async with producing(kafka, "filled", most_bytes=4_000_000) as producer:
        producer.put([item("filled", number, 300_000) for number in range(12)], 0, told)
        with pytest.raises(UnacknowledgedError, match="does not keep up"):
            producer.put([item("filled", number, 300_000) for number in range(2)], 0, told)
        assert await told.of(1) == [""]
        producer.put([item("filled", 12, 300_000)], 0, told)
        assert await told.of(2) == ["", ""]
    assert sorted(await written(kafka, "filled")) == list(range(13))


async def test_without_kafka_nothing_is_taken_and_nobody_waits():
    producer, told = GatheringProducer(NOWHERE), Told()
    await producer.start()
    await asyncio.sleep(0.05)
    with pytest.raises(UnacknowledgedError, match="does not answer"):
        producer.put([item("nowhere", 1)], 0, told)
    assert not producer.is_up
    assert not await producer.leads("nowhere", PARTITIONS)
    await producer.stop(1.0)
    assert told.said == []


async def test_a_batch_that_can_never_be_written_is_told_and_the_next_one_goes_through(
    kafka: EmbeddedKafka, monkeypatch: pytest.MonkeyPatch
):
    """A topic that is not there: the producer is given up, and another one takes its place."""
    monkeypatch.setattr(gathering, "REQUEST_MS", 500)
    told = Told()
    async with producing(kafka, "there") as producer:
        producer.put([item("there", 1)], 0, told)
        assert await told.of(1) == [""]
        producer.put([item("not-there", 2), item("there", 3)], 0, told)
        assert (await told.of(2))[1] != ""
        await until(lambda: producer.is_up)
        assert producer.waiting_bytes == 0
        producer.put([item("there", 4)], 0, told)
        assert (await told.of(3))[2] == ""
    assert {1, 4} <= set(await written(kafka, "there"))


async def test_it_knows_whether_each_partition_of_a_topic_has_a_leader(kafka: EmbeddedKafka):
    async with producing(kafka, "led") as producer:
        assert await producer.leads("led", PARTITIONS)
        assert not await producer.leads("led", PARTITIONS + 1)
        assert not await producer.leads("no-such-topic", PARTITIONS)


async def test_who_waits_longer_than_the_bound_is_told_and_until_kafka_speaks_again_nothing_is_taken(
    kafka: EmbeddedKafka,
):
    told = Told()
    async with producing(kafka, "slow", patience_seconds=0.0) as producer:
        for number in range(50):  # one of them is swept before it is acknowledged, whatever the machine does
            if producer.is_up:
                producer.put([item("slow", number)], 0, told)
                await asyncio.sleep(0.06)
        sent = len(told.said)
        await until(lambda: producer.is_up and not producer.waiting_bytes)
    assert len(told.said) == sent == len(await written(kafka, "slow"))
