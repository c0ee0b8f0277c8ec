"""The pieces of two leads as one, piece by piece, and the counts where one side has closed what the other has open."""

from collections.abc import Sequence
from typing import Any

import pytest

from intentflow.domain.carts import CartState
from intentflow.domain.counting import CLOSED, ENTRY, PERIOD, Counting, rule_of
from intentflow.domain.lead import Lead
from intentflow.domain.merge import Merger
from intentflow.domain.remembering import remember
from intentflow.domain.rules import Counted, Limit, Repeated, Stage
from intentflow.domain.worth import code
from tests.oracle.made import VISIT, model

DAY = 86_400_000
T0 = 1_700_000_000_000 // DAY * DAY
HORIZON = 7 * DAY
TWICE = Repeated(name="twice", axis="intent", points=1.0, when=VISIT, at_least=2, within=DAY)


def counting(limit: Limit | None, half_life: int | None = None, *names: str) -> Counting:
    signals = [
        Counted(name=name, axis="intent", points=1.0, half_life=half_life, when=(), limit=limit)
        for name in names or ("visit",)
    ]
    return Counting([rule_of(code(s.name), s, 0) for s in signals], HORIZON)


def lead_of(by: Counting, days: Sequence[float], name: str = "visit", lead: Lead | None = None) -> Lead:
    """A lead that counted events on these days."""
    lead = lead or Lead([], [])
    for day in days:
        at = T0 + int(day * DAY)
        by.add(lead, by._rules[code(name).to_bytes(4, "little")], at)
        lead.newest = max(lead.newest, at)
    return lead


def merged(by: Counting, lead: Lead, other: Lead) -> Lead:
    Merger(by, model(TWICE)).merge(lead, other)
    return lead


def entries(lead: Lead) -> list[tuple[float, float, int]]:
    """By signal: the count, the latest event in days, and the events of the latest period."""
    return [(total, (latest - T0) / DAY, events) for total, latest, events in ENTRY.iter_unpack(lead.counts)]


def older(lead: Lead) -> list[tuple[float, int]]:
    return [((latest - T0) / DAY, events) for _, latest, events in PERIOD.iter_unpack(lead.older)]


def closed(lead: Lead) -> list[float]:
    return [value for _, value, _ in CLOSED.iter_unpack(lead.closed)]


def test_without_a_limit_the_sums_meet_at_the_later_time():
    by = counting(None, 2 * DAY)
    assert entries(merged(by, lead_of(by, [0, 2]), lead_of(by, [4]))) == [(1.75, 4.0, 0)]


def test_a_count_that_does_not_fade_is_the_plain_sum():
    by = counting(None)
    assert entries(merged(by, lead_of(by, [0, 3, 3]), lead_of(by, [2000]))) == [(4.0, 2000.0, 0)]


def test_a_period_that_both_have_open_counts_up_to_the_limit_once_and_is_dated_at_the_later_event():
    by = counting(Limit(3, DAY), DAY)
    lead = merged(by, lead_of(by, [0.25, 0.5]), lead_of(by, [0, 0.75]))
    assert entries(lead) == [(3.0, 0.75, 4)]


def test_a_period_that_is_the_latest_of_one_side_and_older_on_the_other_is_one_period():
    by = counting(Limit(1, DAY))
    lead, other = lead_of(by, [0, 1, 2]), lead_of(by, [1.5])
    for one in (merged(by, lead_of(by, [0, 1, 2]), lead_of(by, [1.5])), merged(by, other, lead)):
        assert entries(one) == [(3.0, 2.0, 1)]
        assert older(one) == [(0.0, 1), (1.5, 2)]


def test_a_signal_that_only_one_side_has_stays_as_it_is_whichever_side_that_is():
    by = counting(Limit(1, DAY), None, "visit", "search")
    for sides in ((0, 1), (1, 0)):
        both = [lead_of(by, [0, 1]), lead_of(by, [2, 3], "search")]
        lead = merged(by, both[sides[0]], both[sides[1]])
        assert sorted(entries(lead)) == [(2.0, 1.0, 1), (2.0, 3.0, 1)]
        assert older(lead) == [(0.0, 1), (2.0, 1)]


