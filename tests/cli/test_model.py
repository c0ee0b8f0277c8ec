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


def test_a_draft_is_said_to_be_one_beside_no_findings_with_exit_code_0(run):
    done = run("check", CLEAN.replace("status: approved", "status: draft"))
    assert done.exit_code == 0
    assert "m.yaml:3: status is draft" in done.stderr
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
    lines = CliRunner().invoke(app, ["list"]).stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["b2b-saas", "bants", "legal", "retail"]
    told = json.loads(CliRunner().invoke(app, ["list", "--json"]).stdout)
    assert [(one["model"], one["hash"][:12]) for one in told] == [(line.split()[0], line.split()[3]) for line in lines]


@pytest.mark.parametrize("command", ["check", "show", "test"])
def test_a_model_that_is_not_there_is_used_wrongly(command):
    done = CliRunner().invoke(app, [command, "nothing.yaml"])
    assert (done.exit_code, done.stdout) == (2, "")
    assert "there is no such model" in done.stderr


def test_what_was_expected_and_what_came_is_a_table(run):
    done = run("test", CLEAN.replace("expect: {stage: mql", "expect: {stage: suspect"))
    assert [line.split() for line in done.stdout.splitlines() if line.startswith("FAIL")] == [
        ["FAIL", "example", "1", "suspect", "mql"]
    ]


def test_with_json_each_example_says_what_was_expected_and_what_came(run):
    (example,) = json.loads(run("test", CLEAN, "--json").stdout)["examples"]
    assert example["holds"]
    assert example["expectations"] == [{"what": "the stage", "expected": "mql", "came": "mql", "holds": True}]


@pytest.fixture
def compared(tmp_path):
    """`model diff` on models with these texts."""

    def compared(old, new, *options):
        for name, text in (("old", old), ("new", new)):
            (tmp_path / f"{name}.yaml").write_text(text)
        return CliRunner().invoke(app, ["diff", str(tmp_path / "old.yaml"), str(tmp_path / "new.yaml"), *options])

    return compared


def test_two_models_that_mean_the_same_differ_with_exit_code_0(compared):
    done = compared(CLEAN, f"# again\n{CLEAN}")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "no differences"


def test_differences_are_said_in_words_with_exit_code_1(compared):
    done = compared(CLEAN, CLEAN.replace("version: 1", "version: 2").replace("points: 30", "points: 40"))
    assert (done.exit_code, done.stderr) == (1, "")
    assert done.stdout.startswith("clean version 1 (")
    assert "  ~ newsletter: +40 points; was: +30 points\n" in done.stdout


def test_a_version_that_was_not_counted_up_is_told_on_standard_error(compared):
    done = compared(CLEAN, CLEAN.replace("points: 30", "points: 40"))
    assert done.stderr.endswith("new.yaml: version is 1 as before; count it up\n")


def test_differences_as_json_say_what_stored_leads_have_of_them(compared):
    done = compared(CLEAN, CLEAN.replace("version: 1", "version: 2").replace("points: 30", "points: 40"), "--json")
    document = json.loads(done.stdout)
    assert (document["from"]["version"], document["to"]["version"]) == (1, 2)
    (difference,) = document["differences"]
    assert difference["carried"] == ["at once", ""]


def test_a_model_that_cannot_be_used_is_compared_with_nothing(compared):
    done = compared(CLEAN, CLEAN.replace("60d", "60"))
    assert (done.exit_code, done.stdout) == (2, "")
    assert "half_life must be" in done.stderr
