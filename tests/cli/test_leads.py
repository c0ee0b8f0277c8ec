"""`intentflow leads export`, on the shop."""

import csv
import json
import sys

import pytest

from tests.cli.conftest import ANNA

pytestmark = pytest.mark.broker


def rows_of(path):
    with path.open(newline="") as file:
        return {row["lead"]: row for row in csv.DictReader(file)}


def test_each_lead_is_a_row_with_its_stage_and_scores_and_no_alias_is(run, tmp_path):
    told = json.loads(run("leads", "export", str(tmp_path / "leads.csv"), "--json").stdout)
    rows = rows_of(tmp_path / "leads.csv")
    assert told["leads"] == len(rows) == sum(told["stages"].values())
    anna = rows[f"l:{ANNA}"]
    assert (anna["kind"], anna["stage"], anna["treatment"]) == ("lead", "mql", "nurture")
    assert float(anna["engagement"]) > 20
    assert anna["last_seen"].endswith("Z")
    assert anna["company"] == "example.com"
    assert "v:c0ffee" not in rows


def test_a_company_that_would_be_a_formula_is_text_in_a_spreadsheet(run, tmp_path):
    run("leads", "export", str(tmp_path / "leads.csv"))
    assert rows_of(tmp_path / "leads.csv")["l:evil"]["company"] == "'=HYPERLINK(1)"


def test_all_formats_hold_the_same_leads(run, tmp_path):
    from pyarrow import parquet

    for name in ("leads.parquet", "leads.jsonl", "leads.csv"):
        run("leads", "export", str(tmp_path / name))
    table = parquet.read_table(tmp_path / "leads.parquet")
    assert [str(table.schema.field(name).type) for name in ("since", "engagement", "sequence")] == [
        "timestamp[ms, tz=UTC]",
        "double",
        "int64",
    ]
    lines = [json.loads(line) for line in (tmp_path / "leads.jsonl").read_text().splitlines()]
    leads = [row["lead"] for row in table.to_pylist()]
    assert leads == [line["lead"] for line in lines] == list(rows_of(tmp_path / "leads.csv"))
    assert {row["company"] for row in table.to_pylist()} >= {"=HYPERLINK(1)", None}


def test_only_those_that_are_asked_for_are_written(run, tmp_path):
    run("leads", "export", str(tmp_path / "mql.csv"), "--stage", "mql", "--no-visitors")
    assert {(row["stage"], row["kind"]) for row in rows_of(tmp_path / "mql.csv").values()} == {("mql", "lead")}


def test_what_cannot_be_written_is_said_before_anything_is_read(run, tmp_path, monkeypatch):
    assert "ends in .parquet, .csv or .jsonl" in str(
        run("leads", "export", str(tmp_path / "leads.xls"), code=2).exception
    )
    assert "the model has" in str(run("leads", "export", "x.csv", "--stage", "nobody", code=1).exception)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    missing = run("leads", "export", str(tmp_path / "leads.parquet"), code=2).exception
    assert "pip install 'intentflow[export]'" in str(missing)
    assert list(tmp_path.iterdir()) == []
