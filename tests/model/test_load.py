import hashlib
import os

import pytest

from intentflow.domain.rules import DAY, ScoringModel, SignedUp, Stage
from intentflow.errors import ConfigError
from intentflow.model.findings import ModelError
from intentflow.model.load import load, read, shipped
from tests.model.models import MINIMAL, mistakes, reading, with_signal


def test_the_smallest_model_is_a_signal_and_two_stages():
    model = reading(MINIMAL).model
    assert model == ScoringModel(
        name="smallest",
        version=1,
        hash=hashlib.sha256(MINIMAL.encode()).hexdigest(),
        signals=(
            SignedUp(name="newsletter", axis="engagement", points=30.0, half_life=60 * DAY, until_confirmed=30.0),
        ),
        stages=(Stage(name="suspect"), Stage(name="mql", enter=(("engagement", 25.0),))),
    )


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_model_is_found_by_its_name(name):
    assert load(name).name == name


def test_a_file_is_found_by_its_path(tmp_path):
    path = tmp_path / "my.yaml"
    path.write_text(MINIMAL)
    assert load(str(path)).hash == hashlib.sha256(path.read_bytes()).hexdigest()
    assert read(str(path)).document.file == str(path)


def test_a_wrong_name_gets_the_nearest_shipped_one():
    with pytest.raises(ModelError, match=r"^retial: there is no such model \(did you mean retail\?\)"):
        load("retial")


@pytest.mark.parametrize("name", ["", "a\0b", "/", "/dev/zero", "x" * 5000, "\ud800"])
def test_what_is_no_file_is_a_model_error(name):
    with pytest.raises(ModelError):
        load(name)


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ModelError, match="no such model"):
        load(str(tmp_path / "pipe"))


def test_a_model_error_is_a_config_error_with_exit_code_2():
    with pytest.raises(ConfigError) as caught:
        load("nothing")
    assert caught.value.exit_code == 2


def test_an_error_says_file_line_rule_and_remedy():
    text = with_signal("{when: {family: cart}, axis: intent, points: 4, half_life: 0d}")
    assert mistakes(text) == ['5: signal "s": half_life must be longer than 0 (try 14d)']


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file():
    """Those of shape and those of meaning, of one entry and of another."""
    text = """\
model: shop
version: 0
status: approved
signals:
  a: {when: {family: cart, actoin: add}, axis: intent, points: 4, half_life: 14}
  b: {when: {family: cart, action: ad}, axis: intend, points: "4", half_life: 14d}
  c: {when: {signal: d, at_least: 2, within: 7d}, axis: intent, points: 3, group: g}
stages:
  suspect: {}
  mql: {enter: {engagement: 20, fact: need}, leave: {engagement: 25}}
pages: {assets: [png]}
"""
    assert mistakes(text) == [
        "2: version must be a whole number from 1 to 1000000, not 0",
        "3: status is approved, but approved_by is missing: the names for sales, marketing and management",
        '5: signal "a": half_life must be a whole number with a unit, like 90s, 30m, 1h or 14d, not 14 (or never)',
        '5: signal "a": when: unknown key "actoin" (did you mean action?)',
        '6: signal "b": axis must be one of engagement, fit, intent, not "intend"',
        '6: signal "b": points must be a number, not "4"',
        '6: signal "b": when: action "ad" is not one of cart (did you mean add?)',
        '7: signal "c": group: there is no group "g" (known: none)',
        '7: signal "c": when: signal: there is no signal "d" (known: a, b, c)',
        '10: stage "mql": enter: there is no fact "need" (known: none)',
        '10: stage "mql": leave: engagement must be at most the 20 of enter, or a lead is in and out at once',
        '11: pages "assets": entry 1: "png" is no pattern of a URL; write "*/png*"',
    ]


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (MINIMAL.replace("version: 1\n", ""), "1: version is missing"),
        (MINIMAL.replace("stages:", "stage:"), '5: unknown key "stage" (did you mean stages?)'),
        (
            MINIMAL.replace("stages:\n  suspect: {}\n  mql: {enter: {engagement: 25}}\n", "stages: []\n"),
            "5: stages must be keys and values, not a list",
        ),
        (
            MINIMAL.replace("  newsletter: {", "  Newsletter: {"),
            '4: signal "Newsletter": the name must be of lower-case letters',
        ),
        (MINIMAL + "review_by: tomorrow\n", '8: review_by must be a date, like 2027-05-01, not "tomorrow"'),
        (
            MINIMAL + "status: approved\napproved_by: {sales: me}\n",
            "8: status is approved, but approved_by has no name for marketing and management; where they disagree, senior",
        ),
        (
            MINIMAL + "approved_by: {sales: me, marketing: you, management: x, boss: y}\n",
            '8: approved_by: unknown key "boss"',
        ),
        (MINIMAL + "measured_by: []\n", "8: measured_by must have 1 to 100 entries, not 0"),
        (
            MINIMAL + "examples:\n- {given: signup at 1d, expect: {stage: mqll}}\n",
            '9: example 1: expect: stage: there is no stage "mqll" (did you mean mql?)',
        ),
        (
            MINIMAL + "facts: {f: {signal: newsletter, lasts: 30}}\n",
            '8: fact "f": lasts must be a whole number with a unit',
        ),
    ],
)
def test_a_key_that_is_wrong_or_missing_is_named(broken, says):
    assert any(line.startswith(says) for line in mistakes(broken)), mistakes(broken)


def test_a_number_that_looks_like_one_but_is_text_is_not_guessed():
    assert mistakes(MINIMAL.replace("points: 30", "points: '30'")) == [
        '4: signal "newsletter": points must be a number, not "30"'
    ]


@pytest.mark.parametrize("points", [".inf", "-.inf", ".nan", "1e400", "10000000", "9" * 5000, "true"])
def test_points_are_finite(points):
    (said,) = mistakes(MINIMAL.replace("points: 30", f"points: {points}"))
    assert said.startswith('4: signal "newsletter": points must be ')