def test_older_periods_lie_in_the_order_in_which_they_close():
    by = counting(Limit(1, DAY), None, "visit", "search")
    lead = merged(by, lead_of(by, [3, 5]), lead_of(by, [4, 6], "search", lead_of(by, [1, 2])))
    assert older(lead) == [(1.0, 1), (2.0, 1), (3.0, 1), (4.0, 1)]


def test_what_one_side_has_closed_and_the_other_not_counts_on_each_side():
    """The lead was silent since; the other is 20 days further on: no event of day 0 can come to it any more."""
    by = counting(Limit(1, DAY))
    for sides in ((0, 1), (1, 0)):
        both = [lead_of(by, [0.0]), lead_of(by, [0.5, 20])]
        lead = merged(by, both[sides[0]], both[sides[1]])
        assert entries(lead) == [(3.0, 20.0, 1)]
        assert older(lead) == []
        assert closed(lead) == [2.0]


def test_a_period_is_closed_on_a_side_that_went_on_without_counting_for_it():
    """It is closed since its events would be too late there, not when the lead happens to put it away."""
    by = counting(Limit(1, DAY))
    for sides in ((0, 1), (1, 0)):
        both = [lead_of(by, [0]), lead_of(by, [0.5])]
        both[1].newest = T0 + 20 * DAY
        lead = merged(by, both[sides[0]], both[sides[1]])
        assert entries(lead) == [(2.0, 0.5, 0)]
        assert closed(lead) == [2.0]


@pytest.mark.parametrize(("newest", "held"), [(8 * DAY - 1, [(0.0, 1)]), (8 * DAY, [])])
def test_a_period_is_closed_on_a_side_from_the_moment_when_its_end_is_a_horizon_back(newest, held):
    """Whether or not that side has counted anything since which closed it."""
    by = counting(Limit(1, DAY))
    lead, other = lead_of(by, [0, 1]), Lead([], [])
    other.newest = T0 + newest
    assert older(merged(by, lead, other)) == held


def test_what_the_union_forgets_closes_its_periods_after_they_became_one():
    by = counting(Limit(1, DAY))
    lead, other = lead_of(by, [0]), lead_of(by, [0.5])
    for i in range(64):
        remember(lead if i % 2 else other, T0 + 2 * DAY + i, i.to_bytes(4, "big"), 64)
    remember(lead, T0 + int(1.5 * DAY), b"late", 64)
    lead.newest = other.newest = T0 + 3 * DAY
    merged(by, lead, other)
    assert lead.floor == T0 + int(1.5 * DAY)
    assert entries(lead) == [(1.0, 0.5, 0)]
    assert closed(lead) == [1.0]


def test_a_lead_whose_latest_period_is_closed_takes_other_limits_for_those_that_are_open():
    """A signal that had no limit before has all of it closed, also when another lead brings open periods."""
    by, free = counting(Limit(1, DAY)), counting(None)
    other = lead_of(free, [3, 3, 3])
    by.recount(other)
    lead = merged(by, lead_of(by, [1, 1, 2, 2]), other)
    assert entries(lead) == [(5.0, 3.0, 0)]
    counting(Limit(2, DAY)).recount(lead)
    assert entries(lead) == [(7.0, 3.0, 0)]


def test_of_a_signal_that_the_model_does_not_have_the_later_count_stays():
    by, none = counting(Limit(1, DAY)), Counting([], HORIZON)
    for sides in ((0, 1), (1, 0)):
        both = [lead_of(by, [0, 1, 4]), lead_of(by, [2, 3, 5])]
        assert entries(merged(none, both[sides[0]], both[sides[1]])) == [(3.0, 5.0, 1)]


def test_the_union_of_what_is_remembered_keeps_the_latest_and_what_goes_raises_the_floor():
    by, lead, other = counting(None), Lead([], []), Lead([], [])
    for i in range(100):
        for side in (lead,) if i % 3 == 1 else (other,) if i % 3 == 2 else (lead, other):
            remember(side, T0 + i, i.to_bytes(4, "big"), 64)
    merged(by, lead, other)
    assert lead.seen_hashes == b"".join(i.to_bytes(4, "big") for i in range(36, 100))
    assert lead.seen_times == b"".join((T0 + i).to_bytes(6, "big") for i in range(36, 100))
    assert lead.floor == T0 + 35


