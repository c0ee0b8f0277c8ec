"""What a tracker's request becomes."""

from datetime import UTC, datetime

import pytest

from intentflow.wire.tracked import Envelope, happened

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
