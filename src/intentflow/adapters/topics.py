"""The app's topics: what they must be like, and that they are.

A missing topic is made; one that is there is never changed, only compared. Co-partitioning is a promise of the data (a lead's events,
state and changes lie at one partition number), so another partition count is refused and not mended: Kafka can add partitions but
leaves the records where they are.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code
from msgspec import Struct

from intentflow.adapters.kafka_access import client_arguments, unreachable
from intentflow.adapters.topic_specs import CHECKED, TopicSpec, suffices
from intentflow.errors import ConfigError, ServerMissingError
from intentflow.servers import Kafka

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 10.0


OF_THE_TOPIC = 1  # where a setting comes from, in Kafka's numbers: set for this topic alone


class Found(Struct, frozen=True):
    """What one topic is like."""

    partitions: int
    config: Mapping[str, str]
    own: Mapping[str, str] = {}  # of these settings those that were set for this topic alone
    replicas: int = 1  # the fewest of a partition
    in_sync: int = 1  # likewise, of those that have all that was acknowledged
    leaderless: tuple[int, ...] = ()  # partitions that nobody leads


async def ensure(
    kafka: Kafka, specs: Sequence[TopicSpec], *, patience_seconds: float = PATIENCE_SECONDS
) -> tuple[str, ...]:
    """Every topic is there as its spec says, with a leader for each partition. Returns the names of those that were made.

    Raises ConfigError that lists every difference of those that were there, or why one could not be made; in the first case none is
    made. Raises ServerMissingError if Kafka does not answer within `patience_seconds`.
    """
    async with admin_of(kafka, patience_seconds) as admin:
        there = await topics_found(admin, specs)
        differences = [line for spec in specs if spec.name in there for line in compared(spec, there[spec.name], kafka)]
        if differences:
            raise ConfigError("\n".join((f"Topics at {kafka} are not as they must be:", *differences)))
        missing = [spec for spec in specs if spec.name not in there]
        await create(admin, missing)
        await until_led(admin, [spec.name for spec in missing], patience_seconds)
        return tuple(spec.name for spec in missing)


async def leaders(kafka: Kafka, *, patience_seconds: float = PATIENCE_SECONDS) -> None:
    """Every partition of every topic there has a leader. Raises ServerMissingError if that takes longer."""
    async with admin_of(kafka, patience_seconds) as admin:
        await until_led(admin, None, patience_seconds)


def compared(spec: TopicSpec, found: Found, kafka: Kafka) -> list[str]:
    """Every difference that matters, a line each: the topic, what is, what should be, what to do."""
    lines = []
    if found.partitions != spec.partitions:
        lines.append(
            f"  {spec.name}: has {found.partitions} partitions, should have {spec.partitions}: all topics of an app need the same "
            f"count; set INTENTFLOW_PARTITIONS={found.partitions} if the others have that too, or choose another prefix and app id"
        )
    for key, should in spec.config.items():
        found_value = found.config.get(key, "not set")
        if key in CHECKED and not suffices(key, found_value, should):
            lines.append(
                f"  {spec.name}: {key} is {found_value}, should be {should}: kafka-configs.sh --bootstrap-server {kafka} "
                f"--alter --entity-type topics --entity-name {spec.name} --add-config {key}={should}"
            )
    return lines


@contextlib.asynccontextmanager
async def admin_of(kafka: Kafka, patience_seconds: float = PATIENCE_SECONDS) -> AsyncIterator[AIOKafkaAdminClient]:
    """A client that is connected. Raises ServerMissingError if Kafka does not answer within `patience_seconds`."""
    deadline = asyncio.get_running_loop().time() + patience_seconds
    while True:
        client = AIOKafkaAdminClient(**client_arguments(kafka))
        try:
            await asyncio.wait_for(client.start(), patience_seconds)
            break
        except (KafkaError, TimeoutError, OSError) as error:
            await client.close()
            if asyncio.get_running_loop().time() + 0.5 > deadline:
                raise unreachable(kafka, error, f" within {patience_seconds:g} s") from error
            await asyncio.sleep(0.5)
    try:
        yield client
    finally:
        await client.close()


async def topics_found(admin: AIOKafkaAdminClient, specs: Iterable[TopicSpec]) -> dict[str, Found]:
    """Those of the topics that are there."""
    wanted = {spec.name for spec in specs}
    described = {t["topic"]: t["partitions"] for t in await admin.describe_topics() if t["topic"] in wanted}
    resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in described]
    entries_of: dict[str, list[Any]] = {}
    for response in await admin.describe_configs(resources) if resources else ():
        for code, message, _, name, entries in response.resources:
            if code:
                raise ConfigError(f"{name}: its settings cannot be read ({message or for_code(code).__name__})")
            entries_of[name] = entries
    return {name: _found(partitions, entries_of[name]) for name, partitions in described.items()}


def _found(partitions: Sequence[Mapping[str, Any]], entries: Sequence[Any]) -> Found:
    """`entries`: name, value, whether it is read only, where it comes from."""
    return Found(
        len(partitions),
        {entry[0]: entry[1] for entry in entries},
        {entry[0]: entry[1] for entry in entries if entry[3] == OF_THE_TOPIC},
        min(len(each["replicas"]) for each in partitions),
        min(len(each["isr"]) for each in partitions),
        tuple(sorted(each["partition"] for each in partitions if each["leader"] < 0)),
    )


async def create(admin: AIOKafkaAdminClient, specs: Sequence[TopicSpec]) -> None:
    """Make the topics. Another process may make the same one at the same moment, from the same specs: that is fine.

    Raises ConfigError that says of each why it could not be made.
    """
    if not specs:
        return
    new = [NewTopic(s.name, s.partitions, s.replication, topic_configs=dict(s.config)) for s in specs]
    response = await admin.create_topics(new)
    failed = [e for e in response.topic_errors if e[1] and for_code(e[1]) is not TopicAlreadyExistsError]
    if failed:
        why = "\n".join(f"  {name}: {(rest or [None])[0] or for_code(code).__name__}" for name, code, *rest in failed)
        raise ConfigError(
            f"Topics could not be made:\n{why}\nWhat to do: INTENTFLOW_REPLICATION must not be above the number of brokers, and this "
            "user must be allowed to create topics."
        )
    log.info("topics made: %s", ", ".join(spec.name for spec in specs))


async def until_led(admin: AIOKafkaAdminClient, names: list[str] | None, patience_seconds: float) -> None:
    """Each partition of the topics (None: of all) has a leader, as the brokers tell it."""
    deadline = asyncio.get_running_loop().time() + patience_seconds
    while names is None or names:
        described = await admin.describe_topics(names)
        without = [t["topic"] for t in described if t["error_code"] or any(p["leader"] < 0 for p in t["partitions"])]
        if not without:
            return
        if asyncio.get_running_loop().time() > deadline:
            raise ServerMissingError(
                f"no broker leads all partitions of {', '.join(without)} after {patience_seconds:g} s: is a broker of the cluster down?"
            )
        await asyncio.sleep(0.05)
