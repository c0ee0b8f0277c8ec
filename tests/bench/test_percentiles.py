from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.percentiles import percentile, waits_of


@given(st.lists(st.integers(0, 50), min_size=1), st.floats(0.001, 1.0))
def test_a_percentile_is_the_least_value_that_so_many_do_not_exceed(values, share):
    found = percentile(Counter(values), share)
    not_above = sum(value <= found for value in values)
    below = sum(value < found for value in values)
    assert found in values
    assert not_above >= share * len(values) - 1e-5
    assert below < share * len(values) + 1e-5


def test_of_a_thousand_waits_p999_leaves_out_one_alone():
    waits = waits_of(Counter({1_000: 999, 90_000: 1}))
    assert (waits.p50, waits.p99, waits.p999, waits.most) == (1.0, 1.0, 1.0, 90.0)
    assert waits_of(Counter({1_000: 998, 90_000: 2})).p999 == 90.0


def test_of_nothing_there_is_no_percentile():
    with pytest.raises(ValueError, match="no values"):
        waits_of(Counter())
