from io import StringIO

import pytest
from rich.console import Console

from intentflow.model.load import read
from intentflow.model.show import rendered
from tests.model.models import MINIMAL, reading, with_signal


def shown(model, width):
    out = StringIO()
    Console(file=out, width=width).print(rendered(model))
    return out.getvalue()


@pytest.mark.parametrize("width", [80, 100, 120])
def test_every_name_of_the_default_is_there_unbroken_and_no_line_is_too_long(width):
    model = read("retail")
    text = shown(model, width)
    parts = model.model
    for part in (*parts.signals, *parts.stages, *parts.facts, *parts.groups):
        assert part.name in text
    assert max(map(len, text.splitlines())) <= width


def test_a_signal_is_said_in_plain_words():
    text = shown(read("retail"), 120)
    assert "leaves a filled cart alone for 1 hour" in text
    assert "is signed up for the newsletter; 15 points until confirmed" in text
    assert "views a page at blog except assets (in browsing)" in text


def test_channels_and_agents_are_said_in_plain_words():
    signal = (
        "{when: {family: landing_page, channel: [paid search, email], agent: [bot, scanner]}, axis: fit, points: 1}"
    )
    text = shown(reading(with_signal(signal)), 400)
    assert "through the channel Paid Search or Email as a robot or a security scanner" in text


def test_the_smallest_model_has_no_empty_tables():
    text = shown(reading(MINIMAL), 80)
    assert "Signals of engagement" in text
    assert not {"Groups", "Facts", "Signals of intent"} & set(text.replace(":", "\n").splitlines())


def test_square_brackets_of_a_marketer_are_shown_as_they_are():
    assert "[bold]ours" in shown(reading(f'{MINIMAL}glossary: {{mql: "[bold]ours"}}\n'), 80)


def test_those_who_approved_are_named():
    agreed = "status: approved\napproved_by: {sales: Ann, marketing: Bob, management: Cem}\n"
    assert "approved by Ann (sales), Bob (marketing), Cem (management)" in shown(reading(MINIMAL + agreed), 80)
