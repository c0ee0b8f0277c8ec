"""The scoring models that took effect, as the control topic tells of them; and one more."""

from intentflow.adapters.partition_records import PartitionRecords
from intentflow.adapters.producing import BatchProducer
from intentflow.servers import Kafka
from intentflow.wire.control import ModelRecord, decode_control, encode_model

AT_FIRST = 10_000  # records looked through from the end of a partition; then the next ten times as many


async def last_model(kafka: Kafka, topic: str, partitions: int) -> ModelRecord | None:
    """The latest of the models that the control topic names, by their times; None if it names none."""
    async with PartitionRecords(kafka) as reader:
        found = [await _last_of(reader, topic, number, partitions) for number in range(partitions)]
    return max((one for one in found if one is not None), key=lambda one: one.at, default=None)


async def _last_of(reader: PartitionRecords, topic: str, number: int, partitions: int) -> ModelRecord | None:
    """Searched from the end: a control topic holds clock records for the most part."""
    firsts, ends = await reader.bounds([topic], number)
    first, end, size = firsts[topic, number], ends[topic, number], AT_FIRST
    last: ModelRecord | None = None
    while last is None and end > first:
        begin = max(first, end - size)
        async for records in reader.read(topic, number, end, begin):
            for record in records:
                said = decode_control(record.key, record.value, number, partitions)
                last = said if isinstance(said, ModelRecord) else last
        end, size = begin, 10 * size
    return last


async def publish_model(kafka: Kafka, topic: str, partitions: int, model_hash: str, now: int) -> None:
    """Say on every partition of the control topic that the model with this hash takes effect at `now` (epoch ms).

    Raises `ServerMissingError` if Kafka isn't there, `IntentflowError` if it doesn't take a record.
    """
    async with BatchProducer(kafka) as producer:
        for number in range(partitions):
            await producer.add(topic, number, *encode_model(model_hash, now), timestamp=now)
