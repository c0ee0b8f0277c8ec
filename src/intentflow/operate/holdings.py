"""What Kafka holds of a person, record by record, and until when.

Of most topics their own partitions are read; of the rejections all, since a record lies there on the partition that it came from, right or
wrong. The changelog is not among them: it holds state, and is read as such.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence

from msgspec import Struct

from intentflow.adapters.partition_records import PartitionRecords
from intentflow.adapters.topic_specs import TopicSpec, topics_of
from intentflow.adapters.topics import Found, admin_of, topics_found
from intentflow.deliver import topics as of_delivery
from intentflow.operate.person import Person
from intentflow.operate.state import Tell, names_of, nobody
from intentflow.settings import Settings
from intentflow.wire.murmur2 import partition_of
from intentflow.wire.topic_names import TopicNames

SWEEP_MS = 6 * 60 * 1000  # Kafka looks for what may go every five minutes, and leaves the file for another one
NEVER = -1


class Holding(Struct, frozen=True):
    """A record about them."""

    topic: str
    partition: int
    offset: int
    time: int  # epoch milliseconds, the record's own
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]


class Kept(Struct):
    """What one partition of a topic holds of them, and until when (epoch ms; None: for ever, as far as Kafka is concerned)."""

    topic: str
    partition: int
    records: int
    first: int  # offset
    last: int
    newest: int  # epoch milliseconds
    until: int | None


def specs_of(settings: Settings) -> Sequence[TopicSpec]:
    """Every topic of the app that may hold something of a lead, the topics of delivery too."""
    told = {spec.name: spec for spec in (*topics_of(settings), *of_delivery.topics(settings))}
    return [spec for name, spec in told.items() if name != names_of(settings).changelog]


async def topics_there(settings: Settings) -> dict[str, Found]:
    """Those of them that are there, as they are. Raises ServerMissingError if Kafka does not answer."""
    async with admin_of(settings.kafka) as admin:
        return await topics_found(admin, specs_of(settings))


def places(names: TopicNames, person: Person, there: Mapping[str, Found]) -> list[tuple[str, int]]:
    """The partitions that may hold something of them."""
    told = []
    for topic, found in there.items():
        own = {partition_of(key, found.partitions) for key in person.keys}
        told += [(topic, number) for number in (range(found.partitions) if topic == names.rejections else sorted(own))]
    return told


async def holdings(
    settings: Settings, person: Person, there: Mapping[str, Found], tell: Tell = nobody
) -> AsyncGenerator[Holding, None]:
    """Every record about them that is still there, topic by topic, up to where it ends now."""
    todo = places(names_of(settings), person, there)
    async with PartitionRecords(settings.kafka) as reader:
        spans = {}
        for topic, number in todo:
            firsts, ends = await reader.bounds([topic], number)
            spans[topic, number] = firsts[topic, number], ends[topic, number]
        done, total = 0, sum(end - first for first, end in spans.values())
        for (topic, number), (first, end) in spans.items():
            async for records in reader.read(topic, number, end, first):
                for record in records:
                    if person.concerns(record.key, record.value):
                        yield Holding(
                            topic,
                            number,
                            record.offset,
                            record.timestamp,
                            record.key,
                            record.value,
                            tuple(record.headers),
                        )
                done += len(records)
                tell(done, total)


class Tally:
    """Counts records about them, by partition."""

    def __init__(self, there: Mapping[str, Found]) -> None:
        self._there = there
        self._each: dict[tuple[str, int], Kept] = {}

    def add(self, one: Holding) -> None:
        """One more, of a higher offset than those before it of its partition."""
        held = self._each.setdefault(
            (one.topic, one.partition), Kept(one.topic, one.partition, 0, one.offset, one.offset, one.time, None)
        )
        held.records, held.last, held.newest = held.records + 1, one.offset, max(held.newest, one.time)

    def kept(self) -> list[Kept]:
        """One line for each partition that holds something of them."""
        for held in self._each.values():
            held.until = gone_by(self._there[held.topic], held.newest)
        return list(self._each.values())


def gone_by(topic: Found, time: int) -> int | None:
    """When a record of that time is gone at the latest from a topic that deletes by time; None: never by itself."""
    retention, segment = int(topic.config.get("retention.ms", NEVER)), int(topic.config.get("segment.ms", 0))
    if "compact" in topic.config.get("cleanup.policy", "") or retention < 0:
        return None
    return time + retention + segment + SWEEP_MS
