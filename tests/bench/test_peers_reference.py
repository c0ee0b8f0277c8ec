"""The harness of `make bench-peers`: its reference is right, and no wrong arm goes through."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.peers.inputs import PARTITIONS, asks, made
from bench.peers.job import HALF_LIFE, POINTS, THRESHOLD, faded
from bench.peers.reference import Happened, Reference, Told, wrong_changes, wrong_scores

UNTIL = 1_790_000_000_000
FAMILIES = sorted(POINTS)


def events(steps: list[tuple[int, int, str]]) -> list[Happened]:
    """Events of some leads, each so many milliseconds after the one before."""
    time, made = UNTIL, []
    for number, (after, lead, family) in enumerate(steps):
        time += after
        made.append(Happened(time, f"l:{lead}".encode(), family, f"{number:012d}"))
    return made


@given(st.lists(st.tuples(st.integers(1, HALF_LIFE), st.integers(0, 3), st.sampled_from(FAMILIES)), min_size=1))
def test_the_growing_sum_is_the_score_that_fades_from_event_to_event(steps):
    scores, changed = dict[bytes, tuple[float, int]](), dict[bytes, Told]()
    for event in events(steps):
        score, at = scores.get(event.key, (0.0, event.time))
        score = faded(score, at, event.time) + POINTS[event.family]
        scores[event.key] = score, event.time
        if score >= THRESHOLD:
            changed.setdefault(event.key, Told(event.key, event.event_id, score))
    reference, end = Reference(events(steps)), UNTIL + HALF_LIFE * len(steps)
    assert wrong_changes(changed.values(), reference.changes) == ""
    assert wrong_scores({key: faded(*lead, end) for key, lead in scores.items()}, reference.scores(end)) == ""


def test_a_score_halves_in_fourteen_days_and_the_first_to_reach_sixty_is_told_once():
    day = 86_400_000
    reference = Reference(events([(0, 1, "cart"), (14 * day, 1, "cart"), (1, 1, "cart"), (1, 1, "cart")]))
    assert [told.event_id for told in reference.changes.values()] == ["000000000002"]
    assert reference.changes[b"l:1"].score == pytest.approx(38.53 / 2 + 2 * 38.53)


def test_an_input_in_which_rounding_could_decide_is_refused():
    exactly = HALF_LIFE * math.log2(38.53 / (THRESHOLD - 38.53))
    with pytest.raises(ValueError, match="take another seed"):
        Reference([Happened(0, b"l:1", "cart", "a"), Happened(round(exactly), b"l:1", "cart", "b")])


RIGHT = {b"l:1": Told(b"l:1", "a", 61.0), b"l:2": Told(b"l:2", "b", 77.0)}


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ([RIGHT[b"l:1"]], "changes of b'l:2'"),
        ([*RIGHT.values(), Told(b"l:3", "c", 60.5)], "changes of b'l:3'"),
        ([*RIGHT.values(), RIGHT[b"l:1"]], "['a', 'a']"),
        ([Told(b"l:1", "z", 61.0), RIGHT[b"l:2"]], "['z']"),
        ([Told(b"l:1", "a", 61.001), RIGHT[b"l:2"]], "61.001"),
    ],
)
def test_a_change_that_is_missing_too_many_twice_of_another_event_or_of_another_score_is_found(found, said):
    assert said in wrong_changes(found, RIGHT)


def test_the_right_changes_are_right_in_any_order_of_the_leads():
    assert wrong_changes(reversed(RIGHT.values()), RIGHT) == ""


@pytest.mark.parametrize("found", [{}, {b"l:1": 2.0}, {b"l:1": 1.0, b"l:2": 5.0}, {b"l:1": 1.00001, b"l:3": 5.0}])
def test_a_final_score_that_is_missing_too_many_or_off_is_found(found):
    assert wrong_scores(found, {b"l:1": 1.00001, b"l:2": 5.0} if len(found) == 2 else {b"l:1": 1.0}) != ""


@pytest.mark.parametrize("load", ["zipf", "another"])
def test_every_partition_ends_with_a_mark_that_must_be_told_of(load):
    given = made(load, 500, UNTIL)
    told = {change.event_id[:12] for change in given.reference.changes.values()}
    assert given.last <= told
    ends = [given.place(number) for number in given.last]
    assert sorted(partition for partition, _ in ends) == list(range(PARTITIONS))
    assert sum(place for _, place in ends) == len(given.records)


def test_each_lead_is_asked_for_once_under_its_own_key():
    given = made("zipf", 300, UNTIL)
    assert sorted(key for _, key, _ in asks(given)) == sorted(given.reference.leads())
