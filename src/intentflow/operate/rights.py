"""Who may do what of Kafka: what each part needs, as docs/security.md says, and which of the parts the user of these settings may be.

The broker is asked what it would allow; nothing is written to find out.
"""

from collections.abc import Mapping

from aiokafka.client import AIOKafkaClient
from msgspec import Struct

from intentflow.adapters.kafka_access import client_arguments
from intentflow.lane.rights import group_rights, topic_rights
from intentflow.settings import Settings
from intentflow.wire.topic_names import TopicNames

READ, WRITE, DESCRIBE = 3, 4, 8  # as the protocol numbers them
WORDS = {READ: "read", WRITE: "write", DESCRIBE: "describe"}


class Needs(Struct, frozen=True):
    """What one part reads and writes, and the group whose offsets it keeps; `looks_at` is a group that it only describes."""

    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    group: str = ""
    looks_at: str = ""


def needs_of(names: TopicNames) -> dict[str, Needs]:
    """Every part's. Family topics are a worker's too, where there are any."""
    worker = names.control, names.identities, names.rejections, names.changes, names.cart_notices, names.changelog
    sources = names.events, *names.families.values(), names.profiles, names.outcomes
    return {
        "collector": Needs(writes=(names.events, names.rejections)),
        "worker": Needs((*sources, names.control, names.identities, names.changelog), worker, names.app_id),
        "projector": Needs((names.changelog, names.changes, names.rejections), looks_at=names.app_id),
        "deliver": Needs(
            (names.changes, names.cart_notices, names.delivery_requests, names.deliveries),
            (names.deliveries, names.dead_letters), f"{names.app_id}-deliver",
        ),
    }  # fmt: skip


class Allowed(Struct, frozen=True):
    """What the user of some settings may do: bits of operations, by topic and by group. What is not there is in neither."""

    topics: Mapping[str, int]
    groups: Mapping[str, int]

    def lacks(self, part: Needs) -> list[str]:
        """What this user may not do of what a part does, in words; empty if all of it is allowed."""
        wanted = [(READ, self.topics, topic) for topic in part.reads]
        wanted += [(WRITE, self.topics, topic) for topic in part.writes]
        wanted += [(READ, self.groups, part.group), (DESCRIBE, self.groups, part.looks_at)]
        return [f"{WORDS[what]} {name}" for what, of, name in wanted if name in of and not of[name] >> what & 1]


async def allowed(settings: Settings, names: TopicNames) -> Allowed:
    """What Kafka says that we may do. Raises KafkaError if it does not tell."""
    parts = needs_of(names).values()
    topics = {topic for part in parts for topic in (*part.reads, *part.writes)}
    groups = sorted({group for part in parts for group in (part.group, part.looks_at) if group})
    client = AIOKafkaClient(**client_arguments(settings.kafka))
    try:
        await client.bootstrap()
        return Allowed(await topic_rights(client, topics), {name: await group_rights(client, name) for name in groups})
    finally:
        await client.close()
