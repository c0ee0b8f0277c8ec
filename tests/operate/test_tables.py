"""What is exported, read again: nothing in it is a formula."""

import csv
import resource
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from intentflow.errors import ConfigError
from intentflow.operate.tables import FORMULA, table


class Row(Struct, frozen=True):
    name: str | None
    points: float
    at: datetime


AT = datetime(2026, 5, 1, 10, tzinfo=UTC)
BEGINNINGS = ["=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠"]  # noqa: RUF001 - as OWASP lists them, full-width ones too


def written(path, *rows):
    with table(path, Row) as write:
        write(rows)
    with path.open(newline="", encoding="utf-8") as file:
        return [row["name"] for row in csv.DictReader(file)]


@pytest.mark.parametrize("begin", BEGINNINGS, ids=lambda begin: f"{ord(begin):x}")
def test_what_a_spreadsheet_would_run_is_text_and_all_else_as_it_was(begin, tmp_path):
    evil = f"{begin}cmd|' /C calc'!A0"
    found = written(tmp_path / "rows.csv", Row(evil, 1.0, AT), Row(f"a{evil}", 1.0, AT), Row(f'"{evil}', 1.0, AT))
    assert found == [f"'{evil}", f"a{evil}", f'"{evil}']


@given(st.lists(st.text(st.characters(codec="utf-8"), min_size=1), min_size=1, max_size=5))
def test_no_text_begins_a_cell_like_a_formula_and_none_begins_another_cell(tmp_path_factory, texts):
    found = written(tmp_path_factory.mktemp("rows") / "rows.csv", *(Row(text, 1.0, AT) for text in texts))
    assert [
        name.removeprefix("'") if name[1:] == text else name for name, text in zip(found, texts, strict=True)
    ] == texts
    assert [name for name in found if name.startswith(FORMULA)] == []


def test_a_number_below_zero_stays_a_number(tmp_path):
    written(tmp_path / "rows.csv", Row(None, -4.5, AT))
    assert (tmp_path / "rows.csv").read_text(encoding="utf-8") == "name,points,at\n,-4.5,2026-05-01T10:00:00.000Z\n"


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_a_disk_that_is_full_is_said_with_the_file_and_leaves_what_was_there(ending, tmp_path):
    path = tmp_path / f"rows.{ending}"
    path.write_text("of yesterday")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))  # every file ends there, as on a disk that is full
    try:
        with pytest.raises(ConfigError, match=rf"rows.{ending}: cannot be written \(.*make room"):
            written(path, *(Row(f"{n * 7919}", n / 7, AT) for n in range(2000)))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [(path.name, "of yesterday")]
