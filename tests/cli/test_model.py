import json

import pytest
from typer.testing import CliRunner

from intentflow.cli.model import app

CLEAN = """\
model: clean
version: 1
status: approved
approved_by: {sales: Ann, marketing: Bob, management: Cem}
review_by: 2099-01-01
measured_by: share of mql that buy
glossary: {suspect: Was here, mql: Nurture}
signals:
  newsletter: {when: {newsletter: signed_up}, axis: engagement, points: 30, half_life: 60d}
stages:
  suspect: {}
  mql: {enter: {engagement: 25}, leave: {engagement: 20}}
examples:
  - {given: signup at 0d, expect: {stage: mql}}
"""


@pytest.fixture
def run(tmp_path):
    """The command on a model with this text."""

    def run(command, text, *options):
        (tmp_path / "m.yaml").write_text(text)
        return CliRunner().invoke(app, [command, str(tmp_path / "m.yaml"), *options])

    return run


def test_a_clean_model_has_exit_code_0(run):
    done = run("check", CLEAN)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.endswith("m.yaml: no findings\n")


def test_findings_go_to_standard_output_with_exit_code_1(run):
    done = run("check", CLEAN.replace("measured_by: share of mql that buy\n", ""))
    assert (done.exit_code, done.stderr) == (1, "")
    assert "m.yaml:1: measured_by is missing" in done.stdout
    assert done.stdout.endswith("[unmeasured]\n")


def test_a_model_that_cannot_be_used_goes_to_standard_error_with_exit_code_2(run):
    done = run("check", CLEAN.replace("60d", "60"))
    assert (done.exit_code, done.stdout) == (2, "")
    assert 'm.yaml:9: signal "newsletter": half_life must be' in done.stderr


@pytest.mark.parametrize(
    ("text", "code"),
    [(CLEAN, 0), (CLEAN.replace("25}, leave: {engagement: 20}", "25}"), 1), (CLEAN.replace("60d", "60"), 2)],
)
def test_with_json_standard_output_is_the_json_alone(run, text, code):
    done = run("check", text, "--json")
    assert done.exit_code == code
    assert [finding["line"] for finding in json.loads(done.stdout)["findings"]] == {0: [], 1: [12], 2: [9]}[code]


def test_examples_that_hold_are_counted(run):
    done = run("test", CLEAN)
    assert (done.exit_code, done.stdout.split(": ")[-1]) == (0, "1 examples hold\n")


def test_examples_that_do_not_hold_are_findings(run):
    done = run("test", CLEAN.replace("expect: {stage: mql", "expect: {stage: suspect"))
    assert done.exit_code == 1
    assert "the stage is mql, not suspect [example]" in done.stdout


def test_the_default_is_shown_without_a_name():
    done = CliRunner().invoke(app, ["show"], env={"COLUMNS": "100"})
    assert done.exit_code == 0
    assert "retail version 1" in done.stdout


def test_the_shipped_models_are_listed():
    assert CliRunner().invoke(app, ["list"]).stdout == "retail\n"


@pytest.mark.parametrize("command", ["check", "show", "test"])
def test_a_model_that_is_not_there_is_used_wrongly(command):
    done = CliRunner().invoke(app, [command, "nothing.yaml"])
    assert (done.exit_code, done.stdout) == (2, "")
    assert "there is no such model" in done.stderr
