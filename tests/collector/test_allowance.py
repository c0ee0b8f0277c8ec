"""How many events a write key may send."""

from hypothesis import given
from hypothesis import strategies as st

from intentflow.collector.allowance import WINDOW_SECONDS, Allowance
from intentflow.collector.keys import WriteKey

KEY = WriteKey("shop", b"", events_per_second=1)  # ten in a window


class Clock:
    """A time that the test sets."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_exactly_as_many_events_as_are_allowed_may_come_and_one_more_may_not():
    allowance = Allowance(Clock())
    assert [allowance.wait(KEY, events) for events in (9, 1, 1)] == [0, 0, WINDOW_SECONDS]


def test_what_does_not_fit_is_not_counted():
    allowance = Allowance(Clock())
    assert [allowance.wait(KEY, events) > 0 for events in (7, 4, 3, 1)] == [False, True, False, True]


def test_a_window_is_over_at_its_end_and_not_before():
    clock = Clock()
    allowance = Allowance(clock)
    assert allowance.wait(KEY, 10) == 0
    clock.now += 9.999
    assert allowance.wait(KEY, 1) == 1
    clock.now += 0.001
    assert allowance.wait(KEY, 10) == 0


def test_keys_have_windows_of_their_own():
    allowance = Allowance(Clock())
    assert [allowance.wait(key, 10) for key in (KEY, WriteKey("crm", b"", events_per_second=1))] == [0, 0]


@given(st.lists(st.tuples(st.floats(0, 5), st.integers(0, 12)), max_size=60))
def test_in_no_window_come_more_than_are_allowed_and_who_waits_as_told_is_let_in(visits):
    clock, taken = Clock(), []
    allowance = Allowance(clock)
    for pause, events in visits:
        clock.now += pause
        if wait := allowance.wait(KEY, events):
            assert 1 <= wait <= WINDOW_SECONDS
            later = Allowance(clock)
            later._windows = dict(allowance._windows)
            clock.now, before = clock.now + wait, clock.now
            assert later.wait(KEY, events) == 0 or events > 10
            clock.now = before
        else:
            taken.append((clock.now, events))
    for start, _ in taken:
        assert sum(events for at, events in taken if start <= at < start + WINDOW_SECONDS) <= 20  # two windows at most
