"""`intentflow verify` by its exit codes and its output."""

import json

import msgspec
import pytest
from typer.testing import CliRunner

from intentflow.adapters.embedded_kafka import EmbeddedKafka
from intentflow.cli import verify
from intentflow.cli.main import app
from intentflow.errors import ConfigError, ServerMissingError
from intentflow.verify.findings import Checked, Difference, Report
from intentflow.verify.run import Wish

runner = CliRunner()
MISSING = Difference("change_missing", "made.events", 3, 4711, "l:a", "change 2 is not published")


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")


def shown(capsys: pytest.CaptureFixture[str], report: Report) -> str:
    verify._show(report, Wish())
    return " ".join(capsys.readouterr().out.split())


def test_differences_are_told_with_their_place_and_those_beyond_are_counted(capsys):
    report = Report(model="retail 1")
    report.found([MISSING] * 5, show=2)
    said = shown(capsys, report)
    assert said.count("change_missing made.events-3 @ 4711 l:a: change 2 is not published") == 2
    assert "and 3 more" in said
    assert "5 differences (5 change_missing)" in said


def test_what_was_not_looked_at_is_said(capsys):
    checked = Checked(partitions=1, leads=10, paths_by_log=3, paths_not_walked=7, in_motion=2)
    said = shown(capsys, Report(model="retail 1", sampled=0.3, seed=9, checked=checked))
    assert "7 │ only that the changes follow from each other: a sample of 30.00% of the leads, seed 9" in said
    assert "2 │ records, changes, messages and rejections that are under way" in said
    assert "same as the reference" in said


def test_without_a_kafka_there_is_nothing_to_verify(tmp_path):
    end = runner.invoke(app, ["verify", "--data", str(tmp_path)])
    assert isinstance(end.exception, ServerMissingError)


@pytest.mark.broker
def test_a_replay_can_be_verified_and_a_name_that_is_none_is_refused(kafka: EmbeddedKafka, tmp_path):
    path = tmp_path / "traffic.jsonl"
    end = runner.invoke(app, ["simulate", "--stdout", "--people", "8", "--days", "3"])
    path.write_bytes(end.stdout_bytes)
    replayed = ["replay", str(path), "--through", "kafka", "--run", "verified", "--bootstrap", kafka.bootstrap]
    assert runner.invoke(app, [*replayed, "--data", str(tmp_path)]).exit_code == 0
    end = runner.invoke(app, ["verify", "--run", "verified", "--settled", "--json", "--bootstrap", kafka.bootstrap])
    assert end.exit_code == 0, end.stdout
    report = msgspec.convert(json.loads(end.stdout), Report)
    assert report.checked.leads == report.checked.paths_by_log > 5
    end = runner.invoke(app, ["verify", "--run", "nobody", "--bootstrap", kafka.bootstrap])
    assert isinstance(end.exception, ConfigError)
