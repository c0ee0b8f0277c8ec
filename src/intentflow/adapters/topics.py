"""The app's topics: what they must be like, and that they are.

A missing topic is made; one that is there is never changed, only compared. Co-partitioning is a promise of the data (a lead's events,
state and changes lie at one partition number), so another partition count is refused and not mended: Kafka can add partitions but
leaves the records where they are.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code
from msgspec import Struct

from intentflow.adapters.kafka_access import client_arguments
from intentflow.errors import ConfigError, ServerMissingError
from intentflow.servers import Kafka
from intentflow.wire.topic_names import TopicNames

log = logging.getLogger(__name__)

DAY_MS = 24 * 60 * 60 * 1000
RETENTION_MS = 30 * DAY_MS
COMPACTION_LAG_MS = 10 * 60 * 1000  # rule 1 of the lane: a zombie's late record is read before it is compacted away
LARGEST_BATCH_BYTES = (1 << 20) + (1 << 16)  # a record of 1 MiB, its key, its headers and the batch around it
LARGEST_ROW_BYTES = (4 << 20) + (
    1 << 16
)  # all that a lead may carry, in `docs/guarantees.md`, "Bounded", and the batch around it
LARGEST_REJECTION_BYTES = LARGEST_BATCH_BYTES + (1 << 16)  # the same, and why it was rejected
AT_LEAST = frozenset(
    {"retention.ms", "min.compaction.lag.ms", "max.message.bytes", "min.insync.replicas"}
)  # more than asked for is fine
CHECKED = AT_LEAST | {"cleanup.policy", "message.timestamp.type"}
PATIENCE_SECONDS = 10.0


class TopicSpec(Struct, frozen=True):
    """What one topic must be like."""

    name: str
    partitions: int
    replication: int
    config: Mapping[str, str]


class Found(Struct, frozen=True):
    """What one topic is like."""

    partitions: int
    config: Mapping[str, str]


def app_topics(
    names: TopicNames,
    *,
    partitions: int = 8,
    replication: int = 1,
    family_topics: bool = True,
    kept_for_ever: bool = False,
    retention_ms: int = RETENTION_MS,
) -> tuple[TopicSpec, ...]:
    """Every topic of one app. `kept_for_ever` is for replay and demo: records may be of any age, and a topic with retention would
    delete old ones within minutes.
    """
    kept = "-1" if kept_for_ever else str(retention_ms)
    in_sync = {"min.insync.replicas": str(in_sync_replicas(replication))}
    shared = in_sync | {"message.timestamp.type": "CreateTime", "max.message.bytes": str(LARGEST_BATCH_BYTES)}
    deleted = shared | {"cleanup.policy": "delete"}
    compacted = (
        in_sync
        | {
            "cleanup.policy": "compact",
            "min.compaction.lag.ms": str(COMPACTION_LAG_MS),
            "message.timestamp.type": "LogAppendTime",  # the lag counts from a record's timestamp, so that must be the broker's
            "max.message.bytes": str(LARGEST_ROW_BYTES),
            "segment.bytes": str(128 << 20),  # the newest segment is not compacted
            "min.cleanable.dirty.ratio": "0.3",  # at most three rows of ten are old ones, when a partition is read again
        }
    )
    families = (*names.families.values(), names.outcomes, names.profiles) if family_topics else ()
    outputs = (names.changes, names.cart_notices, names.rejections, names.identities)
    configs = {name: deleted | {"retention.ms": kept} for name in (names.events, *families, *outputs)}
    for name in (names.rejections, names.identities):  # both carry an event's record whole, and more
        configs[name] |= {"max.message.bytes": str(LARGEST_REJECTION_BYTES)}
    configs |= {names.control: deleted | {"retention.ms": "-1"}, names.changelog: compacted}
    return tuple(TopicSpec(name, partitions, replication, config) for name, config in configs.items())


def in_sync_replicas(replication: int) -> int:
    """How many replicas must have a record before it counts as acknowledged: one broker may be lost without loss or standstill."""
    return max(1, replication - 1)


async def ensure(
    kafka: Kafka, specs: Sequence[TopicSpec], *, patience_seconds: float = PATIENCE_SECONDS
) -> tuple[str, ...]:
    """Every topic is there as its spec says, with a leader for each partition. Returns the names of those that were made.

    Raises ConfigError that lists every difference of those that were there, or why one could not be made; in the first case none is
    made. Raises ServerMissingError if Kafka does not answer within `patience_seconds`.
    """
    async with _admin(kafka, patience_seconds) as admin:
        there = await _found(admin, specs)
        differences = [line for spec in specs if spec.name in there for line in compared(spec, there[spec.name], kafka)]
        if differences:
            raise ConfigError("\n".join((f"Topics at {kafka} are not as they must be:", *differences)))
        missing = [spec for spec in specs if spec.name not in there]
        await _create(admin, missing)
        await _until_led(admin, [spec.name for spec in missing], patience_seconds)
        return tuple(spec.name for spec in missing)


async def leaders(kafka: Kafka, *, patience_seconds: float = PATIENCE_SECONDS) -> None:
    """Every partition of every topic there has a leader. Raises ServerMissingError if that takes longer."""
    async with _admin(kafka, patience_seconds) as admin:
        await _until_led(admin, None, patience_seconds)


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


def suffices(key: str, found: str, should: str) -> bool:
    """Equal, or for a bound at least as much; -1 is without end."""
    if found == should or key not in AT_LEAST:
        return found == should
    if not found.lstrip("-").isdigit():
        return False
    return int(found) == -1 or (should != "-1" and int(found) >= int(should))


@contextlib.asynccontextmanager
async def _admin(kafka: Kafka, patience_seconds: float) -> AsyncIterator[AIOKafkaAdminClient]:
    """A client that is connected."""
    deadline = asyncio.get_running_loop().time() + patience_seconds
    while True:
        client = AIOKafkaAdminClient(**client_arguments(kafka))
        try:
            await asyncio.wait_for(client.start(), patience_seconds)
            break
        except (KafkaError, TimeoutError, OSError) as error:
            await client.close()
            if asyncio.get_running_loop().time() + 0.5 > deadline:
                raise ServerMissingError(
                    f"no Kafka answers at {kafka} within {patience_seconds:g} s ({error}): start one with `intentflow up`, or "
                    "name yours with --bootstrap (INTENTFLOW_BOOTSTRAP)"
                ) from error
            await asyncio.sleep(0.5)
    try:
        yield client
    finally:
        await client.close()


async def _found(admin: AIOKafkaAdminClient, specs: Iterable[TopicSpec]) -> dict[str, Found]:
    """Those of the topics that are there."""
    wanted = {spec.name for spec in specs}
    partitions = {t["topic"]: len(t["partitions"]) for t in await admin.describe_topics() if t["topic"] in wanted}
    resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in partitions]
    configs: dict[str, dict[str, str]] = {}
    for response in await admin.describe_configs(resources) if resources else ():
        for code, message, _, name, entries in response.resources:
            if code:
                raise ConfigError(f"{name}: its settings cannot be read ({message or for_code(code).__name__})")
            configs[name] = {entry[0]: entry[1] for entry in entries}
    return {name: Found(count, configs[name]) for name, count in partitions.items()}


async def _create(admin: AIOKafkaAdminClient, specs: Sequence[TopicSpec]) -> None:
    """Another process may make the same topic at the same moment, from the same specs: that is fine."""
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


async def _until_led(admin: AIOKafkaAdminClient, names: list[str] | None, patience_seconds: float) -> None:
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