def carts(times: dict[int, tuple[int, int, int]]) -> dict[int, CartState]:
    """Carts with the times of their latest add, activity and purchase."""
    return {code: CartState(*each) for code, each in times.items()}


@pytest.mark.parametrize(
    ("field", "mine", "theirs", "expected"),
    [
        ("newest", 5, 7, 7),
        ("floor", 5, 7, 7),
        ("firsts", {1: 5, 2: 5}, {2: 3, 3: 9}, {1: 5, 2: 3, 3: 9}),
        ("lasts", {1: 5, 2: 5}, {2: 3, 3: 9}, {1: 5, 2: 5, 3: 9}),
        ("left", {1: 5, 2: 5}, {2: 7}, {1: 5, 2: 7}),
        ("newsletter", (4, 6, 0, 3, 0), (5, 9, 7, 2, 1), (4, 9, 7, 3, 1)),
        ("newsletter", (0, 0, 0, 3, 0), (5, 9, 0, 0, 0), (5, 9, 0, 3, 0)),
        ("carts", carts({1: (3, 4, 0), 2: (1, 1, 1)}), carts({1: (2, 5, 3)}), carts({1: (3, 5, 3), 2: (1, 1, 1)})),
        (
            "carts",
            carts({i: (1, 10 + i, 0) for i in range(5)}),
            carts({i: (1, 0, 10 + i) for i in range(4, 10)}),
            carts({2: (1, 12, 0), 3: (1, 13, 0), 4: (1, 14, 14)} | {i: (1, 0, 10 + i) for i in range(5, 10)}),
        ),
        (
            "carts",
            carts({9: (0, 1, 0)}),
            carts(dict.fromkeys(range(8), (0, 1, 0))),
            carts(dict.fromkeys((*range(1, 8), 9), (0, 1, 0))),
        ),
        ("told", {1: 4, 2: 7}, {1: 5}, {1: 5, 2: 7}),
    ],
)
def test_each_piece_merges_by_itself_in_either_direction(field: str, mine: Any, theirs: Any, expected: Any):
    for one, other in ((mine, theirs), (theirs, mine)):
        lead, gone, blank = Lead([], []), Lead([], []), Lead([], [])
        setattr(lead, field, one)
        setattr(gone, field, other)
        assert getattr(merged(counting(None), lead, gone), field) == expected
        setattr(lead, field, getattr(blank, field))
        assert lead == blank  # nothing else was touched


def test_a_window_keeps_as_many_of_the_latest_events_as_its_signal_asks_for():
    lead, other = Lead([], []), Lead([], [])
    lead.windows = {code("twice"): b"0000000001" + b"0000000003"}
    other.windows = {code("twice"): b"0000000002" + b"0000000003"}
    assert merged(counting(None), lead, other).windows == {code("twice"): b"0000000002" + b"0000000003"}


@pytest.mark.parametrize(
    ("mine", "theirs", "expected"),
    [
        (None, None, None),
        ({7: [1, 5]}, None, {7: [1, 5]}),
        (None, {7: [1, 5]}, {7: [1, 5]}),
        ({7: [1, 5]}, {7: [3, 5]}, {7: [1, 3, 5]}),
        ({7: [1]}, {8: [2]}, {7: [1], 8: [2]}),
    ],
)
def test_the_entries_of_a_stage_are_the_union_of_both(mine: Any, theirs: Any, expected: Any):
    """Of a stage that the model does not have as many stay as any may ask for."""
    by = counting(None)
    assert merged(by, Lead([], [], entered=mine), Lead([], [], entered=theirs)).entered == expected


def test_of_the_entries_of_a_stage_as_many_stay_as_it_allows_hand_offs():
    sales = Stage(name="sales", enter=(("intent", 1.0),), hand_offs=Limit(2, DAY))
    lead, other = (Lead([], [], entered={code("sales"): times}) for times in ([1, 4], [2, 3]))
    Merger(counting(None), model(TWICE, stages=(sales,))).merge(lead, other)
    assert lead.entered == {code("sales"): [3, 4]}
