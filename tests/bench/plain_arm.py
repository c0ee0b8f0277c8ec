"""An arm without a framework, for the tests of the harness: it keeps nothing and reads all again. `python -m tests.bench.plain_arm`.

PLAIN_POINTS adds to what an event counts, and PLAIN_DIES ends it at once: arms that are wrong.
"""

import asyncio
import os

import msgspec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from bench.peers.job import ASKED, POINTS, THRESHOLD, faded, place


async def main() -> None:
    """Runs until it is killed."""
    where, extra = place(), float(os.environ.get("PLAIN_POINTS", "0"))
    leads: dict[bytes, tuple[float, int, bool]] = {}
    async with (
        AIOKafkaConsumer(bootstrap_servers=where.bootstrap, group_id=None, auto_offset_reset="earliest") as consumer,
        AIOKafkaProducer(bootstrap_servers=where.bootstrap) as producer,
    ):
        consumer.assign([TopicPartition(where.source, number) for number in range(where.partitions)])
        async for record in consumer:
            event = msgspec.json.decode(record.value)
            score, at, told = leads.get(record.key, (0.0, record.timestamp, False))
            score = faded(score, at, record.timestamp)
            asked = event["family"] == ASKED
            if not asked:
                score += POINTS[event["family"]] + extra
                leads[record.key] = score, record.timestamp, told or score >= THRESHOLD
            if asked or (score >= THRESHOLD and not told):
                change = {"event_id": event["event_id"], "score": score, "at": record.timestamp}
                await producer.send(where.target, msgspec.json.encode(change), key=record.key)


if __name__ == "__main__":
    if os.environ.get("PLAIN_DIES"):
        raise SystemExit("it has died")
    asyncio.run(main())
