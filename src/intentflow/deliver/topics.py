"""The topics that delivery reads and writes. All have the partitions of the app: a lead has the same number in each of them."""

from collections.abc import Sequence

from msgspec.structs import replace

from intentflow.adapters.topic_specs import TopicSpec, topics_of
from intentflow.settings import Settings
from intentflow.wire.topic_names import TopicNames

SEGMENT_BYTES = 16 << 20  # the newest segment is not compacted, and all of it is read at every start


def names_of(settings: Settings) -> TopicNames:
    """What the topics are called."""
    return TopicNames(settings.prefix, settings.app_id)


def group_of(settings: Settings) -> str:
    """The consumer group, and with the partition's number behind it the transactional id."""
    return f"{settings.app_id}-deliver"


def sources(names: TopicNames) -> tuple[str, str, str]:
    """What is read: changes, notices of carts, requests of operators."""
    return names.changes, names.cart_notices, names.delivery_requests


def topics(settings: Settings) -> Sequence[TopicSpec]:
    """What the topics must be like."""
    names = names_of(settings)
    like = {spec.name: spec for spec in topics_of(settings)}
    rows = like[names.changelog]
    return (
        like[names.changes],
        like[names.cart_notices],
        replace(rows, name=names.deliveries, config={**rows.config, "segment.bytes": str(SEGMENT_BYTES)}),
        replace(like[names.rejections], name=names.dead_letters),
        replace(like[names.rejections], name=names.delivery_requests),
    )
