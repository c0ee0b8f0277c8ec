"""What tests of the lane's pure parts share: records, rows, and a log that a partition's effects are performed on."""

from typing import Any

from msgspec import Struct

from intentflow.domain.lead import Lead, Unpublished
from intentflow.lane.changelog import headers_of_tombstone
from intentflow.lane.chunk import Chunk
from intentflow.lane.effects import Effect, Publish, ReadGap, ReadLog, ReadOn, Seek, Stop, WriteFence, WriteLog
from intentflow.lane.marks import Topic, encode_fence
from intentflow.lane.places import Place
from intentflow.lane.protocol import Partition
from intentflow.wire.rows import encode_row

EVENTS = Topic("events", "id-of-events")


class Record(Struct, frozen=True):
    """A record of a topic or a changelog."""

    offset: int
    key: bytes | None = b"l:a"
    value: bytes | None = b"{}"
    timestamp: int = 1_700_000_000_000
    headers: tuple[tuple[str, bytes], ...] = ()


def row(epoch: int, sequence: int = 0, due: int = 0, outbox: list[Unpublished] | None = None) -> bytes:
    return encode_row(epoch, Lead([-1], outbox or [], sequence=sequence, due=due))


def tombstone(offset: int, key: bytes = b"l:a", epoch: int = 0) -> Record:
    return Record(offset, key, None, headers=tuple(headers_of_tombstone(epoch)))


def chunk(start: int, end: int, generation: int = 1, topic: str = "events") -> Chunk:
    """A chunk with a record at every offset."""
    return Chunk(topic, 0, start, end, [Record(offset) for offset in range(start, end)], generation)


class Log:
    """A changelog in memory. Performs what a partition asks for, one effect at a time, and lists what was done in order."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.done: list[Any] = []
        self.published: list[bytes] = []

    def append(self, *items: tuple[bytes, bytes | None], epoch: int = 0) -> int:
        """Returns the offset of the first. A tombstone bears the epoch."""
        first = len(self.records)
        self.records += [
            Record(first + n, key, value) if value is not None else tombstone(first + n, key, epoch)
            for n, (key, value) in enumerate(items)
        ]
        return first

    def perform(self, part: Partition, effect: Effect, place: Place | None = None) -> list[Effect]:
        """What the partition answers."""
        self.done.append(type(effect).__name__)
        match effect:
            case ReadLog():
                part.log.feed(self.records)
                return part.read_to_end()
            case WriteFence(fence):
                return part.fence_landed(self.append(encode_fence(fence)))
            case ReadOn(end):
                part.log.feed(self.records[part.log.records : end])
                return part.read_on()
            case Seek():
                return part.sought({"events": place or Place(None, 0, 1 << 40)})
            case WriteLog(ticket, items, epoch):
                return part.landed(ticket, [(self.append(*items, epoch=epoch), len(items))])
            case ReadGap(ticket, ranges):
                return part.gap_read(ticket, [record for low, high in ranges for record in self.records[low:high]])
            case Publish(ticket, _, changes, _):
                self.published += [change.payload for _, told in changes for change in told]
                return part.published(ticket)
            case Stop():
                return []

    def all(self, part: Partition, effects: list[Effect], place: Place | None = None) -> list[Effect]:
        """Perform everything that follows; returns the effects that stopped it."""
        while effects:
            effect, *effects = effects
            if isinstance(effect, Stop):
                return [effect]
            effects += self.perform(part, effect, place)
        return []


def process(name: bytes = b"me", topics: tuple[Topic, ...] = (EVENTS,)) -> Partition:
    return Partition(0, topics, name * 8)


def opened(log: Log, name: bytes = b"me", generation: int = 1, place: Place | None = None) -> Partition:
    """A partition that was taken and opened."""
    part = process(name)
    assert log.all(part, part.take(), place) == []
    part.open(generation)
    return part
