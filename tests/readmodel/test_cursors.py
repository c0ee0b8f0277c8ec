"""Cursors come back as they were given, and nothing else is taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intentflow.readmodel.cursors import (
    BadCursorError,
    FeedCursor,
    LeadCursor,
    decode_feed_cursor,
    decode_lead_cursor,
    encode_lead_cursor,
)


@given(st.floats(allow_nan=False), st.binary(max_size=130), st.integers(0, 20))
def test_a_place_in_a_list_comes_back_as_it_was(score, key, stage):
    cursor = LeadCursor("fit", stage, score, key)
    assert decode_lead_cursor(encode_lead_cursor(cursor), "fit") == cursor


@given(st.integers(0, (1 << 63) - 1), st.integers(0, (1 << 63) - 1), st.integers(0, (1 << 63) - 1))
def test_a_place_in_the_feed_comes_back_as_it_was(generation, time, number):
    cursor = FeedCursor(generation, f"{time}-{number}")
    assert decode_feed_cursor(str(cursor)) == cursor


@given(st.text())
def test_any_other_text_is_refused_in_words(text):
    with pytest.raises(BadCursorError, match="begin again without one"):
        decode_lead_cursor(text, "fit")
    with pytest.raises(BadCursorError, match="begin again without one"):
        decode_feed_cursor(text)


def test_a_place_in_another_order_is_refused():
    text = encode_lead_cursor(LeadCursor("fit", 0, 1.0, b"l:a"))
    with pytest.raises(BadCursorError):
        decode_lead_cursor(text, "intent")


@pytest.mark.parametrize(
    "text", ["", "1", "1-2", "1-2-3-4", "1-2-x", "-1-2-3", "1--2-3", "1-2-9223372036854775808", "٣-1-1"]
)
def test_what_is_nearly_a_place_in_the_feed_is_refused(text):
    with pytest.raises(BadCursorError):
        decode_feed_cursor(text)
