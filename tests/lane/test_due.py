from hypothesis import given
from hypothesis import strategies as st

from intentflow.lane.due import STRETCH, WIDTH, Due
from tests.lane.scenes import row

T0 = 1_700_000_000_000
moments = st.integers(0, 3 * STRETCH).map(lambda after: T0 + after)


class Table:
    """Rows and their due times, as the lane keeps them."""

    def __init__(self, **due: int) -> None:
        self.rows = {key.encode(): row(0, due=time) for key, time in due.items()}
        self.due = Due(self.rows)

    def set(self, key: bytes, time: int) -> None:
        old = int.from_bytes(self.rows[key][5:13], "big") if key in self.rows else 0
        self.rows[key] = row(0, due=time)
        self.due.moved(key, old, time)


def test_a_lead_is_due_at_exactly_its_time_and_not_a_millisecond_before():
    table = Table(a=T0)
    assert (table.due.any_by(T0 - 1), table.due.up_to(T0 - 1)) == (False, [])
    assert (table.due.any_by(T0), table.due.up_to(T0)) == (True, [b"a"])


def test_a_lead_without_a_due_time_is_never_due():
    assert Table(a=0).due.up_to(T0) == []


def test_a_lead_that_moves_within_its_bucket_is_found_again():
    table = Table(a=T0)
    assert table.due.up_to(T0) == [b"a"]
    table.set(b"a", T0 + 1)
    assert table.due.up_to(T0) == []
    assert table.due.up_to(T0 + 1) == [b"a"]


def test_a_lead_in_a_bucket_that_was_emptied_is_found_again():
    table = Table(a=T0)
    table.due.up_to(T0 + 2 * WIDTH)
    table.set(b"a", T0 + 1)
    assert table.due.up_to(T0 + 2 * WIDTH) == [b"a"]


def test_what_is_due_in_the_far_future_is_found_when_it_comes():
    table = Table(a=T0 + 2 * STRETCH)
    assert table.due.up_to(T0) == []
    assert table.due.up_to(T0 + 2 * STRETCH) == [b"a"]


@given(st.lists(st.tuples(st.sampled_from(["set", "ask"]), st.sampled_from([b"a", b"b", b"c"]), moments), max_size=30))
def test_it_finds_what_a_look_at_every_row_would_find(steps):
    table = Table()
    for what, key, time in steps:
        if what == "set":
            table.set(key, time)
        else:
            expected = {k for k, v in table.rows.items() if 0 < int.from_bytes(v[5:13], "big") <= time}
            assert table.due.any_by(time) == bool(expected)
            found = table.due.up_to(time)
            assert sorted(found) == sorted(expected)
            for k in found:
                table.set(k, 0)
