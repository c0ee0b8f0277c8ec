"""A record of ours, and the text that is sent of it."""

import msgspec
import pytest

from intentflow.deliver.told import Told, data_of, told_again, told_of
from tests.deliver.made import change, notice, record, told

LEAD = "l:a@x.example"


def test_the_text_is_the_cloudevent_with_its_headers_as_attributes_and_the_value_byte_for_byte():
    value, _ = record(change(LEAD, 3))
    event = msgspec.json.decode(told(change(LEAD, 3)).body)
    assert event.pop("data") == msgspec.json.decode(value)
    assert event == {
        "specversion": "1.0",
        "id": f"{LEAD}#3",
        "source": "/intentflow/scoring",
        "type": "intentflow.qualification-change",
        "subject": LEAD,
        "time": "2026-05-01T10:00:00.000Z",
        "datacontenttype": "application/json",
    }
    assert data_of(told(change(LEAD, 3)).body) == value


def test_an_extension_in_the_headers_is_an_attribute_too():
    value, headers = record(change(LEAD, 3))
    found = told_of(value, [*headers, ("ce_sequence", b"0003"), ("traceparent", b"x")], notice=False)
    assert isinstance(found, Told)
    event = msgspec.json.decode(found.body)
    assert (event["sequence"], "traceparent" in event) == ("0003", False)


def test_what_was_sent_can_be_told_again():
    for said in (change(LEAD, 3), notice(LEAD, "k9")):
        assert told_again(told(said).body) == told(said)


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (None, "this is not a change: "),
        (b"", "this is not a change: "),
        (b"\xff\xfe", "this is not a change: "),
        (b"[" * 5000, "this is not a change: "),
        (b'{"id": "x"}', "this is not a change: "),
        (b'{"id": "x", "lead": "l:a", "answers": {"eligible": "no"}}', "this is not a change: "),
        (b'{"id": "x", "lead": "l:a", "note": "\xff"}', "this is not a change: "),
        (b'{"id": "x\\n", "lead": "l:a"}', "this is not a change: its id cannot stand in a header"),
        (b'{"id": "y", "lead": "l:a"}', "its headers name another change than its value"),
    ],
)
def test_a_foreign_record_is_no_change_and_says_why(value, why):
    _, headers = record(change("l:a", 1) | {"id": "x"})
    found = told_of(value, headers, notice=False)
    assert isinstance(found, str)
    assert found.startswith(why)


def test_a_record_without_our_headers_is_no_change():
    value, headers = record(change(LEAD, 1))
    assert told_of(value, headers[1:], notice=False) == "the header ce_specversion is missing"


def test_a_header_without_a_value_harms_nobody():
    value, headers = record(change(LEAD, 1))
    found = told_of(value, [*headers, ("ce_note", None)], notice=False)  # type: ignore[list-item]  # Kafka has such headers
    assert isinstance(found, Told)
    assert msgspec.json.decode(found.body)["note"] == ""


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b'{"id": "x", "subject": "y", "data": 3}',
        b"[" * 5000,
        b'{"id": "x", "subject": "l:a", "data": {"id": "x", "lead": "l:a"}, "type": 3}',
        b'{"id": "x", "subject": "l:a", "data": {"id": "x", "lead": "l:a"}, "note": "\xff"}',
    ],
)
def test_what_was_never_sent_cannot_be_told_again(body):
    assert isinstance(told_again(body), str)
