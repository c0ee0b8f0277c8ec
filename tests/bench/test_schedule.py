from hypothesis import given
from hypothesis import strategies as st

from bench.schedule import SECOND, Schedule

SCHEDULES = st.builds(Schedule, st.integers(0, 10**18), st.integers(1, 100_000), st.floats(0.01, 600.0))


@given(SCHEDULES, st.integers(-SECOND, 700 * SECOND))
def test_at_any_time_those_events_are_due_whose_time_has_come(schedule, since):
    now = schedule.start + since
    due = schedule.due_by(now)
    assert 0 <= due <= schedule.count
    assert due == 0 or schedule.due(due - 1) <= now
    assert due == schedule.count or schedule.due(due) > now


def test_a_stall_does_not_move_the_events_behind_it():
    schedule = Schedule(start=5 * SECOND, rate=1_000, seconds=2.0)
    assert schedule.count == 2_000
    assert schedule.due(1_999) == 5 * SECOND + 1_999 * SECOND // 1_000
    assert (
        schedule.due_by(5 * SECOND + 500_000_000) == 501
    )  # after half a second in which nothing was sent, all of it is due at once
