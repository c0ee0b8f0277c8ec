"""The lane's protocol through tens of thousands of schedules of crashes, zombies, rebalances, lost answers and compactions.

Every promise is checked at every step (`witness.py`) and at the end (`verdict.py`). A seed that breaks one is printed with its last
steps and with the command that runs it again.
"""

import os
from collections import Counter

import pytest

from tests.simulation.campaign import Failure, total, traced
from tests.simulation.coverage import missed

SCHEDULES = int(os.environ.get("CRASH_SCHEDULES", "20000"))
Outcome = tuple[Counter[str], list[Failure]]


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    """One run for all tests of this file."""
    return total(0, SCHEDULES)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_no_schedule_loses_or_doubles_anything(outcome: Outcome):
    _, failures = outcome
    assert not failures, f"{len(failures)} of {SCHEDULES} schedules broke a promise\n{failures[0]}"


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_the_schedules_come_upon_every_hard_case(outcome: Outcome):
    seen, _ = outcome
    assert missed(seen, SCHEDULES) == {}


def test_a_seed_always_does_the_same():
    assert traced(7) == traced(7)
