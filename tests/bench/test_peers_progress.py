"""An arm's pace is read off what it published: what was read before the first change doesn't count, nor does its time."""

import pytest

from bench.peers.inputs import made
from bench.peers.progress import cpu_at, pace, points


def test_the_pace_is_from_the_first_change_to_the_last_and_the_second_half_from_the_middle():
    found = pace([(10.0, 100), (11.0, 500), (12.0, 600), (16.0, 1000)], [(0.0, 5.0), (10.0, 6.0), (16.0, 9.0)])
    assert found.events_per_second == pytest.approx(900 / 6)
    assert found.second_half == pytest.approx(500 / 5)
    assert found.cpu_us_per_event == pytest.approx(3.0 / 900 * 1e6)


def test_what_came_out_all_at_once_gives_no_figure():
    with pytest.raises(ValueError, match="more events"):
        pace([(10.0, 1000)], [(10.0, 1.0)])


def test_processor_time_lies_on_the_line_between_two_samples():
    assert cpu_at([(0.0, 1.0), (2.0, 3.0)], 1.5) == 2.5
    assert cpu_at([(1.0, 1.0), (2.0, 3.0)], 0.5) == 1.0
    assert cpu_at([(1.0, 1.0), (2.0, 3.0)], 9.0) == 3.0


def test_the_curve_counts_what_lies_before_a_change_in_its_own_partition_and_never_goes_back():
    given = made("another", 400, 1_790_000_000_000)
    seen = [(1.0, "000000000007"), (2.0, "000000000100"), (2.0, "000000000003"), (3.0, "000000000200")]
    curve = points(seen, given)
    assert [at for at, _ in curve] == [1.0, 2.0, 3.0]
    assert [n for _, n in curve] == sorted(n for _, n in curve)
    assert curve[0][1] == given.place("000000000007")[1]
