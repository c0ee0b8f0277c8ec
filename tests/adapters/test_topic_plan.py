"""What topics lack, told and mended; and what nobody may mend."""

import asyncio
import time
import uuid
from collections.abc import Mapping, Sequence

import pytest
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from intentflow.adapters.producing import BatchProducer
from intentflow.adapters.topic_plan import Look, ailments, apply, differences, look, share_that_moves
from intentflow.adapters.topic_specs import TopicSpec, app_topics
from intentflow.adapters.topics import Found, admin_of, ensure, topics_found
from intentflow.wire.murmur2 import partition_of
from intentflow.wire.topic_names import TopicNames

NAMES = TopicNames("shop", "shop")
SPECS = app_topics(NAMES, partitions=8, replication=3)
EVENTS = SPECS[0]


def found(spec: TopicSpec, **other) -> Found:
    """As it should be, but for these."""
    told = {
        "partitions": spec.partitions,
        "config": spec.config,
        "own": spec.config,
        "replicas": 3,
        "in_sync": 3,
        **other,
    }
    return Found(**told)


def seen(used: bool = True, **other) -> Look:
    """All as they should be, but for the events topic."""
    return Look({**{spec.name: found(spec) for spec in SPECS}, EVENTS.name: found(EVENTS, **other)}, used)


def told(look: Look, specs: Sequence[TopicSpec] = SPECS) -> list[tuple[str, str, str, str]]:
    return [(one.topic, one.what, one.found, one.mended_by) for one in differences(specs, look)]


def config(**other: str) -> Mapping[str, str]:
    return {**EVENTS.config, **{name.replace("_", "."): value for name, value in other.items()}}


def test_nothing_is_told_of_topics_that_are_as_they_must_be():
    assert told(seen()) == []
    assert ailments(SPECS, seen()) == []


def test_a_topic_that_is_missing_is_made():
    look = Look({name: one for name, one in seen().found.items() if name != EVENTS.name}, used=True)
    assert told(look) == [(EVENTS.name, "topic", "missing", "make")]


def test_records_that_stay_longer_than_asked_for_are_a_difference_since_they_are_of_people():
    assert told(seen(config=config(retention_ms="-1"))) == [(EVENTS.name, "retention.ms", "-1", "set")]


def test_more_room_and_more_copies_than_asked_for_are_fine():
    assert told(seen(config=config(max_message_bytes="99999999", min_insync_replicas="3"))) == []


def test_partitions_are_added_only_while_no_topic_has_a_record():
    assert told(seen(used=False, partitions=4)) == [(EVENTS.name, "partitions", "4", "grow")]
    assert told(seen(used=True, partitions=4)) == [(EVENTS.name, "partitions", "4", "nobody here")]
    assert told(seen(used=False, partitions=12)) == [(EVENTS.name, "partitions", "12", "nobody here")]


def test_another_number_of_replicas_is_told_with_the_two_ways_out():
    [one] = differences(SPECS, seen(replicas=1, in_sync=1))
    assert (one.what, one.found, one.should, one.mended_by) == ("replication", "1", "3", "nobody here")
    assert "INTENTFLOW_REPLICATION=1" in one.todo
    assert "kafka-reassign-partitions.sh" in one.todo


def test_replicas_behind_and_partitions_without_a_leader_are_ailments():
    [behind] = ailments(SPECS, seen(in_sync=2))
    assert (behind.what, behind.found) == ("in sync", "2")
    assert "one more and writes are refused" in behind.todo
    [refusing] = ailments(SPECS, seen(in_sync=1))
    assert "writes are refused" in refusing.todo
    [dead] = ailments(SPECS, seen(leaderless=(2, 5), in_sync=0))
    assert dead.what == "leader"
    assert "partitions 2, 5" in dead.todo


@pytest.mark.parametrize(("before", "after", "share"), [(8, 8, 0), (8, 16, 1 / 2), (8, 12, 2 / 3), (1, 10, 0.9)])
def test_the_share_of_keys_that_would_move_is_told_exactly(before, after, share):
    assert share_that_moves(before, after) == pytest.approx(share)
    keys = [b"l:%d" % number for number in range(4000)]
    moved = sum(partition_of(key, before) != partition_of(key, after) for key in keys) / len(keys)
    assert moved == pytest.approx(share, abs=0.03)


@pytest.mark.broker
async def test_apply_makes_sets_and_grows_what_it_may_and_keeps_what_somebody_else_has_set(kafka):
    mine = f"p{uuid.uuid4().hex[:8]}"
    names = TopicNames(mine, mine)
    few = app_topics(names, partitions=2)[1:]
    await ensure(kafka.bootstrap, few)
    somebody = {
        **few[-1].config,
        "max.compaction.lag.ms": "99999999",
        "file.delete.delay.ms": "1234",
    }
    async with admin_of(kafka.bootstrap) as admin:
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, names.changelog, configs=somebody)])
        while "file.delete.delay.ms" not in (await topics_found(admin, few))[names.changelog].own:  # noqa: ASYNC110 - the broker tells no event
            await asyncio.sleep(0.05)
    specs = app_topics(names, partitions=3)
    before = await look(kafka.bootstrap, specs)
    assert not before.used
    lacks = differences(specs, before)
    assert {(one.what, one.mended_by) for one in lacks} == {
        ("topic", "make"),
        ("partitions", "grow"),
        ("max.compaction.lag.ms", "set"),
    }
    await apply(kafka.bootstrap, specs, before, lacks)
    after = await look(kafka.bootstrap, specs)
    assert differences(specs, after) == []
    assert after.found[names.changelog].own["file.delete.delay.ms"] == "1234"

    async with BatchProducer(kafka.bootstrap) as producer:
        await producer.add(names.events, 0, b"l:a", b"{}", int(time.time() * 1000))
    more = app_topics(names, partitions=4)
    last = await look(kafka.bootstrap, more)
    assert last.used
    assert {one.mended_by for one in differences(more, last)} == {"nobody here"}
