"""W3C trace context: which trace a record belongs to (https://www.w3.org/TR/trace-context/), as the header `traceparent` of Kafka and HTTP.

What a record causes gets the record's header, as it came: intentflow draws no spans of its own. A change that is published again after a
crash has none, since the header is in no lead's state.
"""

import re
from collections.abc import Iterable, Sequence

from intentflow.wire.rejections import Header

TRACEPARENT = "traceparent"
NO_TRACE: list[Header] = []
_FORM = re.compile(rb"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_TRACE_ID = slice(3, 35)


def is_trace(value: bytes | None) -> bool:
    """Whether a header's value is a trace context as the specification writes one."""
    return value is not None and _FORM.fullmatch(value) is not None


def trace_of(headers: Iterable[Header]) -> list[Header]:
    """The trace context among a record's headers, as headers of what the record causes; empty if there is none, or it is malformed."""
    for name, value in headers:
        if name == TRACEPARENT and is_trace(value):
            return [(name, value)]
    return NO_TRACE


def trace_id(trace: Sequence[Header]) -> str:
    """The id of the trace that these headers, of `trace_of`, belong to; empty if there is none."""
    return trace[0][1][_TRACE_ID].decode() if trace else ""
