"""Waits between attempts, and how long a receiver may ask to be left alone."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intentflow.deliver.schedule import JITTER, LONGEST_HOLD_MS, RETRY_MS, held_until, longest, wait

NOW = 1_777_000_000_000


def test_the_waits_are_those_of_the_specification():
    seconds = [ms // 1000 for ms in RETRY_MS]
    assert seconds == [0, 5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]


@given(st.integers(1, len(RETRY_MS) - 1), st.text(max_size=40))
def test_a_wait_is_the_scheduled_one_give_or_take_a_tenth(attempts, change_id):
    waited = wait(RETRY_MS, attempts, change_id)
    assert waited is not None
    assert abs(waited - RETRY_MS[attempts]) <= RETRY_MS[attempts] * JITTER + 1


def test_after_the_last_attempt_there_is_no_wait():
    assert wait(RETRY_MS, len(RETRY_MS), "a") is None
    assert wait((0,), 1, "a") is None


def test_what_failed_together_does_not_come_back_together():
    assert len({wait(RETRY_MS, 2, f"id-{n}") for n in range(100)}) > 90


def test_the_longest_time_to_the_last_attempt_is_three_and_a_half_days():
    assert longest(RETRY_MS) == round(272_105 * 1000 * 1.1)


@pytest.mark.parametrize(
    ("said", "after_ms"),
    [
        ("120", 120_000),
        (" 7 ", 7_000),
        ("0", 1_000),
        ("99999999999", LONGEST_HOLD_MS),
        ("Fri, 24 Apr 2026 03:08:00 GMT", None),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 1_000),
    ],
)
def test_retry_after_is_seconds_or_a_date_within_bounds(said, after_ms):
    at = datetime(2026, 4, 24, 3, 8, tzinfo=UTC).timestamp() * 1000
    assert held_until(said, NOW) == (NOW + after_ms if after_ms else at)


@pytest.mark.parametrize("said", [None, "", "soon", "-5", "1.5", "٣", "9" * 101, "Fri, 99 Foo 2026"])
def test_a_retry_after_that_says_nothing_is_none(said):
    assert held_until(said, NOW) is None
