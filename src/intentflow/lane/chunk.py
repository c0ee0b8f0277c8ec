"""A chunk: what one fetch took from one source, and what lies between two positions of it (design 8, rule 3)."""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from intentflow.wire.chunk import SourceRecord


class Chunk(Struct, frozen=True, gc=False):
    """Records of one topic-partition. Positions are the client's own, so gaps that the broker makes (markers, compaction) are legal."""

    topic: str
    partition: int
    start: int  # the position before
    end: int  # the position after: at or beyond the last record's offset + 1
    records: Sequence[SourceRecord]
    generation: int

    @property
    def timestamp(self) -> int:
        """Of the first record, in epoch milliseconds; 0 for a chunk without records, which nothing need wait for."""
        return self.records[0].timestamp if self.records else 0


def cut(chunk: Chunk, limit: int) -> Iterator[Chunk]:
    """The chunk in pieces of at most `limit` records; together they cover the same positions."""
    records, start = chunk.records, chunk.start
    while len(records) > limit:
        head, records = records[:limit], records[limit:]
        end = records[0].offset
        yield Chunk(chunk.topic, chunk.partition, start, end, head, chunk.generation)
        start = end
    yield Chunk(chunk.topic, chunk.partition, start, chunk.end, records, chunk.generation)
