"""The search for the first moment at which a falling score is too low."""

from math import exp2

from hypothesis import given
from hypothesis import strategies as st

from intentflow.domain.due import first_below_zero

DAY = 86_400_000
PARTS = st.lists(st.tuples(st.floats(0.1, 50), st.integers(1000, 90 * DAY), st.floats(0.1, 60)), min_size=1, max_size=5)


@given(PARTS, st.floats(0.01, 0.99), st.integers(1, 200 * DAY))
def test_the_first_millisecond_below_is_found_for_any_sum_of_fading_parts(parts, share, high):
    """Each part is capped, so that the sum has bends."""

    def value(at: int) -> float:
        return float(sum(min(cap, points * exp2(-at / half_life)) for points, half_life, cap in parts) - bound)

    bound = 0.0
    bound = value(0) * share
    if value(high) < 0 <= value(0):
        found = first_below_zero(value, 0, high)
        assert value(found - 1) >= 0 > value(found)


def test_it_looks_seldom_enough_to_be_worth_it():
    looks: list[int] = []

    def value(at: int) -> float:
        looks.append(at)
        return 30 * exp2(-at / (60 * DAY)) + 12 * exp2(-at / (7 * DAY)) - 18

    found = first_below_zero(value, 0, 400 * DAY)
    assert value(found - 1) >= 0 > value(found)
    assert len(looks) < 25


def test_a_step_is_found_where_it_is():
    assert first_below_zero(lambda at: 1.0 if at < 77_777_777 else -1e-9, 0, 10**9) == 77_777_777
