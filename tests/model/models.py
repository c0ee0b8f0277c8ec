"""The smallest model, and what tests say about models."""

from datetime import date

import pytest

from intentflow.model.findings import ModelError
from intentflow.model.lint import lint
from intentflow.model.load import Reading, understood

TODAY = date(2026, 6, 1)
MINIMAL = """\
model: smallest
version: 1
signals:
  newsletter: {when: {newsletter: signed_up}, axis: engagement, points: 30, half_life: 60d}
stages:
  suspect:
  mql: {enter: {engagement: 25}}
""".replace("suspect:", "suspect: {}")


def reading(text: str) -> Reading:
    """The model in this text; model and version may be left out."""
    return understood("m.yaml", (text if text.startswith("model:") else f"model: m\nversion: 1\n{text}").encode())


def mistakes(text: str) -> list[str]:
    """Everything that is wrong with the model in this text, without the file's name."""
    with pytest.raises(ModelError) as caught:
        understood("m.yaml", text.encode())
    return [line.removeprefix("m.yaml:") for line in str(caught.value).splitlines()]


def with_signal(keys: str) -> str:
    """The smallest model with one signal more, in line 5."""
    return MINIMAL.replace("stages:", f"  s: {keys}\nstages:")


def findings(text: str, rule: str) -> list[str]:
    """What one lint finds."""
    return [found.text for found in lint(reading(text), TODAY) if found.rule == rule]
