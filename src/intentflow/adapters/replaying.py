"""Refused records, sent again to where they came from: after the model, the settings or the software was mended.

A record is sent with its own bytes and under its own key, to the partition that its key belongs on, as received now. What it lacked then
it still lacks: if nothing was mended it is refused again, as another record. Sent twice it counts once, as every event id does.
"""

import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable

from msgspec import Struct

from intentflow.adapters.partition_records import PartitionRecords
from intentflow.adapters.producing import BatchProducer
from intentflow.domain.event import key_of
from intentflow.servers import Kafka
from intentflow.wire.events import decode
from intentflow.wire.murmur2 import partition_of
from intentflow.wire.rejections import Refused, Rejection, refused_of
from intentflow.wire.topic_names import TopicNames

Progress = Callable[[int, int], None]  # records read so far, and to be read


def nobody(_done: int, _total: int) -> None:
    """Tells nobody."""


class Again(Struct, frozen=True):
    """What became of one refused record: the topic that it was sent to, or why it was not."""

    id: str
    topic: str | None = None
    why_not: str = ""


async def replay(
    kafka: Kafka,
    names: TopicNames,
    wanted: Callable[[Refused], bool],
    partitions: int,
    within: Iterable[int] | None = None,
    *,
    dry: bool = False,
    progress: Progress = nobody,
) -> AsyncIterator[Again]:
    """Sends each refused record that is wanted, once, and tells of each; all are durable when the iteration is over.

    `within`: look at these partitions of the rejections topic alone; a record lies on the one that it came from. `dry`: nothing is sent,
    and told is what would become of them. Raises ServerMissingError if Kafka does not answer, IntentflowError if it did not take them.
    """
    async with PartitionRecords(kafka) as sources, BatchProducer(kafka) as producer:
        async for refused in refusals(kafka, names, partitions, within, progress=progress):
            if wanted(refused):
                yield await _send(sources, None if dry else producer, names, refused, partitions)


async def refusals(
    kafka: Kafka,
    names: TopicNames,
    partitions: int,
    within: Iterable[int] | None = None,
    *,
    progress: Progress = nobody,
) -> AsyncGenerator[Refused, None]:
    """Every refused record that is still there, once, partition by partition, up to where the topic ends now."""
    numbers = list(range(partitions) if within is None else within)
    async with PartitionRecords(kafka) as reader:
        bounds = {number: await reader.bounds([names.rejections], number) for number in numbers}
        spans = [(n, firsts[names.rejections, n], ends[names.rejections, n]) for n, (firsts, ends) in bounds.items()]
        done, total = 0, sum(end - first for _, first, end in spans)
        for number, first, end in spans:
            known: set[str] = set()
            async for records in reader.read(names.rejections, number, end, first):
                for record in records:
                    refused = refused_of(record.headers, record.key, record.value)
                    if refused is not None and refused.id not in known:
                        known.add(refused.id)
                        yield refused
                done += len(records)
                progress(done, total)


async def _send(
    sources: PartitionRecords, producer: BatchProducer | None, names: TopicNames, refused: Refused, partitions: int
) -> Again:
    topic, key = _destination(names, refused)
    if topic is None:
        return Again(refused.id, why_not=f"{refused.topic} is not a topic that this app takes events from")
    value = await _whole(sources, refused) if refused.is_cut else refused.value
    if refused.is_cut and value is None:
        return Again(refused.id, why_not=f"too large to be kept with its rejection, and gone from {refused.topic}")
    number = refused.partition if key is None else partition_of(key, partitions)
    if producer is not None:
        await producer.add(topic, number, key, value, int(time.time() * 1000), refused.headers)
    return Again(refused.id, topic)


def can_return(names: TopicNames, topic: str) -> bool:
    """Whether what came from there can be sent there again. The collector is no topic, nor is a file."""
    return topic in {names.events, names.outcomes, names.profiles, *names.families.values()}


def _destination(names: TopicNames, refused: Refused) -> tuple[str | None, bytes | None]:
    """The topic and the key. An event that was refused on its way between leads goes back to the events, under its own key."""
    if can_return(names, refused.topic):
        return refused.topic, refused.key
    event = decode(refused.value) if refused.topic == names.identities else None
    return (None, None) if event is None or isinstance(event, Rejection) else (names.events, key_of(event))


async def _whole(sources: PartitionRecords, refused: Refused) -> bytes | None:
    """The value at its source; None if it is no longer there."""
    place = (refused.topic, refused.partition)
    firsts, ends = await sources.bounds([refused.topic], refused.partition)
    if not firsts[place] <= refused.offset < ends[place]:
        return None
    async for records in sources.read(*place, refused.offset + 1, refused.offset):
        return next((record.value for record in records), None)
    return None
