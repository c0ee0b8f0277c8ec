"""Watching an arm from outside: what comes out of its topic, when, and how much processor time it has had by then."""

import time
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, Self

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition

from bench.peers.inputs import PARTITIONS
from bench.peers.progress import Sample
from bench.peers.reference import Told
from bench.peers.running import Running
from intentflow.wire.changes import decode_change

SILENCE_SECONDS = 240.0  # without anything new, after which an arm is given up
SAMPLE_SECONDS = 0.2
REST_SECONDS = 1.0  # for what comes after the last mark
Decode = Callable[[bytes, bytes], Told | None]


class _Change(msgspec.Struct):
    """What a peer publishes, without what is not compared."""

    event_id: str
    score: float


_change = msgspec.json.Decoder(_Change).decode


def of_peer(key: bytes, value: bytes) -> Told:
    """A peer's change or answer."""
    change = _change(value)
    return Told(key, change.event_id, change.score)


def of_ours(key: bytes, value: bytes) -> Told | None:
    """Ours; None if no event was its cause."""
    change = decode_change(value)
    event_id = change.cause.event_id
    return None if event_id is None else Told(key, event_id, change.scores["engagement"])


class Watch:
    """The records of a topic from now on, each with the time at which it was seen."""

    def __init__(self, bootstrap: str, topic: str, decode: Decode) -> None:
        self.seen: list[tuple[float, Told]] = []
        self.samples: list[Sample] = []
        self._decode, self._stack = decode, AsyncExitStack()
        self._places = [TopicPartition(topic, number) for number in range(PARTITIONS)]
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=bootstrap,
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=20,
        )

    async def __aenter__(self) -> Self:
        await self._consumer.start()
        self._stack.push_async_callback(self._consumer.stop)
        self._consumer.assign(self._places)
        await self._consumer.seek_to_end()
        for place in self._places:  # the seek takes place here
            await self._consumer.position(place)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def until(self, arm: Running, through: Callable[[list[Told]], bool]) -> None:
        """What came was through, as `through` says of each batch of new records. Raises RuntimeError if the arm ended or fell silent."""
        sampled = spoke = time.monotonic()
        self.samples.append((sampled, arm.cpu()))
        while True:
            new = self._told(await self._consumer.getmany(timeout_ms=50))
            now = time.monotonic()
            self.seen.extend((now, told) for told in new)
            done = through(new)
            if done or now - sampled > SAMPLE_SECONDS:
                sampled = now
                self.samples.append((now, arm.cpu()))
                arm.require_alive()
            if done:
                return
            spoke = now if new else spoke
            if now - spoke > SILENCE_SECONDS:
                raise RuntimeError(f"nothing came for {SILENCE_SECONDS:.0f} s: {arm.last_lines()}")

    async def rest(self) -> None:
        """What was still on its way is seen too: partitions of the output overtake each other."""
        until = time.monotonic() + REST_SECONDS
        while (now := time.monotonic()) < until:
            self.seen.extend((now, told) for told in self._told(await self._consumer.getmany(timeout_ms=50)))

    def _told(self, batches: Mapping[TopicPartition, list[Any]]) -> list[Told]:
        records = (record for batch in batches.values() for record in batch)
        return [told for record in records if (told := self._decode(record.key, record.value)) is not None]
