"""The verdict: what is let pass, and what is not."""

import pytest

from bench.arms import Figure
from bench.check import Ratio, fallen, medians, ratio_of

WAS = {"intentflow-zipf": Ratio(by_clock=0.20, by_cpu=0.20)}


def test_a_ratio_is_nearness_to_the_bare_consumer_of_the_same_run():
    ours, bare = Figure("ours", 80_000.0, 12.5, True), Figure("bare", 400_000.0, 2.5, True)
    assert ratio_of(ours, bare) == Ratio(0.2, 0.2)


def test_the_median_leaves_out_the_odd_run():
    runs = [{"arm": Ratio(clock, cpu)} for clock, cpu in ((0.2, 0.1), (0.9, 0.2), (0.2, 0.2), (0.01, 0.9), (0.2, 0.2))]
    assert medians(runs) == {"arm": Ratio(0.2, 0.2)}


@pytest.mark.parametrize(("now", "slower"), [(0.25, 0), (0.171, 0), (0.169, 1), (0.1, 1)])
def test_a_drop_of_more_than_15_percent_is_told(now, slower):
    found = fallen(WAS, {"intentflow-zipf": Ratio(0.2, now)}, clock_counts=True)
    assert len(found) == slower
    assert all(
        "intentflow-zipf by processor time" in each and "below the 0.200 that was recorded" in each for each in found
    )


def test_the_clock_is_judged_only_on_a_quiet_machine():
    now = {"intentflow-zipf": Ratio(by_clock=0.1, by_cpu=0.2)}
    assert fallen(WAS, now, clock_counts=False) == []
    assert "by the clock: 0.100 of the bare consumer, 50% below" in fallen(WAS, now, clock_counts=True)[0]


def test_an_arm_that_was_not_run_does_not_pass():
    assert fallen(WAS, {}, clock_counts=True) == ["intentflow-zipf was recorded and has not been run"]
