"""A chunk: what one fetch took from one source, and what lies between two positions of it (design 8, rule 3)."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate

from msgspec import Struct

from intentflow.wire.records import SourceRecord

MOST_BYTES = 2 << 20  # of the values and headers in a chunk, unpacked: a fetch is bounded as it is packed


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
    """The chunk in pieces of at most `limit` records and MOST_BYTES, or of one larger record; together they cover the same positions."""
    rest: Chunk | None = chunk
    sizes = [len(each.value or b"") + (_size(each.headers) if each.headers else 0) for each in chunk.records]
    while rest is not None:
        fit = limit
        if sum(sizes[:limit]) > MOST_BYTES:
            fit = max(1, bisect_right(list(accumulate(sizes[:limit])), MOST_BYTES))
        piece, rest = split(rest, fit)
        sizes = sizes[fit:]
        yield piece


def split(chunk: Chunk, limit: int, before: int | None = None) -> tuple[Chunk, Chunk | None]:
    """The chunk in two: at most `limit` records, all below offset `before` (None: any), and what is left, if there is some."""
    head = chunk.records[:limit]
    if before is not None:
        head = head[: bisect_left(head, before, key=_offset)]
    rest = chunk.records[len(head) :]
    if not rest:
        return chunk, None
    end = rest[0].offset
    return (
        Chunk(chunk.topic, chunk.partition, chunk.start, end, head, chunk.generation),
        Chunk(chunk.topic, chunk.partition, end, chunk.end, rest, chunk.generation),
    )


def _size(headers: Sequence[tuple[str, bytes]]) -> int:
    return sum(len(name) + len(value or b"") for name, value in headers)


def _offset(record: SourceRecord) -> int:
    return record.offset
