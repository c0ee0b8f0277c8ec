import pytest

from intentflow.wire.control import (
    CLOCK_KEY,
    MODEL_KEY,
    ClockRecord,
    Erasure,
    ModelRecord,
    decode_control,
    encode_clock,
    encode_erasure,
    encode_model,
)
from intentflow.wire.murmur2 import partition_of
from intentflow.wire.rejections import Rejection

T0 = 1_700_000_000_123
ALONE = 0, 1  # the only partition
ERASE = b'{"erase": 1700000000000}'


def test_a_clock_record_says_the_time_that_was_written():
    assert decode_control(*encode_clock(T0), *ALONE) == ClockRecord(T0)


def test_a_model_record_says_which_model_and_when():
    assert decode_control(*encode_model("0123abcd", T0), *ALONE) == ModelRecord("0123abcd", T0)


@pytest.mark.parametrize("key", [b"l:a", b"l:ann@example.org", b"v:4", "l:Änne".encode()])
def test_an_erasure_says_whom_and_when(key):
    assert decode_control(*encode_erasure(key, T0), *ALONE) == Erasure(key, T0)


def test_an_erasure_lies_where_its_leads_events_lie():
    right = partition_of(b"l:a", 8)
    assert decode_control(*encode_erasure(b"l:a", T0), right, 8) == Erasure(b"l:a", T0)
    refused = decode_control(*encode_erasure(b"l:a", T0), (right + 1) % 8, 8)
    assert isinstance(refused, Rejection)
    assert (refused.reason, f"its key leads to {right}" in refused.detail) == ("misrouted", True)


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        (CLOCK_KEY, None, "empty"),
        (b"l:a", b"", "empty"),
        (None, ERASE, "misrouted"),
        (b"", ERASE, "misrouted"),
        (b"x", ERASE, "misrouted"),
        (b"\0ledger:0", ERASE, "misrouted"),
        (b"l:", ERASE, "misrouted"),
        (b"l: a", ERASE, "misrouted"),
        (b"l:Ann@example.org", ERASE, "misrouted"),
        (b"l:\xff", ERASE, "misrouted"),
        (b"l:a", b'{"clock": 1700000000000}', "wrong_type"),
        (CLOCK_KEY, ERASE, "wrong_type"),
        (b"l:a", b'{"erase": 1700000000000, "more": 1}', "wrong_type"),
        (CLOCK_KEY, b"{", "not_json"),
        (MODEL_KEY, None, "empty"),
        (MODEL_KEY, b'{"clock": 1700000000000}', "wrong_type"),
        (MODEL_KEY, b'{"model": "retail", "at": 1700000000000}', "wrong_type"),
        (MODEL_KEY, b'{"model": "0123abcd"}', "wrong_type"),
        (MODEL_KEY, b'{"model": "0123abcd", "at": 1700000000}', "bad_time"),
        (CLOCK_KEY, b'{"clock": "noon"}', "wrong_type"),
        (CLOCK_KEY, b'{"clock": 1700000000000, "more": 1}', "wrong_type"),
        (CLOCK_KEY, b'{"clock": 1700000000}', "bad_time"),
        (b"l:a", b'{"erase": 1700000000}', "bad_time"),
    ],
)
def test_whatever_else_is_on_the_control_topic_is_refused(key, value, reason):
    refused = decode_control(key, value, *ALONE)
    assert isinstance(refused, Rejection)
    assert refused.reason == reason
