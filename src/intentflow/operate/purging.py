"""Somebody's records out of the rejections, at once.

The topic deletes by time alone, and by a prefix on request. So what lies before the last of their records and is not theirs is written
once more, byte for byte with its own time and its own id, and then everything up to there is deleted. Who reads rejections drops ids that
it knows, so it sees each of the others once, as before; and whatever fails in between leaves repeats, and loses nothing.
"""

from collections.abc import Callable
from typing import Any

from aiokafka import TopicPartition
from aiokafka.admin.records_to_delete import RecordsToDelete
from msgspec import Struct

from intentflow.adapters.partition_records import PartitionRecords
from intentflow.adapters.producing import BatchProducer
from intentflow.adapters.topics import admin_of
from intentflow.servers import Kafka


class Purged(Struct, frozen=True):
    """What was done to one partition."""

    topic: str
    partition: int
    removed: int  # records of theirs
    written_again: int  # of others
    deleted_before: int  # the offset before which nothing can be read any more


async def purge(kafka: Kafka, topic: str, number: int, is_theirs: Callable[[Any], bool]) -> Purged | None:
    """Nothing of theirs that was in the partition when we began can be read from it any more; None if nothing was there.

    From the disk it goes when its segment does. Raises IntentflowError if Kafka does not take the others, or delete.
    """
    async with PartitionRecords(kafka) as reader:
        firsts, ends = await reader.bounds([topic], number)
        first, end = firsts[topic, number], ends[topic, number]
        theirs = [r.offset async for some in reader.read(topic, number, end, first) for r in some if is_theirs(r)]
        if not theirs:
            return None
        before, again = theirs[-1] + 1, 0
        async with BatchProducer(kafka) as producer:
            async for records in reader.read(topic, number, before, first):
                for record in records:
                    if not is_theirs(record):
                        await producer.add(topic, number, record.key, record.value, record.timestamp, record.headers)
                        again += 1
    async with admin_of(kafka) as admin:
        await admin.delete_records({TopicPartition(topic, number): RecordsToDelete(before)})
    return Purged(topic, number, len(theirs), again, before)
