"""What a tracker's request becomes."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intentflow.domain.event import EARLIEST, LATEST
from intentflow.domain.moments import EPOCH
from intentflow.wire.tracked import BELIEVED, Envelope, at, happened

DAY = 86_400_000
NOON = 1_777_636_800_000  # 2026-05-01 12:00


@pytest.mark.parametrize(
    ("sent", "created", "since"),
    [
        (NOON, NOON - 5_000, 5_000),
        (NOON - DAY, NOON - DAY - 5_000, 5_000),  # a clock that is a day behind
        (NOON + DAY, NOON + DAY - 5_000, 5_000),  # and one that is a day ahead
        (NOON, NOON, 0),
        (NOON, NOON + 999, 0),  # a sender that cuts `sent` to the second
        (NOON, NOON + DAY, 0),
        (NOON, NOON - 400 * DAY, 400 * DAY),  # an import of last year's events
        (None, NOON - 5_000, 5_000),
        (None, NOON + DAY, 0),
        (None, None, 0),
        (NOON - DAY, None, 0),
    ],
)
def test_an_event_is_as_old_as_its_sender_says_and_never_after_it_was_received(sent, created, since):
    envelope = Envelope(tracker="segment", received=NOON, sent=sent)
    assert happened(envelope, created) == datetime.fromtimestamp((NOON - since) / 1000, UTC)


@pytest.mark.parametrize("created", [-(10**18), 0, 10**18])
@pytest.mark.parametrize("sent", [None, -(10**18), 0, 10**18])
def test_an_absurd_clock_gives_a_time_within_the_contract(sent, created):
    envelope = Envelope(tracker="segment", received=NOON, sent=sent)
    assert datetime(2000, 1, 1, tzinfo=UTC) <= happened(envelope, created) <= datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_the_time_on_the_way_puts_no_two_events_of_a_browser_in_another_order():
    """A checkout whose request was slow, and the order after it whose request was fast."""
    checkout = Envelope(tracker="segment", received=NOON + 3_000, sent=NOON)
    order = Envelope(tracker="segment", received=NOON + 1_050, sent=NOON + 1_000)
    assert happened(checkout, NOON) < happened(order, NOON + 1_000)


def test_a_clock_is_believed_up_to_ten_seconds_and_put_right_beyond():
    for behind, moved in ((BELIEVED, 0), (BELIEVED + 1, BELIEVED + 1), (-BELIEVED - 1, -BELIEVED - 1)):
        envelope = Envelope(tracker="segment", received=NOON, sent=NOON - behind)
        created = NOON - behind - 60_000
        assert happened(envelope, created) == at(created + moved)


def test_what_an_event_says_of_its_sending_goes_before_what_the_request_says():
    envelope = Envelope(tracker="snowplow", received=NOON, sent=NOON)
    assert happened(envelope, NOON - DAY - 5_000, sent=NOON - DAY) == at(NOON - 5_000)


@given(st.integers(EARLIEST, LATEST))
def test_a_time_is_exact_to_the_millisecond(milliseconds: int):
    assert at(milliseconds) == EPOCH + timedelta(milliseconds=milliseconds)
