"""Where a chunk is cut, so that what one lead tells in one row is bounded.

A lead's row carries everything that it has told and that is not yet published, and Kafka refuses a row above its topic's largest. Thousands
of records of one lead in one chunk may each have something told. So the leads with more than a few records are folded before all
others, a few records at a time, and the first that has told enough ends the chunk there, for every lead. What lies behind it is a chunk
of its own.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec import Struct

from intentflow.domain.lead import Lead, Unpublished
from intentflow.wire.records import Folded, SourceRecord


class Bound(Struct, frozen=True):
    """How much a lead tells in one chunk: no more than `told` bytes and what `few` records tell."""

    few: int = 64
    told: int = 256 << 10


BOUND = Bound()
FoldOn = Callable[[Sequence[SourceRecord]], list[Unpublished] | None]  # more of a lead's records; as `_Chunk.fold`
Begin = Callable[[bytes, Folded], tuple[Lead, FoldOn]]  # a lead as its row has it, to be folded into these counts
ByKey = Mapping[bytes, list[SourceRecord]]


class Tried(Struct, gc=False):
    """What a lead's records have made of it, up to where it had told enough."""

    lead: Lead
    told: list[Unpublished] | None  # None: it is not to be written
    out: Folded  # the counts, and what was rejected
    last: int  # offset of the last record folded
    end: int | None  # offset of the next record, if it had told enough


def fold_first(by_key: ByKey, begin: Begin, bound: Bound) -> tuple[dict[bytes, Tried], int | None]:
    """What becomes of the leads with more than a few records, and before which offset the chunk ends (None: it is whole).

    No record at or beyond the end is in it: a lead that was folded further is begun anew.
    """
    many = {key: records for key, records in by_key.items() if len(records) > bound.few}
    tried: dict[bytes, Tried] = {}
    end: int | None = None
    for key, records in many.items():
        if held := below(records, end):
            tried[key] = one = _try(key, held, begin, bound)
            end = end if one.end is None else one.end
    if end is not None:
        for key in [key for key, one in tried.items() if one.last >= end]:
            if held := below(many[key], end):
                tried[key] = _try(key, held, begin, bound)
            else:
                del tried[key]
    return tried, end


def _try(key: bytes, records: Sequence[SourceRecord], begin: Begin, bound: Bound) -> Tried:
    out, few = Folded([], [], []), bound.few
    lead, fold_on = begin(key, out)
    told: list[Unpublished] | None = None
    size = 0
    for at in range(0, len(records), few):
        more = fold_on(records[at : at + few])
        if more is not None:
            told = more if told is None else told + more
            size += size_of(more)
        if size > bound.told and at + few < len(records):
            return Tried(lead, told, out, records[at + few - 1].offset, records[at + few].offset)
    return Tried(lead, told, out, records[-1].offset, None)


def left(by_key: ByKey, tried: Mapping[bytes, Tried], end: int | None) -> dict[bytes, list[SourceRecord]]:
    """The records of all other leads, as far as they are in the chunk."""
    others = {key: records for key, records in by_key.items() if key not in tried}
    if end is None:
        return others
    return {key: held for key, records in others.items() if (held := below(records, end))}


def below(records: list[SourceRecord], end: int | None) -> list[SourceRecord]:
    """The records before an offset; all of them if it is None."""
    return records if end is None else records[: bisect_left(records, end, key=_offset)]


def _offset(record: SourceRecord) -> int:
    return record.offset


def size_of(told: Iterable[Unpublished]) -> int:
    """Bytes of what is to be published."""
    return sum([len(each.payload) for each in told])


def add(out: Folded, more: Folded) -> None:
    """Put the counts and rejections of some leads to those of the others."""
    for name in Folded.__struct_fields__:
        if name not in ("leads", "end"):
            setattr(out, name, getattr(out, name) + getattr(more, name))
