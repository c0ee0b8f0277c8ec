"""The header that says which trace a record belongs to."""

import pytest

from intentflow.wire.trace_context import trace_id, trace_of

TRACE = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_the_trace_context_is_found_among_other_headers_as_it_came():
    assert trace_of([("ce_id", b"1"), ("traceparent", TRACE), ("x", b"y")]) == [("traceparent", TRACE)]
    assert trace_id(trace_of([("traceparent", TRACE)])) == "0af7651916cd43dd8448eb211c80319c"


@pytest.mark.parametrize(
    "value",
    [
        None, b"", b"x", TRACE.upper(), TRACE + b"-x", TRACE + b"\n", b"ff" + TRACE[2:], TRACE.replace(b"b7ad6b7169203331", b"0" * 16),
        TRACE.replace(b"0af7651916cd43dd8448eb211c80319c", b"0" * 32), b"\xff" * 55,
    ],
)  # fmt: skip
def test_what_is_no_trace_context_is_not_carried_on(value):
    assert trace_of([("traceparent", value)]) == []
    assert trace_id([]) == ""
