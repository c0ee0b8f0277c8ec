"""Files are opened plain or gzipped, read within bounds, and every row has its way out."""

import gzip
import tracemalloc
from pathlib import Path

import pytest

from intentflow.domain.event import MAX_RECORD_BYTES
from intentflow.errors import RejectedError
from intentflow.wire.file_rows import Row
from intentflow.wire.files import FORMATS, open_source, rows
from intentflow.wire.rejections import Rejection
from tests.wire.payloads import visit


def read(path: Path, format_name: str = "jsonl") -> list[Row]:
    return list(rows(path, format_name))


def file_of(folder: Path, content: bytes) -> Path:
    path = folder / "events"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("content", [b"", gzip.compress(b"", mtime=0)])
def test_an_empty_file_has_no_rows(tmp_path: Path, format_name: str, content: bytes):
    assert read(file_of(tmp_path, content), format_name) == []


def test_a_gzipped_file_is_known_by_its_first_bytes_whatever_its_name(tmp_path: Path):
    content = b"\n".join(visit(event_id=str(n)) for n in range(100))
    assert read(file_of(tmp_path, gzip.compress(content))) == read(file_of(tmp_path, content))


def test_gzip_members_one_after_the_other_are_one_file(tmp_path: Path):
    content = [visit(event_id=str(n)) + b"\n" for n in range(3)]
    assert [row.line for row in read(file_of(tmp_path, b"".join(map(gzip.compress, content))))] == [1, 2, 3]


def test_a_gzip_file_that_is_cut_off_gives_its_rows_and_then_says_so(tmp_path: Path):
    lines = [visit(event_id=str(n), more=str(n**9)) + b"\n" for n in range(5000)]
    whole = gzip.compress(b"".join(lines))
    seen: list[Row] = []
    with pytest.raises(RejectedError, match=r"events: the gzip file is cut off after line \d+: fetch it again"):
        seen.extend(rows(file_of(tmp_path, whole[: len(whole) // 2]), "jsonl"))
    assert [row.line for row in seen] == list(range(1, len(seen) + 1))
    assert len(seen) > 1000


def test_damaged_gzip_data_is_said_to_be_damaged(tmp_path: Path):
    whole = bytearray(gzip.compress(visit() * 50))
    whole[12:40] = b"\xff" * 28
    with pytest.raises(RejectedError, match="the gzip data is damaged after line 0"):
        read(file_of(tmp_path, bytes(whole)))
    with pytest.raises(RejectedError, match="damaged after line 1"):
        read(file_of(tmp_path, gzip.compress(visit() + b"\n") + b"garbage"))


def test_a_file_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(RejectedError, match="nowhere: no such file or directory"):
        open_source(tmp_path / "nowhere")
    with pytest.raises(RejectedError, match="is a directory"):
        open_source(tmp_path)


def test_a_format_that_nobody_knows_is_answered_with_those_there_are(tmp_path: Path):
    with pytest.raises(RejectedError, match="no format 'xml': there are access-log, jsonl, snowplow-csv"):
        read(file_of(tmp_path, b""), "xml")


@pytest.mark.parametrize("content", [visit() * 1000, gzip.compress(visit() * 1000, mtime=0)])
def test_the_position_goes_from_nothing_to_the_files_size(tmp_path: Path, content: bytes):
    with open_source(file_of(tmp_path, content)) as source:
        assert (source.position, source.size) == (0, len(content))
        list(rows(source, "jsonl"))
        assert source.position == len(content)


def test_a_row_is_the_record_a_producer_would_send(tmp_path: Path):
    assert read(file_of(tmp_path, visit() + b"\r\n")) == [Row(1, b"v:v-1", visit(), 1_777_627_800_250)]


def test_rows_are_numbered_as_lines_are_and_blank_lines_are_passed_over(tmp_path: Path):
    assert [row.line for row in read(file_of(tmp_path, b"\n" + visit() + b"\n \t\r\n\n" + visit()))] == [2, 5]


def test_a_bad_row_keeps_its_bytes_and_stops_nothing(tmp_path: Path):
    bad, good = read(file_of(tmp_path, b'{"oops": \xff\n' + visit()))
    assert (bad.key, bad.value, good.line) == (b"", b'{"oops": \xff', 2)
    assert isinstance(bad.time, Rejection)
    assert bad.time.reason == "not_json"


def test_a_byte_order_mark_is_no_part_of_the_first_row(tmp_path: Path):
    assert read(file_of(tmp_path, b"\xef\xbb\xbf" + visit()))[0].value == visit()


@pytest.mark.parametrize("format_name", ["jsonl", "access-log"])
def test_a_line_of_more_than_a_mebibyte_is_refused_and_never_held_whole(tmp_path: Path, format_name: str):
    path = file_of(tmp_path, gzip.compress(b"x" * (64 * MAX_RECORD_BYTES) + b"\n" + visit()))
    tracemalloc.start()
    huge, after = read(path, format_name)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (huge.line, len(huge.value), after.line) == (1, MAX_RECORD_BYTES + 1, 2)
    assert isinstance(huge.time, Rejection)
    assert huge.time.reason == "too_large"
    assert peak < 8 * MAX_RECORD_BYTES


def test_a_line_of_exactly_a_mebibyte_is_read(tmp_path: Path):
    line = visit(more="x" * (MAX_RECORD_BYTES - len(visit(more=""))))
    assert [isinstance(row.time, int) for row in read(file_of(tmp_path, line + b"\n" + line))] == [True, True]
    assert [isinstance(row.time, int) for row in read(file_of(tmp_path, line + b" \r\n" + line))] == [False, True]
