"""Whole batches out of aiokafka's consumer: the private seams of delivery, each with its reason.

`getmany` makes a Python object and a generator step of every record (2.5 µs each); a batch is parsed in C by
`list(batch)` (0.33 µs each). And aiokafka keeps one fetch per broker in flight, and none while any of its partitions
still has records that were not taken (`fetcher.py`, `_get_actions_per_node`): with Faust's waiting time of 1.5 s, one
idle topic starves all others.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.consumer.fetcher import FetchError, FetchResult
from aiokafka.errors import ConsumerStoppedError, CorruptRecordException
from msgspec import Struct

from intentflow.adapters.header_names import KeptRecords, read_again

FETCH_WAIT = 20  # ms that a broker may hold a fetch that finds nothing


class Fetched(Struct, frozen=True):
    """What one source gave: its records, and the client's position before and after."""

    topic: str
    partition: int
    start: int
    end: int
    records: list[Any]


def tune(consumer: AIOKafkaConsumer) -> None:
    """Fetch again for an emptied partition at once, and don't let a broker hold a fetch for long."""
    fetcher = consumer._fetcher
    fetcher._fetch_max_wait_ms = FETCH_WAIT
    fetcher._prefetch_backoff = 0


def drain(result: FetchResult, limit: int) -> list[Any]:
    """Take whole batches until `limit` records are reached, and move the position.

    As `FetchResult.getall` for read_uncommitted: skips control batches and records before the position. Synchronous, so that no
    rebalance can come between the position before, the records, and the position after.
    """
    taken: list[Any] = []
    if not result.check_assignment(result._topic_partition) or not result.has_more():
        return taken
    source = result._partition_records
    batches = source._records
    while len(taken) < limit and batches.has_next():
        batch = batches.next_batch()
        if not batch.is_control_batch:
            if source._check_crcs and not batch.validate_crc():
                raise CorruptRecordException(f"{result._topic_partition}: batch at offset {batch.base_offset}")
            records = _records_of(batch, batches)
            if records and records[0].offset < source.next_fetch_offset:
                records = [record for record in records if record.offset >= source.next_fetch_offset]
            taken += records
        source.next_fetch_offset = batch.next_offset
    result._update_position()
    if not batches.has_next():
        source._records_iterator = result._partition_records = (
            None  # the iterator and its owner hold each other, and the bytes
        )
    return taken


def _records_of(batch: Any, batches: KeptRecords) -> list[Any]:
    try:
        return list(batch)
    except UnicodeDecodeError:
        return read_again(batches, batch.base_offset)


def take(consumer: AIOKafkaConsumer, wanted: Iterable[TopicPartition], limit: int) -> list[Fetched]:
    """What has arrived for these partitions. Raises what the fetch of one of them raised."""
    fetcher, subscription = consumer._fetcher, consumer._subscription.subscription
    assignment = None if subscription is None else subscription.assignment
    found: list[Fetched] = []
    if assignment is None or consumer._subscription.reassignment_in_progress:
        return found
    for tp in wanted:
        result = fetcher._records.get(tp)
        if result is None or tp not in assignment.tps:
            continue
        if isinstance(result, FetchError):
            _forget(fetcher, tp)
            result.check_raise()
        state = assignment.state_value(tp)
        start = state.position
        records = drain(result, limit)
        if not result.has_more():
            _forget(fetcher, tp)
        if state.position is not None and state.position > start:
            found.append(Fetched(tp.topic, tp.partition, start, state.position, records))
    return found


def _forget(fetcher: Any, tp: TopicPartition) -> None:
    """The partition is empty here: fetch for it again."""
    del fetcher._records[tp]
    fetcher._notify(fetcher._wait_consume_future)


async def fetch(
    consumer: AIOKafkaConsumer, wanted: Sequence[TopicPartition], still: Callable[[], bool], seconds: float, limit: int
) -> list[Fetched]:
    """What arrives for these partitions within so many seconds. Takes nothing once `still()` is over: a fetch that outlives its
    generation would move a position that was sought since, and its records would be dropped as old: a hole.
    """
    fetcher, until = consumer._fetcher, time.monotonic() + seconds
    with consumer._subscription.fetch_context():  # tells aiokafka that we are alive (max.poll.interval)
        while still():
            if consumer._closed or fetcher._closed:
                raise ConsumerStoppedError
            found = take(consumer, wanted, limit)
            left = until - time.monotonic()
            if found or left <= 0:
                return found
            waiter = fetcher._create_fetch_waiter()
            done, waiting = await asyncio.wait([waiter], timeout=left)
            for future in waiting:
                future.cancel()
            for future in done:
                future.result()  # raises what the group's coordinator has against us
    return []


def log_ends(consumer: AIOKafkaConsumer, tps: Iterable[TopicPartition]) -> dict[tuple[str, int], int]:
    """Where each partition ends, as the last fetch told: offset of the next record to come."""
    subscription = consumer._subscription.subscription
    assignment = None if subscription is None else subscription.assignment
    if assignment is None:
        return {}
    states = ((tp, assignment.state_value(tp)) for tp in tps if tp in assignment.tps)
    return {(tp.topic, tp.partition): state.highwater for tp, state in states if state.highwater is not None}


async def committed_offsets(
    consumer: AIOKafkaConsumer, tps: Sequence[TopicPartition]
) -> dict[TopicPartition, int | None]:
    """What our group has committed, in one request; `consumer.committed()` makes one for each partition."""
    found = await consumer._coordinator.fetch_committed_offsets(list(tps))
    return {tp: found[tp].offset if tp in found and found[tp].offset >= 0 else None for tp in tps}
