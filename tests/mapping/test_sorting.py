"""Tables in no order are read in the order of their times."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intentflow.mapping.sorting import in_time_order
from intentflow.wire.file_rows import Row
from intentflow.wire.rejections import Rejection
from tests.mapping.made import events, rows, written

BAD = Rejection("bad_time", "soon")
TABLE = "who,at\nb,2026-05-02\nx,soon\na,2026-05-01\nc,2026-05-02\n"


def time_of(row: Row) -> int:
    assert isinstance(row.time, int)
    return row.time


def test_a_table_is_sorted_if_its_mapping_says_so():
    assert [row.key for row in rows(written(more="sort: true"), TABLE)] == [b"", b"v:a", b"v:b", b"v:c"]
    assert [row.key for row in rows(written(), TABLE)] == [b"v:b", b"", b"v:a", b"v:c"]


def test_a_row_keeps_the_number_of_its_line():
    assert [row.line for row in rows(written(more="sort: true"), TABLE)] == [3, 4, 2, 5]


def test_what_a_row_gives_is_the_same_sorted_or_not():
    table = "who,at\nb,2026-05-02\na,2026-05-01\n"
    assert events(written(more="sort: true"), table) == events(written(), table)[::-1]


@pytest.mark.parametrize("run", [1, 2, 3, 100])
@given(times=st.lists(st.integers(0, 5) | st.none(), max_size=20))
def test_rows_come_by_time_and_then_as_they_stood_however_many_are_held(run: int, times: list[int | None]):
    table = [Row(n, b"k", b"v" * n, BAD if time is None else time) for n, time in enumerate(times)]
    good = [row for row in table if isinstance(row.time, int)]
    refused = [row for row in table if row.time is BAD]
    assert list(in_time_order(table, run)) == refused + sorted(good, key=time_of)
