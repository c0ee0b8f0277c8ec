"""What it takes until the topics are as they must be: looked at, told, and done as far as it can be done without breaking anything.

A key's partition is its hash modulo the number of partitions. So another number sends most keys elsewhere, while their records, the state
of their leads and the committed offsets stay: a lead would begin anew beside its own past. It is refused once there is a single record.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from math import lcm
from typing import Literal

from aiokafka.admin import AIOKafkaAdminClient, NewPartitions
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import for_code
from msgspec import Struct

from intentflow.adapters.offsets import Offsets
from intentflow.adapters.topic_specs import TopicSpec, suffices
from intentflow.adapters.topics import Found, admin_of, create, topics_found, until_led
from intentflow.errors import ConfigError
from intentflow.servers import Kafka

MORE_IS_FINE = frozenset({"min.compaction.lag.ms", "max.message.bytes", "min.insync.replicas"})
PATIENCE_SECONDS = 30.0


class Difference(Struct, frozen=True):
    """Something of a topic that is not as it must be, and what to do about it."""

    topic: str
    what: str
    found: str
    should: str
    mended_by: Literal["make", "set", "grow", "nobody here"]
    todo: str


class Look(Struct, frozen=True):
    """The topics as they are, and whether any of them ever had a record."""

    found: Mapping[str, Found]
    used: bool


async def look(kafka: Kafka, specs: Sequence[TopicSpec]) -> Look:
    """What is there of these topics. Raises ServerMissingError if Kafka does not answer."""
    async with admin_of(kafka) as admin:
        found = await topics_found(admin, specs)
    async with Offsets(kafka) as offsets:
        led = {name: one.partitions for name, one in found.items() if not one.leaderless}
        ends = await offsets.ends_of((name, number) for name, count in led.items() for number in range(count))
    return Look(found, any(ends.values()))


def differences(specs: Iterable[TopicSpec], look: Look) -> list[Difference]:
    """Every difference, in the order of the specs."""
    told: list[Difference] = []
    for spec in specs:
        found = look.found.get(spec.name)
        if found is None:
            told.append(Difference(spec.name, "topic", "missing", _in_short(spec), "make", "is made"))
            continue
        told += [*_partitions(spec, found, look.used), *_replicas(spec, found), *_settings(spec, found)]
    return told


def ailments(specs: Iterable[TopicSpec], look: Look) -> list[Difference]:
    """What is wrong with the topics at the moment, though they are set up right."""
    told = []
    for spec in specs:
        found = look.found.get(spec.name)
        if found is None:
            continue
        if found.leaderless:
            numbers = ", ".join(map(str, found.leaderless))
            todo = f"partitions {numbers} cannot be read or written: start the brokers that have them"
            told.append(Difference(spec.name, "leader", "none", "one each", "nobody here", todo))
        elif found.in_sync < found.replicas:
            least = int(found.config.get("min.insync.replicas", "1"))
            todo = "writes are refused" if found.in_sync < least else "one more and writes are refused"
            todo = f"a broker is down or slow: start it; {todo}"
            told.append(Difference(spec.name, "in sync", str(found.in_sync), str(found.replicas), "nobody here", todo))
    return told


def share_that_moves(before: int, after: int) -> float:
    """The share of keys whose partition is another one with so many partitions."""
    period = lcm(before, after)
    return sum(number % before != number % after for number in range(period)) / period


def _partitions(spec: TopicSpec, found: Found, used: bool) -> list[Difference]:
    if found.partitions == spec.partitions:
        return []
    one = Difference(
        spec.name,
        "partitions",
        str(found.partitions),
        str(spec.partitions),
        "grow",
        "are added: no topic has a record yet",
    )
    if spec.partitions > found.partitions and not used:
        return [one]
    todo = f"set INTENTFLOW_PARTITIONS={found.partitions}, or a new app: see below"
    return [Difference(one.topic, one.what, one.found, one.should, "nobody here", todo)]


def _replicas(spec: TopicSpec, found: Found) -> list[Difference]:
    if found.replicas == spec.replication:
        return []
    todo = f"set INTENTFLOW_REPLICATION={found.replicas}, or move replicas with kafka-reassign-partitions.sh"
    return [Difference(spec.name, "replication", str(found.replicas), str(spec.replication), "nobody here", todo)]


def _settings(spec: TopicSpec, found: Found) -> list[Difference]:
    told = []
    for name, should in spec.config.items():
        value = found.config.get(name, "not set")
        if value != should and not (name in MORE_IS_FINE and suffices(name, value, should)):
            told.append(Difference(spec.name, name, value, should, "set", "is set"))
    return told


def _in_short(spec: TopicSpec) -> str:
    return f"{spec.partitions} partitions, {spec.replication} replicas, {spec.config['cleanup.policy']}"


async def apply(kafka: Kafka, specs: Sequence[TopicSpec], look: Look, told: Sequence[Difference]) -> None:
    """All is mended that can be mended here. Raises ConfigError that says what Kafka refused, ServerMissingError if it does not answer."""
    by_name = {spec.name: spec for spec in specs}
    async with admin_of(kafka) as admin:
        if missing := [by_name[one.topic] for one in told if one.mended_by == "make"]:
            await create(admin, missing)
        for one in told:
            if one.mended_by == "grow":
                await admin.create_partitions({one.topic: NewPartitions(by_name[one.topic].partitions)})
        resources = [
            ConfigResource(ConfigResourceType.TOPIC, name, configs=_all_settings(name, look.found[name], told))
            for name in dict.fromkeys(one.topic for one in told if one.mended_by == "set")
        ]
        refused = []
        for response in await admin.alter_configs(resources) if resources else ():
            refused += [f"  {r[3]}: {r[1] or for_code(r[0]).__name__}" for r in response.resources if r[0]]
        if refused:
            raise ConfigError("\n".join(("Kafka refused to set:", *refused)))
        await until_led(admin, [one.topic for one in told if one.mended_by in ("make", "grow")], PATIENCE_SECONDS)
        await _until_set(admin, specs, told)


async def _until_set(admin: AIOKafkaAdminClient, specs: Sequence[TopicSpec], told: Sequence[Difference]) -> None:
    """The brokers tell what was set: they hear of it a moment after the one that took it."""
    deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
    missing = [one for one in told if one.mended_by == "set"]
    while missing and asyncio.get_running_loop().time() < deadline:
        found = await topics_found(admin, specs)
        missing = [one for one in missing if found[one.topic].config.get(one.what) != one.should]
        await asyncio.sleep(0.05 if missing else 0)


def _all_settings(topic: str, found: Found, told: Iterable[Difference]) -> dict[str, str]:
    """All that is set for one topic: Kafka's AlterConfigs forgets what it is not told again."""
    return {**found.own, **{one.what: one.should for one in told if one.topic == topic and one.mended_by == "set"}}
