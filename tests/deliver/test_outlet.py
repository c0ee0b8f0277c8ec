"""Whose turn it is at one endpoint."""

from intentflow.deliver.answers import Answer
from intentflow.deliver.circuit import FAILURES, FIRST_PAUSE_MS
from intentflow.deliver.outlet import Outlet
from intentflow.deliver.queue import Delivery, Queue
from tests.deliver.made import endpoint

NOW = 1_777_000_000_000
OK, DOWN = [Answer("ok")], [Answer("unreachable")]


def queue(lead: str, next_at: int = 0) -> Queue:
    made = Queue("crm", lead, 0)
    made.put(Delivery(id=lead, body=b"{}", topic="t", offset=0, since=NOW))
    made.next_at = next_at
    return made


def outlet(*queues: Queue, **other: object) -> Outlet:
    made = Outlet(endpoint(**other))  # type: ignore[arg-type]  # as said
    for one in queues:
        made.offer(one)
    return made


def test_a_queue_has_its_turn_when_its_time_has_come_and_not_before():
    one = outlet(queue("a", NOW + 5))
    assert (one.take(NOW + 4), one.wakes_at(NOW)) == ([], NOW + 5)
    assert [q.lead for q in one.take(NOW + 5)] == ["a"]


def test_who_has_waited_longest_comes_first():
    one = outlet(queue("late", NOW - 1), queue("early", NOW - 2))
    assert [[q.lead for q in one.take(NOW)] for _ in range(3)] == [["early"], ["late"], []]


def test_no_more_requests_are_under_way_than_the_endpoint_allows():
    one = outlet(*map(queue, "abc"), concurrency=2)
    assert [len(one.take(NOW)) for _ in range(3)] == [1, 1, 0]
    assert one.wakes_at(NOW) is None
    one.answered(OK, NOW)
    assert len(one.take(NOW)) == 1


def test_a_request_holds_as_many_changes_as_the_endpoint_takes_each_of_another_lead():
    one = outlet(*map(queue, "abcde"), batch=3)
    assert [[q.lead for q in one.take(NOW)] for _ in range(2)] == [["a", "b", "c"], ["d", "e"]]


def test_only_the_latest_turn_of_a_queue_counts():
    one = outlet(q := queue("a", NOW))
    q.next_at = NOW + 60_000
    one.offer(q)
    assert one.take(NOW) == []
    assert one.take(NOW + 60_000) == [q]
    assert one.take(NOW + 60_000) == []


def test_after_failures_in_a_row_one_is_asked_alone_and_the_others_follow_if_it_is_well():
    one = outlet(*(queue(str(n)) for n in range(FAILURES + 3)))
    for _ in range(FAILURES):
        one.take(NOW)
        one.answered(DOWN, NOW)
    assert (one.take(NOW + FIRST_PAUSE_MS - 1), one.wakes_at(NOW)) == ([], NOW + FIRST_PAUSE_MS)
    assert one.blocked(NOW)
    assert [len(one.take(NOW + FIRST_PAUSE_MS)) for _ in range(2)] == [1, 0]
    one.answered(OK, NOW + FIRST_PAUSE_MS)
    assert [len(one.take(NOW + FIRST_PAUSE_MS)) for _ in range(2)] == [1, 1]


def test_a_record_that_is_refused_is_no_failure_of_the_endpoint():
    one = outlet(*(queue(str(n)) for n in range(FAILURES + 1)))
    for _ in range(FAILURES):
        one.take(NOW)
        one.answered([Answer("refused")], NOW)
    assert len(one.take(NOW)) == 1


def test_an_endpoint_that_asks_to_be_left_alone_is_and_its_circuit_stays_closed():
    one = outlet(*map(queue, "ab"))
    one.take(NOW)
    one.answered([Answer("throttled", until=NOW + 30_000)], NOW)
    assert (one.take(NOW + 29_999), one.wakes_at(NOW), one.blocked(NOW)) == ([], NOW + 30_000, True)
    assert len(one.take(NOW + 30_000)) == 1


def test_an_endpoint_that_is_gone_gets_nothing_until_somebody_says_that_it_is_well():
    one = outlet(*map(queue, "ab"))
    one.take(NOW)
    one.answered([Answer("gone")], NOW)
    assert (one.take(NOW + 10**9), one.wakes_at(NOW)) == ([], None)
    one.resume()
    assert len(one.take(NOW)) == 1


def test_a_queue_whose_partition_is_given_back_has_no_turn():
    one = outlet(q := queue("a"))
    q.resting = True
    assert (one.take(NOW), one.wakes_at(NOW)) == ([], None)
