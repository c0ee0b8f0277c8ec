"""How deliveries stand, read from Kafka without asking who delivers: what waits, what is dead, what operators have asked for."""

from collections import Counter
from collections.abc import AsyncIterator, Iterable
from typing import Any

import msgspec
from aiokafka import AIOKafkaProducer
from msgspec import Raw, Struct

from intentflow.adapters.kafka_access import client_arguments
from intentflow.adapters.offsets import Offsets
from intentflow.adapters.partition_records import PartitionRecords
from intentflow.deliver import rows
from intentflow.deliver.queue import Queue
from intentflow.deliver.rows import Letter, Request
from intentflow.deliver.told import Told, told_again
from intentflow.deliver.topics import group_of, names_of, sources
from intentflow.errors import ConfigError
from intentflow.settings import Settings
from intentflow.wire.murmur2 import partition_of


class Standing(Struct, kw_only=True):
    """How one endpoint stands; times in epoch milliseconds."""

    endpoint: str
    leads: int = 0
    changes: int = 0
    oldest: int | None = None  # when it came in
    next_at: int | None = None  # the next attempt of any of them
    last: str = ""  # what came of the latest attempt of the oldest one
    disabled: bool = False
    dead_letters: int = 0  # that nobody has asked for again


async def standings(settings: Settings, endpoints: Iterable[str] = ()) -> list[Standing]:
    """Of these endpoints, and of all of which something lies in Kafka. Raises ConfigError, ServerMissingError."""
    found = {name: Standing(endpoint=name) for name in endpoints}
    async for record in latest_rows(settings):
        endpoint, lead = rows.parts_of(record.key)
        one = found.setdefault(endpoint, Standing(endpoint=endpoint))
        if lead:
            _add(one, rows.decode_row(record.key, record.value, record.partition))
        else:
            one.disabled = True
    for letter in await open_letters(settings):
        found.setdefault(letter.endpoint, Standing(endpoint=letter.endpoint)).dead_letters += 1
    return sorted(found.values(), key=lambda one: one.endpoint)


def _add(one: Standing, queue: Queue) -> None:
    first = queue.waiting[0]
    one.leads += 1
    one.changes += len(queue.waiting)
    one.next_at = min(queue.next_at, one.next_at or queue.next_at)
    if one.oldest is None or first.since < one.oldest:
        one.oldest, one.last = first.since, first.last


async def behind(settings: Settings) -> int:
    """How many records of the sources nobody has dealt with yet."""
    names = names_of(settings)
    async with Offsets(settings.kafka) as offsets:
        ends = await offsets.ends(sources(names), settings.partitions)
        done = await offsets.committed(group_of(settings))
    return sum(end - done.get(where, 0) for where, end in ends.items())


async def latest_rows(settings: Settings) -> AsyncIterator[Any]:
    """The latest row of every key."""
    found: dict[bytes, Any] = {}
    async for record in _records(settings, names_of(settings).deliveries):
        found[record.key] = record
    for record in found.values():
        if record.value is not None:
            yield record


async def open_letters(settings: Settings, endpoint: str | None = None) -> list[Letter]:
    """Dead letters that nobody has asked for again, in the order in which they were written, lead by lead."""
    names = names_of(settings)
    found: dict[tuple[str, str], list[Letter]] = {}
    async for record in _records(settings, names.dead_letters):
        letter = rows.read_letter(record.key, record.value, record.headers)
        if letter is not None and endpoint in (None, letter.endpoint):
            found.setdefault((letter.endpoint, letter.id), []).append(letter)
    asked = await _asked(settings)
    return [letters[-1] for which, letters in found.items() if len(letters) > asked[which]]


async def _asked(settings: Settings) -> Counter[tuple[str, str]]:
    """How often each change was asked for again, by endpoint and id."""
    asked: Counter[tuple[str, str]] = Counter()
    async for record in _records(settings, names_of(settings).delivery_requests):
        try:
            request = rows.decode_request(record.value)
        except msgspec.DecodeError:
            continue
        told = told_again(bytes(request.event)) if request.ask == "deliver" else None
        if isinstance(told, Told):
            asked[request.endpoint, told.said.id] += 1
    return asked


async def ask_again(settings: Settings, letters: Iterable[Letter]) -> int:
    """Dead letters are to be sent again; returns how many can be."""
    asked = 0
    async with _producer(settings) as producer:
        for letter in letters:
            if isinstance(told_again(letter.body), Told):
                request = Request(endpoint=letter.endpoint, ask="deliver", event=Raw(letter.body))
                await _send(producer, settings, request, letter.lead)
                asked += 1
    return asked


async def ask_all(settings: Settings, request: Request) -> None:
    """A request that is not of one lead, to every partition."""
    async with _producer(settings) as producer:
        for number in range(settings.partitions):
            await producer.send_and_wait(
                names_of(settings).delivery_requests, rows.encode_request(request), partition=number
            )


async def _send(producer: AIOKafkaProducer, settings: Settings, request: Request, lead: str) -> None:
    key = lead.encode()
    number = partition_of(key, settings.partitions)
    await producer.send_and_wait(names_of(settings).delivery_requests, rows.encode_request(request), key, number)


def _producer(settings: Settings) -> AIOKafkaProducer:
    return AIOKafkaProducer(**client_arguments(settings.kafka), acks="all", enable_idempotence=True)


async def _records(settings: Settings, topic: str) -> AsyncIterator[Any]:
    """Everything that lies in a topic."""
    async with PartitionRecords(settings.kafka, committed=True) as reader:
        if topic not in await reader.topics():
            raise ConfigError(f"{settings.bootstrap} has no topic {topic}: has `intentflow deliver` run there?")
        for number in range(settings.partitions):
            firsts, ends = await reader.bounds([topic], number)
            where = topic, number
            async for batch in reader.read(topic, number, ends[where], firsts[where]):
                for record in batch:
                    yield record
