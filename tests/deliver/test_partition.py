"""The books of one partition, step by step; `tests/deliver/test_deliverer.py` tries them over whole schedules."""

from collections.abc import Iterable, Mapping

import msgspec

from intentflow.deliver.answers import Answer
from intentflow.deliver.deliverer import Deliverer
from intentflow.deliver.endpoint import Endpoint
from intentflow.deliver.partition import PARK_MS, WINDOW, Partition
from intentflow.deliver.queue import MOST_WAITING
from intentflow.deliver.rows import Request, decode_row
from intentflow.deliver.schedule import RETRY_MS
from tests.deliver.made import change, endpoint, told

NOW = 1_777_000_000_000
A, B = "l:a@x.example", "l:b@x.example"
CRM = endpoint(retry=(0, 1_000, 1_000))


class Books:
    """A deliverer with one partition of one source, and short words for what happens to it."""

    def __init__(self, *endpoints: Endpoint, start: int = 0, rows: Mapping[bytes, bytes] | None = None) -> None:
        self.deliverer = Deliverer(endpoints or (CRM,))
        self.partition: Partition = self.deliverer.take(0, {"t": start, "requests": 0}, rows or {})
        self.next, self.now = start, NOW

    def tell(self, lead: str, *sequence: int) -> None:
        for number in sequence:
            self.partition.arrived("t", self.next, told(change(lead, number)), self.now)
            self.next += 1

    def ask(self, request: Request, offset: int = 0) -> None:
        again = told(change(A, 1)) if request.ask == "deliver" else None
        self.partition.asked("requests", offset, request, again, self.now)

    def send(self, *answers: Answer) -> list[str]:
        """Send what is due; the ids, answered one by one as said, the last of them for all that follow."""
        sent = []
        for i, sending in enumerate(self.deliverer.due(self.now)):
            sent += [delivery.id for delivery in sending.deliveries]
            self.deliverer.answered(sending, [answers[min(i, len(answers) - 1)]] * len(sending.queues), self.now)
        return sent

    def settle(self) -> tuple[list[tuple[str, str]], dict[bytes, list[str] | None], dict[str, int]]:
        """Dead letters by id and reason, rows by key with the ids in them, offsets."""
        settlement = self.partition.settle(self.now)
        if settlement is None:
            return [], {}, {}
        self.partition.settled(settlement)
        rows = {key: _ids(key, value) for key, value in settlement.rows}
        return [(letter.id, letter.reason) for letter in settlement.letters], rows, settlement.offsets

    @property
    def counts(self) -> Mapping[tuple[str, str, str], int]:
        return self.deliverer.counts


def _ids(key: bytes, value: bytes | None) -> list[str] | None:
    if value is None or key.endswith(b"|"):
        return None if value is None else ["disabled"]
    return [delivery.id for delivery in decode_row(key, value, 0).waiting]


OK, DOWN = Answer("ok"), Answer("error")
ROW_A, ROW_B = f"crm|{A}".encode(), f"crm|{B}".encode()


def ids(lead: str, numbers: Iterable[int]) -> list[str]:
    return [f"{lead}#{n}" for n in numbers]


def test_what_is_delivered_at_once_is_never_written_down():
    books = Books()
    books.tell(A, 1)
    assert books.settle() == ([], {}, {})
    assert books.send(OK) == ids(A, [1])
    assert books.settle() == ([], {}, {"t": 1})


def test_an_offset_is_committed_with_the_row_that_holds_what_failed():
    books = Books()
    books.tell(A, 1, 2)
    books.tell(B, 1)
    assert books.send(DOWN, OK) == [f"{A}#1", f"{B}#1"]
    assert books.settle() == ([], {ROW_A: ids(A, [1, 2])}, {"t": 3})
    books.now += 2_000
    assert books.send(OK) == ids(A, [1])
    assert books.send(OK) == ids(A, [2])
    assert books.settle() == ([], {ROW_A: None}, {})


def test_what_only_waits_for_its_turn_is_written_down_after_ten_seconds_and_no_earlier():
    books = Books()
    books.tell(A, 1)
    books.now += PARK_MS - 1
    assert books.settle() == ([], {}, {})
    books.now += 1
    assert books.settle() == ([], {ROW_A: ids(A, [1])}, {"t": 1})


def test_a_change_of_a_lead_that_waits_goes_behind_it_into_the_row():
    books = Books()
    books.tell(A, 1)
    books.send(DOWN)
    books.settle()
    books.tell(A, 2)
    assert books.send(OK) == []
    assert books.settle() == ([], {ROW_A: ids(A, [1, 2])}, {"t": 2})


