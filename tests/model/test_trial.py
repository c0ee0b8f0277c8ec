import pytest

from intentflow.model.load import read, shipped
from intentflow.model.trial import trial, tried
from tests.model.models import MINIMAL, reading

EXAMPLE = "examples:\n- given: [visit /x at 1d, signup at 0d]\n  expect: {stage: mql, engagement: %s}\n"


@pytest.mark.parametrize("name", shipped())
def test_the_examples_of_a_shipped_model_hold(name):
    assert trial(read(name)) == ()
    assert read(name).examples


@pytest.mark.parametrize("about", ["about 29.7", "about 30", "about 29.655"])
def test_an_expectation_may_be_as_rough_as_it_is_written(about):
    assert trial(reading(MINIMAL + EXAMPLE % about)) == ()


def test_what_differs_is_told_with_the_line_of_the_example():
    text = MINIMAL + EXAMPLE % "29.7"
    assert [(f.line, f.text) for f in trial(reading(text.replace("stage: mql", "stage: suspect")))] == [
        (9, 'example "example 1": the stage is mql, not suspect'),
        (9, 'example "example 1": engagement is 29.66, not 29.7'),
    ]


def test_an_example_can_look_later_than_its_last_event():
    text = MINIMAL.replace("25}}", "25}, leave: {engagement: 16}}")
    text += "examples:\n- {name: fades, given: signup at 0d, expect: {stage: suspect, engagement: 15, at: 60d}}\n"
    assert trial(reading(text)) == ()


def test_each_example_says_what_was_expected_and_what_came():
    (one,) = tried(reading(MINIMAL + EXAMPLE % "29.7"))
    assert not one.holds
    assert [(each.what, each.expected, each.came, each.holds) for each in one.expectations] == [
        ("the stage", "mql", "mql", True),
        ("engagement", "29.7", "29.66", False),
    ]


def test_what_came_has_as_many_digits_as_it_takes_to_tell_it_from_what_was_expected():
    (one,) = tried(reading(MINIMAL + "examples:\n- {given: signup at 0d, expect: {engagement: 30, at: 1m}}\n"))
    (each,) = one.expectations
    assert (each.expected, each.came) == ("30", "29.9997593249")
