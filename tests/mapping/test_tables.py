"""Tables as cells: headers, empty cells, JSON that nests."""

import pytest

from intentflow.errors import RejectedError
from tests.mapping.made import events, faults, rows, written


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (b"who,at,at\n", r"line 1, column 3: the header has 'at' a second time, first in column 2: rename one of them"),
        (b"\xff\xfew\x00", r"line 1: the file is UTF-16: save it as UTF-8"),
        (b'"who,at\n', r"line 1: the header cannot be read: a quote is opened and not closed"),
        (b"visitor,at\n", r'line 1: the table has no column "who", asked for in shop.yaml:7'),
        (b"who,att\n", r'line 1: the table has no column "at" \(did you mean att\?\), asked for in shop.yaml:8'),
    ],
)
def test_a_header_that_cannot_be_one_is_told(header, said):
    with pytest.raises(RejectedError, match=said):
        rows(written(), header)


def test_a_file_without_a_header_has_the_columns_that_the_mapping_names():
    assert events(written(more="columns: [at, who]"), "2026-05-01,v\n")[0]["visitor_id"] == "v"


def test_fields_may_be_parted_by_something_else():
    assert events(written(more="separator: tab"), "who\tat\nv\t2026-05-01\n")[0]["visitor_id"] == "v"
    assert events(written(more='separator: "|"\nquoted: false'), 'who|at\n"v|2026-05-01\n')[0]["visitor_id"] == '"v'


def test_a_row_with_other_fields_than_the_header_is_told():
    assert faults(written(), "who,at\nv\n") == ["2: malformed_row: has 1 fields, the header 2: is the separator ','?"]


def test_a_file_in_another_encoding_is_read_if_the_mapping_names_it():
    table = "who,at\nMüller,2026-05-01\n".encode("cp1252")
    assert faults(written(), table)[0].startswith(
        "2: malformed_row: the byte 0xfc in column 2 of the line is not utf-8"
    )
    assert events(written(more="encoding: windows-1252"), table)[0]["visitor_id"] == "Müller"


def test_texts_that_mean_nothing_are_empty():
    assert faults(written(more='empty: ["NULL", "-"]'), "who,at\nNULL,2026-05-01\n") == [
        "2: no_identity: column 1 (who): give lead_id, email or visitor_id"
    ]


def test_a_line_that_is_no_json_object_is_told():
    found = faults(written(format="jsonl"), '{"who": "v"\n[]\n\n{"who": "v", "at": "2026-05-01"}\n')
    assert [said[:12] for said in found] == ["1: not_json:", "2: not_json:"]


def test_what_nests_in_json_is_reached_with_dots():
    text = written(format="jsonl").replace("{who}", "{user.ids.0}")
    assert events(text, '{"user": {"ids": ["v"]}, "at": "2026-05-01"}')[0]["visitor_id"] == "v"
    assert events(text, '{"user.ids.0": "w", "at": "2026-05-01"}')[0]["visitor_id"] == "w"
    assert faults(text, '{"user": {"ids": []}, "at": "2026-05-01"}')[0].startswith(
        "1: no_identity: column user.ids.0: "
    )
