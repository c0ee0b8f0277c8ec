import pytest

from intentflow.domain.rules import DAY, Limit
from intentflow.model.durations import duration, duration_words, hand_offs, horizon, limit, limit_words


@pytest.mark.parametrize(
    ("written", "ms"),
    [("90s", 90_000), ("30m", 1_800_000), ("1h", 3_600_000), ("14d", 14 * DAY), ("0d", 0), ("3650d", 3650 * DAY)],
)
def test_a_duration_carries_its_unit(written, ms):
    assert duration(written) == ms


@pytest.mark.parametrize(
    "written",
    [14, 14.0, "14", "", "d", "-1d", "1.5h", "1w", "1D", "1 d d", "\u0661d", None, True, [], {}, "9999999999d"],
)
def test_a_bare_number_is_never_a_duration_and_neither_is_anything_else(written):
    with pytest.raises(ValueError, match="must be a whole number with a unit"):
        duration(written)


def test_ten_years_are_the_longest():
    with pytest.raises(ValueError, match="ten years"):
        duration("3651d")


@pytest.mark.parametrize(
    ("written", "of"),
    [("2 per day", Limit(2, DAY)), ("1 per hour", Limit(1, 3_600_000)), ("10000 per week", Limit(10_000, 7 * DAY))],
)
def test_a_limit_is_a_number_per_period_and_back(written, of):
    assert limit(written) == of
    assert limit_words(of) == written


@pytest.mark.parametrize("written", ["0 per day", "10001 per day", "2 per month", "2/day", "two per day", 2, None])
def test_a_limit_lets_at_least_one_event_count(written):
    with pytest.raises(ValueError, match="must"):
        limit(written)


@pytest.mark.parametrize("period", ["second", "minute"])
def test_an_hour_is_the_shortest_period_since_a_lead_keeps_each_until_the_horizon_has_passed(period):
    with pytest.raises(ValueError, match=r'must be per hour or longer: .* 168 of them .*; write "3 per hour"'):
        limit(f"3 per {period}")


@pytest.mark.parametrize(
    ("ms", "words"),
    [(0, "0 seconds"), (DAY, "1 day"), (36 * 3_600_000, "1 day 12 hours"), (90_000, "1 minute 30 seconds")],
)
def test_words_have_the_two_largest_units(ms, words):
    assert duration_words(ms) == words


@pytest.mark.parametrize("written", ["32d", "3650d", "0d"])
def test_a_horizon_is_at_most_31_days_since_periods_stay_open_until_it_has_passed(written):
    with pytest.raises(ValueError, match=r"must be longer than 0 and at most 31d: a lead keeps .* \(try 7d\)"):
        horizon(written)
    assert (horizon("31d"), horizon("1s")) == (31 * DAY, 1_000)


@pytest.mark.parametrize(("written", "of"), [("2 per 90d", Limit(2, 90 * DAY)), ("1 per 1h", Limit(1, 3_600_000))])
def test_hand_offs_are_a_number_per_duration(written, of):
    assert hand_offs(written) == of


@pytest.mark.parametrize("written", ["2 per day", "0 per 1d", "11 per 1d", "1 per 0d", "2", 2, None, "2 per 99999d"])
def test_hand_offs_allow_one_to_ten_in_a_time_that_takes_time(written):
    with pytest.raises(ValueError, match="must"):
        hand_offs(written)
