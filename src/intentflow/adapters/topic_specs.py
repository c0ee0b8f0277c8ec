"""What the app's topics must be like.

How long records stay is docs/retention.md. A record goes when its segment does, and a segment is written to for a day at most, so that it
goes no more than a day late.
"""

from collections.abc import Mapping

from msgspec import Struct

from intentflow.settings import Settings
from intentflow.wire.topic_names import TopicNames

DAY_MS = 24 * 60 * 60 * 1000
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


class TopicSpec(Struct, frozen=True):
    """What one topic must be like."""

    name: str
    partitions: int
    replication: int
    config: Mapping[str, str]


class Kept(Struct, frozen=True):
    """How long records stay, in days."""

    sources: float = 30.0
    changes: float = 30.0
    rejections: float = 30.0
    compaction: float = 7.0  # until a row that is void, old or erased is out of the changelog
    tombstones: float = 7.0  # how long a tombstone stays after that, for readers that were away


def topics_of(settings: Settings) -> tuple[TopicSpec, ...]:
    """Every topic of the app that these settings are of."""
    return app_topics(
        TopicNames(settings.prefix, settings.app_id),
        partitions=settings.partitions,
        replication=settings.replication,
        family_topics=settings.family_topics,
        kept_for_ever=settings.kept_for_ever,
        kept=Kept(
            settings.retention_days,
            settings.changes_days,
            settings.rejections_days,
            settings.compaction_days,
            settings.tombstone_days,
        ),
    )


def app_topics(
    names: TopicNames,
    *,
    partitions: int = 8,
    replication: int = 1,
    family_topics: bool = True,
    kept_for_ever: bool = False,
    kept: Kept = Kept(),  # noqa: B008 - frozen
) -> tuple[TopicSpec, ...]:
    """Every topic of one app. `kept_for_ever` is for replay and demo: records may be of any age, and a topic with retention would
    delete old ones within minutes.
    """
    in_sync = {"min.insync.replicas": str(in_sync_replicas(replication))}
    shared = in_sync | {"message.timestamp.type": "CreateTime", "max.message.bytes": str(LARGEST_BATCH_BYTES)}

    def deleted(days: float) -> dict[str, str]:
        retention = "-1" if kept_for_ever else str(round(days * DAY_MS))
        return shared | {"cleanup.policy": "delete", "retention.ms": retention, "segment.ms": str(DAY_MS)}

    families = (*names.families.values(), names.outcomes, names.profiles) if family_topics else ()
    configs = {name: deleted(kept.sources) for name in (names.events, *families)}
    configs |= {name: deleted(kept.changes) for name in (names.changes, names.cart_notices)}
    configs |= {names.rejections: deleted(kept.rejections), names.identities: deleted(kept.sources)}
    for name in (names.rejections, names.identities):  # both carry an event's record whole, and more
        configs[name] |= {"max.message.bytes": str(LARGEST_REJECTION_BYTES)}
    configs |= {names.control: deleted(kept.sources), names.changelog: in_sync | _compacted(kept)}
    return tuple(TopicSpec(name, partitions, replication, config) for name, config in configs.items())


def _compacted(kept: Kept) -> dict[str, str]:
    return {
        "cleanup.policy": "compact",
        "min.compaction.lag.ms": str(COMPACTION_LAG_MS),
        "max.compaction.lag.ms": str(round(kept.compaction * DAY_MS)),
        "delete.retention.ms": str(round(kept.tombstones * DAY_MS)),
        "message.timestamp.type": "LogAppendTime",  # the lag counts from a record's timestamp, so that must be the broker's
        "max.message.bytes": str(LARGEST_ROW_BYTES),
        "segment.bytes": str(128 << 20),  # the newest segment is not compacted
        "min.cleanable.dirty.ratio": "0.3",  # at most three rows of ten are old ones, when a partition is read again
    }


def in_sync_replicas(replication: int) -> int:
    """How many replicas must have a record before it counts as acknowledged: one broker may be lost without loss or standstill."""
    return max(1, replication - 1)


def suffices(key: str, found: str, should: str) -> bool:
    """Equal, or for a bound at least as much; -1 is without end."""
    if found == should or key not in AT_LEAST:
        return found == should
    if not found.lstrip("-").isdigit():
        return False
    return int(found) == -1 or (should != "-1" and int(found) >= int(should))
