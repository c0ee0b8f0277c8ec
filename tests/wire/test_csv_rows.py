"""Rows of CSV: where they begin, what they hold, and that a stray quote costs one of them."""

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from intentflow.domain.event import MAX_RECORD_BYTES
from intentflow.wire.csv_rows import CsvForm, csv_rows
from intentflow.wire.file_rows import lines
from intentflow.wire.rejections import Rejection


def read(content: bytes, form: CsvForm | None = None) -> dict[int, list[str] | str]:
    found = csv_rows(lines(io.BytesIO(content)), form or CsvForm())
    return {row.line: row.fields.detail if isinstance(row.fields, Rejection) else row.fields for row in found}


def test_a_row_is_known_by_the_line_where_it_begins():
    assert read(b'a,"one\ntwo\n\nfour"\n\nb,c\n') == {1: ["a", "one\ntwo\n\nfour"], 6: ["b", "c"]}


def test_the_line_ends_of_every_system_and_a_byte_order_mark_are_understood():
    assert read(b'\xef\xbb\xbfa,b\r\n"c","d"\r\n') == {1: ["a", "b"], 2: ["c", "d"]}


def test_a_quote_inside_of_a_field_is_a_letter():
    assert read(b'a 5" screen,b\nc,d\n') == {1: ['a 5" screen', "b"], 2: ["c", "d"]}


def test_a_quote_that_is_never_closed_costs_its_line_and_no_other():
    assert read(b'a,b\n"c,d\ne,f\n') == {1: ["a", "b"], 2: "a quote is opened and not closed", 3: ["e", "f"]}


def test_a_quote_that_stays_open_for_more_than_a_mebibyte_costs_its_line_and_no_other():
    found = read(b'"c,d\n' + (b"u" * 9999 + b"\n") * 200)
    assert (found[1], len(found)) == ("a quote is opened and not closed", 201)


def test_a_line_of_more_than_a_mebibyte_is_refused():
    found = read(b"x" * (MAX_RECORD_BYTES + 1) + b"\na,b\n")
    assert ("over 1048576 bytes" in str(found[1]), found[2]) == (True, ["a", "b"])


def test_without_quoting_a_quote_is_a_letter_everywhere():
    assert read(b'"a\tb"\n', CsvForm(separator="\t", is_quoted=False)) == {1: ['"a', 'b"']}


def test_a_byte_that_is_no_text_is_named_with_its_column():
    found = read(b"ok,b\nM\xfcller,b\n")
    assert found[2] == (
        "the byte 0xfc in column 2 of the line is not utf-8: name the file's encoding, or save it as UTF-8"
    )
    assert read(b"M\xfcller,b\n", CsvForm(encoding="cp1252")) == {1: ["Müller", "b"]}


def test_a_row_keeps_its_bytes():
    (row,) = csv_rows(lines(io.BytesIO(b'a,"b\nc"\n')), CsvForm())
    assert row.raw == b'a,"b\nc"'


cells = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=8)


@given(st.lists(st.lists(cells, min_size=2, max_size=4), max_size=5))
def test_what_pythons_writer_wrote_is_read_as_it_was(table: list[list[str]]):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(table)
    assert list(read(text.getvalue().encode().removeprefix(b"\xef\xbb\xbf")).values()) == [
        [cell.removeprefix("\ufeff") if at == 0 and n == 0 else cell for n, cell in enumerate(row)]
        for at, row in enumerate(table)
    ]
