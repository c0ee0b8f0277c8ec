"""What lies in Kafka of deliveries."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intentflow.deliver.queue import Delivery, Queue
from intentflow.deliver.rows import (
    Letter,
    Request,
    decode_request,
    decode_row,
    encode_request,
    encode_row,
    key_of,
    letter_headers,
    letter_of,
    parts_of,
    read_letter,
)  # fmt: skip

TEXT = st.text(max_size=30)
BODY = st.dictionaries(TEXT, st.integers() | TEXT, max_size=3).map(msgspec.json.encode)
COUNT = st.integers(0, 2**53)
DELIVERIES = st.builds(
    Delivery, id=TEXT, body=BODY, topic=TEXT, offset=COUNT, since=COUNT, attempts=COUNT, first=COUNT, last=TEXT
)


@given(st.lists(DELIVERIES, max_size=5), COUNT, st.sampled_from(["l:a|b", "v:\N{SNOWMAN}", "l:x@y"]))
def test_a_row_read_again_is_the_queue_that_was_written(deliveries, next_at, lead):
    queue = Queue("crm", lead, 3)
    for delivery in deliveries:
        queue.put(delivery)
    queue.next_at = next_at
    again = decode_row(key_of("crm", lead), encode_row(queue), 3)
    assert [msgspec.structs.replace(one, settled=False) for one in again.waiting] == deliveries
    assert (again.endpoint, again.lead, again.next_at, again.through) == ("crm", lead, next_at, queue.through)
    assert all(one.settled for one in again.waiting)


def test_a_lead_with_the_separator_in_its_name_stays_whole():
    assert parts_of(key_of("crm", "l:a|b@x.example")) == ("crm", "l:a|b@x.example")


@given(DELIVERIES, TEXT)
def test_a_dead_letter_read_again_says_the_same(delivery, detail):
    letter = letter_of("crm", "l:a", delivery, "exhausted", detail)
    assert read_letter(b"l:a", letter.body, letter_headers(letter)) == letter


def test_a_foreign_record_is_no_dead_letter():
    assert read_letter(b"l:a", b"{}", [("endpoint", b"crm")]) is None
    assert read_letter(b"l:a", b"{}", [("endpoint", None)]) is None  # type: ignore[list-item]  # Kafka has such headers


def test_a_request_read_again_asks_the_same():
    for request in (
        Request(endpoint="crm", ask="resume"),
        Request(endpoint="crm", ask="deliver", event=msgspec.Raw(b'{"a": 1}')),
    ):
        assert encode_request(decode_request(encode_request(request))) == encode_request(request)


@pytest.mark.parametrize(
    "value",
    [
        None,
        b"",
        b"{}",
        b'{"endpoint": "crm", "ask": "explode"}',
        b'{"endpoint": "\xff", "ask": "resume"}',
        b'{"endpoint": "crm", "ask": "resume", "event": ' + b"[" * 5000,
    ],
)
def test_a_foreign_record_is_no_request(value):
    with pytest.raises(msgspec.DecodeError):
        decode_request(value)


def test_nothing_of_a_dead_letter_is_lost_by_type():
    assert set(Letter.__struct_fields__) == {
        *("endpoint", "lead", "id", "reason", "detail", "attempts", "since", "topic", "offset", "body")
    }