def test_after_the_last_attempt_a_change_is_given_up_and_the_next_one_waits_until_that_is_written():
    books = Books()
    books.tell(A, 1, 2)
    for _ in CRM.retry:
        assert books.send(DOWN) == ids(A, [1])
        books.now += 2_000
    assert books.send(OK) == []
    assert books.settle() == ([(f"{A}#1", "exhausted")], {ROW_A: ids(A, [2])}, {"t": 2})
    assert books.send(OK) == ids(A, [2])
    assert books.counts["dead_letters", "crm", "exhausted"] == 1


def test_being_asked_to_come_again_uses_up_no_attempt_but_does_not_go_on_for_ever():
    books = Books(endpoint(retry=RETRY_MS))
    books.tell(A, 1)
    for _ in range(20):
        assert books.send(Answer("throttled", until=books.now + 3_600_000)) == ids(A, [1])
        books.now += 3_600_000
    assert books.settle()[0] == []
    books.now += sum(RETRY_MS) * 2
    books.send(Answer("throttled", until=books.now + 1))
    assert books.settle()[0] == [(f"{A}#1", "exhausted")]


def test_a_repeated_id_is_dropped_and_its_offset_committed():
    books = Books()
    books.tell(A, 1, 2, 1, 2)
    books.send(OK)
    assert books.send(OK) == ids(A, [2])
    assert books.settle()[2] == {"t": 4}
    assert books.counts["repeats", "", ""] == 2


def test_a_repeated_id_is_known_after_a_restart_from_what_lies_before_the_committed_offset():
    books = Books(start=2)
    books.partition.arrived("t", 0, told(change(A, 1)), NOW)
    books.partition.arrived("t", 1, told(change(A, 2)), NOW)
    books.tell(A, 1, 3)
    assert books.send(OK) == ids(A, [3])


def test_what_a_row_is_ahead_of_is_not_put_there_again():
    books = Books()
    books.tell(B, 1)  # holds the offset back, since its answer does not come
    books.tell(A, 1, 2)
    (_, of_a) = books.deliverer.due(NOW)
    books.deliverer.answered(of_a, [DOWN], NOW)
    settlement = books.partition.settle(NOW)
    assert settlement is not None
    assert settlement.offsets == {}
    again = Books(rows={key: value for key, value in settlement.rows if value is not None})
    again.now += 2_000
    assert again.send(OK) == ids(A, [1])
    again.tell(B, 1)
    again.tell(A, 1, 2)
    assert sorted(again.send(OK)) == [f"{A}#2", f"{B}#1"]
    assert again.send(OK) == []


def test_what_a_row_was_ahead_of_is_not_sent_again_though_it_is_delivered_before_the_sources_catch_up():
    books = Books()
    books.tell(B, 1)  # holds the offset back
    books.tell(A, 1, 2)
    (_, of_a) = books.deliverer.due(NOW)
    books.deliverer.answered(of_a, [DOWN], NOW)
    settlement = books.partition.settle(NOW)
    assert settlement is not None
    again = Books(rows={key: value for key, value in settlement.rows if value is not None})
    again.now += 2_000
    assert (again.send(OK), again.send(OK)) == (ids(A, [1]), ids(A, [2]))
    assert again.settle() == ([], {ROW_A: None}, {})
    again.tell(B, 1)
    again.tell(A, 1, 2, 3)
    assert sorted(again.send(OK)) == [f"{A}#3", f"{B}#1"]


def test_what_is_under_way_is_not_sent_a_second_time_because_an_operator_says_that_all_is_well():
    books = Books()
    books.tell(A, 1)
    (sending,) = books.deliverer.due(NOW)
    books.ask(Request(endpoint="crm", ask="resume"))
    assert books.deliverer.due(NOW) == []
    books.deliverer.answered(sending, [OK], NOW)
    assert books.settle()[2] == {"t": 1, "requests": 1}


def test_an_endpoint_that_is_gone_gets_nothing_more_and_all_of_it_becomes_dead_letters():
    books = Books()
    books.tell(A, 1, 2)
    assert books.send(Answer("gone")) == ids(A, [1])
    letters, rows, offsets = books.settle()
    assert letters == [(f"{A}#1", "gone"), (f"{A}#2", "disabled")]
    assert (rows, offsets) == ({b"crm|": ["disabled"]}, {"t": 2})
    books.tell(B, 1)
    assert books.send(OK) == []
    assert books.settle() == ([(f"{B}#1", "disabled")], {}, {"t": 3})


