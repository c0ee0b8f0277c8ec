"""What the worker's books say of the events in each second."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from intentflow.lane.marks import Topic, encode_ledger, ledger_key
from intentflow.readmodel.books import KEPT_SECONDS, Books, positions_of, totals_of
from intentflow.wire.records import Ledger
from tests.readmodel.town import NOW, Record


def book(*times: int) -> Books:
    return Books(0, 3, [Record(n, time, ledger_key(3), b"") for n, time in enumerate(times)])


def row(counted: int, duplicate: int = 0, rejected: int = 0) -> bytes:
    return encode_ledger(1, Ledger(counted + duplicate + rejected, counted, duplicate, rejected))


@given(st.integers(0, 10_000), st.integers(0, 10_000), st.lists(st.integers(-60_000, 0), min_size=1).map(sorted))
def test_the_seconds_of_a_batch_hold_all_that_was_counted_in_it(before, more, times):
    rates = book(*(NOW + time for time in times)).rates(row(before), row(before + more), NOW)
    assert sum(rates.values()) == more
    seconds = {int(field.split(":")[0]) for field, count in rates.items() if count}
    assert all((NOW + times[0]) // 1000 <= second <= (NOW + times[-1]) // 1000 for second in seconds)


def test_what_became_of_the_events_is_told_apart():
    assert book(NOW).rates(row(10, 1, 1), row(15, 3, 1), NOW) == Counter({f"{NOW // 1000}:c": 5, f"{NOW // 1000}:d": 2})


def test_what_is_of_long_ago_is_no_rate_of_now():
    assert book(NOW - KEPT_SECONDS * 1000).rates(row(0), row(9), NOW) == Counter()


def test_a_book_that_went_back_counts_nothing():
    """A worker that begins anew counts again from the beginning."""
    assert book(NOW).rates(row(10), row(3), NOW) == Counter()


def test_the_books_of_all_partitions_add_up_and_each_has_its_place():
    ledgers = {b"0/0": row(3), b"1/0": row(4, 1), b"1/1": row(0, 0, 2)}
    topics = [Topic("a"), Topic("b")]
    total = totals_of(ledgers, topics)
    assert (total.counted, total.duplicate, total.rejected) == (7, 1, 2)
    assert positions_of(ledgers, topics) == {("a", 0): 3, ("a", 1): 5, ("b", 1): 2}


def test_what_the_control_topic_says_is_no_event():
    total = totals_of({b"0/0": row(3), b"0/1": row(40)}, [Topic("shop.events"), Topic("shop.control")])
    assert total.counted == 3
