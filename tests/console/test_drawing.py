import re
import xml.etree.ElementTree as ET

import pytest

from intentflow.console.drawing import picture
from intentflow.model.load import load, shipped, understood

TWO = b"""model: two
version: 1
glossary: {a: first, b: second}
signals:
  s: {when: {family: website_visit}, axis: engagement, points: 1, half_life: 7d}
stages:
  a: {}
  b: {enter: {engagement: 1}, leave: {engagement: 0.5}}
"""
TEXT = "{http://www.w3.org/2000/svg}text"


def words_of(drawn: str) -> list[str]:
    """What is written in a picture."""
    tree = ET.fromstring(str(drawn).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))  # noqa: S314 - our own
    return [node.text or "" for node in tree.iter(TEXT)]


@pytest.mark.parametrize("name", shipped())
def test_every_stage_of_every_shipped_model_is_in_its_picture(name):
    model = load(name)
    assert {stage.name for stage in model.stages} <= set(words_of(picture(model)))


def test_what_lifts_a_lead_and_what_lets_it_fall_is_said():
    assert words_of(picture(understood("two.yaml", TWO).model)) == ["a", "b", "engagement 1", "engagement 0.5 no more"]


def test_nothing_lies_outside_of_the_picture():
    drawn = picture(load("retail"))
    (size,) = re.findall(r'viewBox="0 0 (\d+) (\d+)"', drawn)
    width, height = map(int, size)
    for x, y in re.findall(r'<text [^>]*x="([\d.-]+)" y="([\d.-]+)"', drawn):
        assert 0 <= float(x) <= width
        assert 0 <= float(y) <= height


def test_the_picture_holds_no_style_of_its_own():
    assert not re.search(r"style|<script|on\w+=", picture(load("retail")))
