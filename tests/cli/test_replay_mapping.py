"""`intentflow replay --mapping` and `explain --mapping`: tables on the command line."""

import gzip
import json

import pytest

from intentflow.mapping.load import shipped
from tests.cli.test_replay import run

MAPPING = """
mapping: clicks
format: csv
skip: {who: robot}
records:
  click:
    family: website_visit
    visitor_id: "{who}"
    occurred_at: "{at}"
"""
TABLE = "who,at\nann,2026-05-01T10:00:00Z\nrobot,2026-05-01T10:00:00Z\nbob,soon\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "clicks.yaml").write_text(MAPPING)
    (tmp_path / "clicks.csv").write_text(TABLE)
    return tmp_path


def test_a_table_is_replayed_and_what_was_refused_is_told_with_file_line_and_column(folder):
    ended = run("replay", folder / "clicks.csv", "--format", "csv", "--mapping", folder / "clicks.yaml", "--json")
    summary = json.loads(ended.stdout)
    assert ended.returncode == 0
    assert [summary[key] for key in ("read", "counted", "rejected", "passed_over")] == [2, 1, 1, 1]
    said = f'{folder}/clicks.csv:4: bad_time: column 2 (at): "soon" is not a time like iso'
    assert said in ended.stderr.decode()


def test_a_second_import_of_a_table_adds_nothing(folder):
    (folder / "again.csv.gz").write_bytes(gzip.compress(TABLE.encode()))
    files = (folder / "clicks.csv", folder / "again.csv.gz")
    summary = json.loads(run("replay", *files, "--mapping", folder / "clicks.yaml", "--json").stdout)
    assert (summary["read"], summary["leads"]) == (4, 1)


def test_a_column_that_is_not_there_is_told_with_both_files(folder):
    (folder / "clicks.csv").write_text("whom,at\n")
    ended = run("replay", folder / "clicks.csv", "--mapping", folder / "clicks.yaml")
    assert ended.returncode == 1
    said = (
        f'clicks.csv: line 1: the table has no column "who" (did you mean whom?), asked for in {folder}/clicks.yaml:4'
    )
    assert said in ended.stderr.decode()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--format", "csv"], "--format csv needs --mapping"),
        (
            ["--format", "access-log", "--mapping", "bitly-usagov"],
            "--mapping goes with --format csv or jsonl, not access-log",
        ),
        (
            ["--format", "csv", "--mapping", "bitly-usagov"],
            "bitly-usagov.yaml:10: the mapping is for jsonl, not --format csv",
        ),
        (["--mapping", "bitly-usgov"], "bitly-usgov: there is no such mapping (did you mean bitly-usagov?)"),
    ],
)
def test_what_does_not_go_together_is_told(folder, arguments, said):
    ended = run("replay", folder / "clicks.csv", *arguments)
    assert ended.returncode == 2
    assert said in ended.stderr.decode()


def test_help_names_every_shipped_mapping():
    said = run("replay", "--help").stdout.decode()
    assert [name for name in shipped() if name not in said] == []


def test_explain_reads_tables_too(folder):
    ended = run("explain", "v:ann", "--file", folder / "clicks.csv", "--mapping", folder / "clicks.yaml", "--json")
    assert json.loads(ended.stdout)["lead"] == "v:ann"
