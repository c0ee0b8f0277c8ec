"""Which of a lead's records count is decided by the reference alone, in the order in which they were folded."""

from intentflow.domain.event import AnyEvent
from intentflow.model.load import load
from intentflow.verify.account import Account, account_of, went_back
from intentflow.verify.log import Written
from intentflow.verify.snapshot import Told
from tests.oracle.made import visit
from tests.verify.made import record

MODEL = load("retail")
WEEK = 7 * 86_400_000


def told(source: int, offset: int, event: AnyEvent, key: bytes = b"l:a") -> Told:
    at, _, value = record(event, "a", round(event.occurred_at.timestamp() * 1000))
    return Told(source, offset, at, key, value, ())


def page(at: int, event_id: str) -> AnyEvent:
    return visit(at, event_id, url="https://shop.example/products/7")


def of(records: list[Told], applied: list[int], history: list[Written] | None = None, **more) -> Account:
    given = {"key": b"l:a", "partition": (0, 1), "too_late": frozenset(), **more}
    return account_of(MODEL, given["key"], records, applied, history, given["partition"], given["too_late"])


def test_records_end_as_counted_duplicate_or_refused_with_the_reason():
    records = [
        told(0, 0, page(WEEK + 1, "1")), told(0, 1, page(WEEK + 1, "1")), told(0, 2, page(0, "2")),
        told(0, 3, page(0, "3"))._replace(value=b"poison"),
    ]  # fmt: skip
    account = of(records, [0])
    assert account.outcomes == {(0, 0): "counted", (0, 1): "duplicate", (0, 2): "too_late", (0, 3): "not_json"}
    assert [one.event.event_id for one in account.inside] == ["1"]


def test_a_record_on_another_partition_or_under_another_key_is_misrouted():
    assert of([told(0, 0, page(0, "1"))], [-1], partition=(0, 1000)).outcomes == {(0, 0): "misrouted"}
    assert of([told(0, 0, page(0, "1"))], [-1], key=b"l:b").outcomes == {(0, 0): "misrouted"}


def test_what_counts_behind_what_was_applied_is_lost():
    account = of([told(0, offset, page(offset, str(offset))) for offset in range(4)], [1])
    assert [one.told.offset for one in account.inside] == [0, 1]
    assert [one.told.offset for one in account.lost] == [2, 3]


def test_the_order_between_topics_is_that_of_the_rows_and_else_that_of_the_timestamps():
    records = [told(0, 0, page(100, "1")), told(0, 1, page(300, "2")), told(1, 0, page(200, "3"))]
    rows = [Written(5, (-1, 0), 0), Written(6, (1, 0), 0)]
    assert [one.event.event_id for one in of(records, [1, 0], rows).inside] == ["3", "1", "2"]
    assert [one.event.event_id for one in of(records, [1, 0]).inside] == ["1", "3", "2"]


def test_between_topics_the_rejections_are_the_witness_of_what_was_too_late():
    records = [told(0, 0, page(2 * WEEK, "1")), told(1, 0, page(0, "2"))]
    assert of(records, [0, 0]).outcomes[1, 0] == "counted"
    assert of(records, [0, -1], too_late=frozenset({(1, 0)})).outcomes[1, 0] == "too_late"


def test_one_id_on_two_topics_counts_once_and_which_one_is_not_known_without_the_log():
    records = [told(0, 0, page(100, "1")), told(1, 0, page(100, "1"))]
    account = of(records, [0, -1])
    assert sorted(account.outcomes.values()) == ["counted", "duplicate"]
    assert account.either == {(0, 0), (1, 0)}
    assert not account.twins
    assert of([*records, told(1, 1, page(150, "1"))], [0, -1]).twins


def test_a_row_that_says_less_than_the_one_before_it_went_back():
    rows = [Written(0, (1,), 0), Written(3, (4, 0), 1), Written(5, (4, 0), 1)]
    assert went_back(rows) is None
    assert went_back([*rows, Written(9, (3, 0), 1)]) == Written(9, (3, 0), 1)
