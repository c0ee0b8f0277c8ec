"""Tables read with a mapping: every row has its way out, and what is refused is told with line and column."""

import io

from hypothesis import given
from hypothesis import strategies as st

from intentflow.domain.event import key_of
from intentflow.mapping.mapped import MappedReader
from intentflow.wire.events import decode
from intentflow.wire.rejections import Rejection
from tests.mapping.made import faults, mapping, rows, written

OTHER = '  other:\n    family: landing_page\n    visitor_id: "{who}"\n    occurred_at: "{x}"\n'


def test_a_row_is_known_by_the_line_where_it_begins():
    assert [row.line for row in rows(written(), 'who,at\n"a\nb",2026-05-01\n\nc,2026-05-01\n')] == [2, 5]


def test_a_row_is_taken_whole_or_not_at_all():
    found = rows(written() + OTHER, "who,at,x\nv,2026-05-01,soon\nv,2026-05-01,2026-05-02\n")
    assert [(row.line, isinstance(row.time, Rejection)) for row in found] == [(2, True), (3, False), (3, False)]
    assert found[0].value == b"v,2026-05-01,soon"


def test_with_several_records_a_fault_names_the_record():
    assert faults(written() + OTHER, "who,at,x\nv,2026-05-01,soon\n") == [
        '2: bad_time: record "other": column 3 (x): "soon" is not a time like iso'
    ]


def test_what_the_contract_refuses_is_told_with_the_column_it_came_from():
    text = written('email: "{x}"')
    assert faults(text, "who,at,x\nv,2026-05-01,nobody\n")[0].startswith("2: bad_id: column 3 (x): email: ")
    assert faults(text, "who,at,x\nv,1999-05-01,\n")[0].startswith("2: bad_time: column 2 (at): occurred_at must lie")
    assert faults(written(), "who,at\nv,\n")[0].startswith("2: wrong_type: ")
    money = 'value: {amount: "{x}", currency: EUR}'
    text = written(money).replace("website_visit", "cart\n    action: add")
    assert faults(text, "who,at,x\nv,2026-05-01,-5\n")[0].startswith("2: bad_money: column 3 (x): an amount must be")


def test_rows_that_are_not_meant_are_passed_over_and_counted():
    reader = MappedReader(mapping(written("when: {x: {exists: true}}", more="skip: {who: robot}")))
    table = b"who,at,x\nrobot,2026-05-01,1\nv,2026-05-01,\nv,2026-05-01,1\n"
    assert (len(list(reader(io.BytesIO(table)))), reader.passed_over) == (1, 2)


def test_a_key_that_no_line_of_json_has_is_told_in_the_end():
    reader = MappedReader(mapping(written('page: {url: "{ulr}"}', format="jsonl")))
    assert len(list(reader(io.BytesIO(b'{"who": "v", "at": "2026-05-01"}')))) == 1
    assert reader.never_there() == ["shop.yaml:9: no row had ulr"]


@given(st.binary(max_size=300))
def test_whatever_the_bytes_a_row_is_an_event_or_a_rejection_that_can_be_told(noise: bytes):
    for text in (written('page: {url: "/{x}"}'), written('repeat: "{x}"')):
        for row in rows(text, b"who,at,x\nv,2026-05-01,1\n" + noise):
            if isinstance(row.time, Rejection):
                assert row.time.detail.isprintable()
            else:
                event = decode(row.value)
                assert not isinstance(event, Rejection)
                assert row.key == key_of(event)
    for row in rows(written(format="jsonl"), noise):
        assert isinstance(row.time, Rejection)
