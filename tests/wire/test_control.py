import pytest

from intentflow.wire.control import CLOCK_KEY, decode_control, encode_clock
from intentflow.wire.rejections import Rejection


def test_a_clock_record_says_the_time_that_was_written():
    assert decode_control(*encode_clock(1_700_000_000_123)) == 1_700_000_000_123


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        (CLOCK_KEY, None, "empty"),
        (b"l:a", b'{"clock": 1700000000000}', "misrouted"),
        (CLOCK_KEY, b"{", "not_json"),
        (CLOCK_KEY, b'{"clock": "noon"}', "wrong_type"),
        (CLOCK_KEY, b'{"clock": 1700000000000, "more": 1}', "wrong_type"),
        (CLOCK_KEY, b'{"clock": 1700000000}', "bad_time"),
    ],
)
def test_whatever_else_is_on_the_control_topic_is_refused(key, value, reason):
    refused = decode_control(key, value)
    assert isinstance(refused, Rejection)
    assert refused.reason == reason
