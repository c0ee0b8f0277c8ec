"""A change belongs to the trace of the record that caused it."""

from typing import NamedTuple

from intentflow.domain.lead import Unpublished
from intentflow.lane.effects import Publish
from intentflow.lane.performing import messages_of
from intentflow.lane.tracing import traces_of
from tests.wire.test_trace_context import TRACE

HEADER = [("traceparent", TRACE)]


class Record(NamedTuple):
    """As much of a record as is looked at."""

    offset: int
    headers: list[tuple[str, bytes]]
    timestamp: int = 0
    key: bytes = b""
    value: bytes = b""


RECORDS = [Record(4, []), Record(5, HEADER), Record(9, [("traceparent", b"no trace")]), Record(10, HEADER)]


def told(offset: int, source: int = 0, to: bytes | None = None) -> tuple[bytes, list[Unpublished]]:
    return b"l:a", [Unpublished(source, offset, b"{}", to)]


def test_only_causes_that_have_a_trace_are_found():
    assert traces_of(0, RECORDS, [told(4), told(5), told(9), told(5)]) == {(0, 5): HEADER}


def test_a_cause_that_is_not_among_these_records_has_none():
    assert traces_of(0, RECORDS, [told(5, source=1), told(7), told(11)]) == {}
    assert traces_of(0, RECORDS, []) == {}


def test_a_message_to_another_lead_goes_on_in_the_trace_of_its_cause():
    changes = [told(5, to=b"l:b"), told(4, to=b"l:b")]
    [messages] = messages_of(Publish(1, "events", changes, [], 0, traces_of(0, RECORDS, changes)), 4).values()
    assert [headers for _, _, headers in messages] == [HEADER, []]
