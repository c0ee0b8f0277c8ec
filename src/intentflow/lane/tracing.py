"""Which trace a change belongs to: that of the record that caused it. Looked for when there is a change, never for each record."""

from bisect import bisect_left
from collections.abc import Sequence

from intentflow.lane.effects import NO_TRACES, Changes, Traces
from intentflow.wire.records import SourceRecord
from intentflow.wire.rejections import Header
from intentflow.wire.trace_context import trace_of


def traces_of(source: int, records: Sequence[SourceRecord], changes: Changes) -> Traces:
    """The trace contexts of those of a source's records that caused these changes, in their headers."""
    if not changes:
        return NO_TRACES
    causes = {one.offset for _, told in changes for one in told if one.source == source}
    return {(source, offset): trace for offset in causes if (trace := trace_of(_headers(records, offset)))}


def _headers(records: Sequence[SourceRecord], offset: int) -> Sequence[Header]:
    """The headers of the record at an offset: most often the offsets have no gaps."""
    at = offset - records[0].offset if records else 0
    if not 0 <= at < len(records) or records[at].offset != offset:
        at = bisect_left(records, offset, key=_offset)
    return records[at].headers if at < len(records) and records[at].offset == offset else ()


def _offset(record: SourceRecord) -> int:
    return record.offset