def test_that_an_endpoint_is_disabled_outlives_a_restart_and_ends_when_it_moves_or_is_well_again():
    books = Books()
    books.tell(A, 1)
    books.send(Answer("gone"))
    settlement = books.partition.settle(NOW)
    assert settlement is not None
    rows = {key: value for key, value in settlement.rows if value is not None}
    again = Books(start=1, rows=rows)
    again.tell(A, 2)
    assert again.settle()[0] == [(f"{A}#2", "disabled")]
    again.ask(Request(endpoint="crm", ask="resume"))
    assert again.settle()[1] == {b"crm|": None}
    again.tell(A, 3)
    assert again.send(OK) == ids(A, [3])
    moved = Books(endpoint(url=endpoint("hubspot").url), start=1, rows=rows)
    assert moved.settle()[1] == {b"crm|": None}
    moved.tell(A, 2)
    assert moved.send(OK) == ids(A, [2])


def test_an_operator_can_have_what_waits_tried_at_once():
    books = Books(endpoint(retry=(0, 86_400_000, 1)))
    books.tell(A, 1)
    books.send(DOWN)
    assert books.send(OK) == []
    books.ask(Request(endpoint="crm", ask="resume"))
    assert books.send(OK) == ids(A, [1])


def test_an_operator_can_have_a_change_sent_again_though_its_id_is_known():
    books = Books()
    books.tell(A, 1)
    books.send(OK)
    books.ask(Request(endpoint="crm", ask="deliver", event=msgspec.Raw(b"{}")))
    assert books.send(OK) == ids(A, [1])
    assert books.settle()[2] == {"t": 1, "requests": 1}


def test_an_operator_can_have_what_waits_given_up():
    books = Books()
    books.tell(A, 1, 2)
    books.send(DOWN)
    books.settle()
    books.ask(Request(endpoint="crm", ask="drop"))
    assert books.settle() == (
        [(f"{A}#1", "dropped"), (f"{A}#2", "dropped")],
        {ROW_A: None},
        {"requests": 1},
    )


def test_what_waits_for_an_endpoint_that_is_no_longer_named_stays_until_it_is_dropped():
    books = Books()
    books.tell(A, 1)
    books.send(DOWN)
    settlement = books.partition.settle(NOW)
    assert settlement is not None
    other = Books(endpoint("hubspot"), start=1, rows={k: v for k, v in settlement.rows if v is not None})
    assert other.settle() == ([], {}, {})
    other.ask(Request(endpoint="crm", ask="drop"))
    assert other.settle() == ([(f"{A}#1", "dropped")], {ROW_A: None}, {"requests": 1})


def test_a_request_for_an_endpoint_that_nobody_names_is_a_dead_letter():
    books = Books()
    books.ask(Request(endpoint="crmm", ask="deliver", event=msgspec.Raw(b"{}")))
    assert books.settle()[0] == [(f"{A}#1", "unknown_endpoint")]


def test_a_record_that_is_no_change_is_a_dead_letter_with_its_place_and_holds_nothing_up():
    books = Books()
    books.partition.unreadable("t", 0, A, b"\xff", "this is not a change", NOW)
    assert books.settle() == ([("t/0/0", "unreadable")], {}, {"t": 1})


def test_of_one_lead_so_many_changes_wait_and_beyond_that_the_oldest_are_given_up():
    books = Books()
    books.tell(A, *range(1, MOST_WAITING + 3))
    letters, _, _ = books.settle()
    assert letters == [(f"{A}#1", "overflow"), (f"{A}#2", "overflow")]
    assert books.send(OK) == ids(A, [3])


def test_so_many_records_may_hold_an_offset_back_and_then_no_more_are_read():
    books = Books()
    books.tell(A, *range(1, 51))
    books.tell(B, *range(1, 51))
    assert books.partition.room() == WINDOW - 100
    while books.send(OK):
        pass
    assert books.partition.room() == WINDOW


def test_bytes_that_wait_are_counted_and_end_at_none():
    books = Books()
    books.tell(A, *range(1, MOST_WAITING + 3))
    assert books.deliverer.bytes == sum(len(told(change(A, n)).body) for n in range(3, MOST_WAITING + 3))
    books.settle()
    while books.send(OK):
        pass
    assert books.deliverer.bytes == 0


def test_an_answer_for_a_partition_that_was_taken_again_changes_nothing():
    books = Books()
    books.tell(A, 1)
    (sending,) = books.deliverer.due(NOW)
    books.deliverer.release(0)
    again = books.deliverer.take(0, {"t": 0, "requests": 0}, {})
    again.arrived("t", 0, told(change(A, 1)), NOW)
    books.deliverer.answered(sending, [OK], NOW)
    assert again.settle(NOW) is None
    assert [[d.id for d in s.deliveries] for s in books.deliverer.due(NOW)] == [ids(A, [1])]
