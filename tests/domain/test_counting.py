"""Counts with limits: the one number that is kept, and what lies beside it for late events and for another model."""

from collections.abc import Sequence
from math import exp2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intentflow.domain.counting import ENTRY, PERIOD, Counting, rule_of
from intentflow.domain.lead import Lead
from intentflow.domain.rules import Counted, Limit

DAY = 86_400_000
T0 = 1_700_000_000_000 // DAY * DAY
HALF_LIFE = 3 * DAY
HORIZON = 7 * DAY
CODE = 7
TIMES = st.lists(st.integers(0, 6 * DAY), min_size=1, max_size=30)


def counting(limit: Limit | None) -> Counting:
    signal = Counted(name="visit", axis="intent", points=1.0, half_life=HALF_LIFE, when=(), limit=limit)
    return Counting([rule_of(CODE, signal, 0)], HORIZON)


def counted(by: Counting, times: Sequence[int], lead: Lead | None = None) -> Lead:
    """The lead after events at these times after `T0`, as the fold counts them."""
    lead = lead or Lead([], [])
    (rule,) = by._rules.values()
    for at in times:
        by.add(lead, rule, T0 + at)
        lead.newest = max(lead.newest, T0 + at)
    return lead


def worth(lead: Lead, now: int) -> float:
    """Events' worth so long after `T0`."""
    total, latest, _ = ENTRY.unpack_from(lead.counts)
    return float(total * exp2((latest - T0 - now) / HALF_LIFE))


def expected(times: Sequence[int], limit: Limit, now: int) -> float:
    """What `docs/semantics.md` says: a period counts `min(n, limit)`, dated at its latest event."""
    periods: dict[int, list[int]] = {}
    for at in times:
        periods.setdefault((T0 + at) // limit.period, []).append(at)
    return sum(min(len(held), limit.count) * exp2((max(held) - now) / HALF_LIFE) for held in periods.values())


@given(TIMES, st.integers(1, 3))
def test_the_one_number_is_the_sum_over_all_periods_in_any_order_of_arrival(times, most):
    limit = Limit(most, DAY)
    assert worth(counted(counting(limit), times), 7 * DAY) == pytest.approx(expected(times, limit, 7 * DAY), rel=1e-12)


@given(TIMES, st.integers(1, 3), st.integers(1, 3))
def test_another_limit_applies_to_the_periods_that_are_open(times, before, after):
    lead = counted(counting(Limit(before, DAY)), times)
    counting(Limit(after, DAY)).recount(lead)
    assert worth(lead, 7 * DAY) == pytest.approx(expected(times, Limit(after, DAY), 7 * DAY), rel=1e-12)


@given(TIMES, TIMES)
def test_what_was_counted_without_a_limit_stays_when_one_comes_and_when_it_goes_again(early, late):
    lead = counted(counting(None), sorted(early))
    limited = counting(Limit(2, DAY))
    limited.recount(lead)
    counted(limited, [7 * DAY + at for at in sorted(late)], lead)
    first = sum(exp2((at - 14 * DAY) / HALF_LIFE) for at in early)
    second = expected([7 * DAY + at for at in late], Limit(2, DAY), 14 * DAY)
    assert worth(lead, 14 * DAY) == pytest.approx(first + second, rel=1e-12)
    counting(None).recount(lead)
    assert worth(lead, 14 * DAY) == pytest.approx(first + second, rel=1e-12)


def test_a_period_is_closed_when_its_end_is_older_than_the_horizon():
    by = counting(Limit(1, DAY))
    lead = counted(by, [day * DAY for day in range(9)])
    held = [(latest - T0) // DAY for _, latest, _ in PERIOD.iter_unpack(lead.older)]
    assert held == [1, 2, 3, 4, 5, 6, 7]
    counted(by, [9 * DAY], lead)
    assert len(lead.older) == 7 * PERIOD.size


def test_another_limit_does_not_reach_what_is_closed():
    lead = counted(counting(Limit(1, DAY)), [0, 1, 2, 20 * DAY, 21 * DAY])
    counting(Limit(3, DAY)).recount(lead)
    closed = exp2((2 - 22 * DAY) / HALF_LIFE)  # one event, as it was counted, dated at the latest of the three
    assert worth(lead, 22 * DAY) == pytest.approx(
        closed + exp2(-2 * DAY / HALF_LIFE) + exp2(-DAY / HALF_LIFE), rel=1e-12
    )
