"""The equation, read from the topics: *in = counted + duplicate + rejected*."""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from intentflow.adapters.offsets import Offsets, records
from intentflow.lane.changelog import Changelog, ledger_sums
from intentflow.lane.reader import read_changelog
from intentflow.servers import Kafka
from intentflow.wire.topic_names import TopicNames


class Equation(Struct, frozen=True):
    """What came in on the source topics, and what became of it; `published` is how many different rejections are on their topic.

    An event that was sent on to another lead came in once, and is counted where it ended.
    """

    came_in: int
    counted: int
    duplicate: int
    rejected: int
    published: int

    @property
    def holds(self) -> bool:
        """Nothing was lost, nothing counted twice, and every rejection can be looked up."""
        return self.came_in == self.counted + self.duplicate + self.rejected and self.rejected == self.published


async def read_logs(kafka: Kafka, names: TopicNames) -> dict[int, Changelog]:
    """The app's changelog, by partition number."""
    logs: dict[int, Changelog] = {}
    async for _ in read_changelog(kafka, names.changelog, logs):
        pass
    return logs


async def equation(
    offsets: Offsets, names: TopicNames, topics: Iterable[str], logs: Mapping[int, Changelog]
) -> Equation:
    """The equation over these source topics, none of which was ever cut short by retention."""
    topics, partitions = [*topics, names.identities], len(logs)
    ends = sum((await offsets.ends(topics, partitions)).values())
    sums = [ledger for topic, ledger in ledger_sums(logs.values()).items() if topic in topics]
    refused: set[bytes] = set()
    async for record in records(offsets.kafka, [names.rejections], partitions):
        headers = dict(record.headers)
        if headers.get("source_topic", b"").decode() in topics:
            refused.add(headers["rejection_id"])
    return Equation(
        ends - sum(ledger.forwarded + ledger.passed for ledger in sums),
        sum(ledger.counted for ledger in sums),
        sum(ledger.duplicate for ledger in sums),
        sum(ledger.rejected for ledger in sums),
        len(refused),
    )
