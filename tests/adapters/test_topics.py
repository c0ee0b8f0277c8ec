"""Topics, on a real broker: made as they must be, or refused with every difference."""

import uuid

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient

from intentflow.adapters.server_process import free_port
from intentflow.adapters.topic_specs import TopicSpec, app_topics
from intentflow.adapters.topics import ensure
from intentflow.domain.event import MAX_RECORD_BYTES
from intentflow.errors import ConfigError, ServerMissingError
from intentflow.wire.topic_names import TopicNames

NAMES = TopicNames("intentflow", "scoring")


@pytest.fixture
def names() -> TopicNames:
    """Topics that no other test has."""
    mine = uuid.uuid4().hex[:8]
    return TopicNames(f"p{mine}", f"a{mine}")


@pytest.mark.broker
async def test_missing_topics_are_made_once_and_then_found(kafka, names):
    specs = app_topics(names, partitions=2)
    assert await ensure(kafka.bootstrap, specs) == tuple(spec.name for spec in specs)
    assert await ensure(kafka.bootstrap, specs) == ()


@pytest.mark.broker
async def test_a_record_of_the_largest_size_fits_with_its_headers(kafka, names):
    await ensure(kafka.bootstrap, app_topics(names, partitions=1))
    headers = [(f"ce_{i}", b"x" * 500) for i in range(12)]
    async with AIOKafkaProducer(bootstrap_servers=kafka.bootstrap, max_request_size=4 << 20) as producer:
        await producer.send_and_wait(names.rejections, b"x" * MAX_RECORD_BYTES, key=b"k" * 200, headers=headers)
        await producer.send_and_wait(names.changelog, b"x" * MAX_RECORD_BYTES, key=b"k" * 200)


@pytest.mark.broker
async def test_a_topic_with_another_partition_count_is_refused_by_name(kafka, names):
    await ensure(kafka.bootstrap, app_topics(names, partitions=2)[:1])
    with pytest.raises(
        ConfigError, match=rf"{names.events}: has 2 partitions, should have 3: .*INTENTFLOW_PARTITIONS=2"
    ):
        await ensure(kafka.bootstrap, app_topics(names, partitions=3))
    assert await partition_counts(kafka.bootstrap, names.prefix) == {names.events: 2}, "and none was made"


@pytest.mark.broker
async def test_every_difference_is_listed_with_what_to_do(kafka, names):
    wrong = {"cleanup.policy": "delete", "message.timestamp.type": "CreateTime", "max.message.bytes": "1000"}
    await ensure(kafka.bootstrap, [TopicSpec(names.changelog, 1, 1, wrong)])
    with pytest.raises(ConfigError) as refused:
        await ensure(kafka.bootstrap, app_topics(names, partitions=1))
    lines = str(refused.value).splitlines()[1:]
    alter = f"kafka-configs.sh --bootstrap-server {kafka.bootstrap} --alter --entity-type topics --entity-name {names.changelog}"
    append_time = "message.timestamp.type=LogAppendTime"
    assert lines == [
        f"  {names.changelog}: cleanup.policy is delete, should be compact: {alter} --add-config cleanup.policy=compact",
        f"  {names.changelog}: min.compaction.lag.ms is 0, should be 600000: {alter} --add-config min.compaction.lag.ms=600000",
        f"  {names.changelog}: message.timestamp.type is CreateTime, should be LogAppendTime: {alter} --add-config {append_time}",
        f"  {names.changelog}: max.message.bytes is 1000, should be 4259840: {alter} --add-config max.message.bytes=4259840",
    ]


@pytest.mark.broker
async def test_more_replicas_than_brokers_are_refused_with_the_setting_to_change(kafka, names):
    with pytest.raises(ConfigError, match=rf"(?s){names.events}: .*INTENTFLOW_REPLICATION"):
        await ensure(kafka.bootstrap, app_topics(names, replication=3))


@pytest.mark.broker
async def test_a_broker_that_is_not_there_is_named_with_the_remedy():
    nowhere = f"127.0.0.1:{free_port()}"
    with pytest.raises(
        ServerMissingError, match=rf"no Kafka answers at {nowhere} within 1 s .*intentflow up.*--bootstrap"
    ):
        await ensure(nowhere, app_topics(NAMES), patience_seconds=1.0)


async def partition_counts(bootstrap: str, prefix: str) -> dict[str, int]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        return {
            t["topic"]: len(t["partitions"]) for t in await admin.describe_topics() if t["topic"].startswith(prefix)
        }
    finally:
        await admin.close()
