"""docs/stages.md is drawn from the model, and not by hand."""

from pathlib import Path

from intentflow.model.diagram import diagram, drawn, table
from intentflow.model.load import load
from tests.model.models import MINIMAL, reading

PAGE = Path(__file__).parents[2] / "docs" / "stages.md"


def test_the_page_shows_the_stages_of_retail():
    page = PAGE.read_text(encoding="utf-8")
    assert drawn(page, load("retail")) == page, "draw it again: python -m intentflow.model.diagram"


def test_a_rise_and_a_fall_are_arrows_and_what_bars_is_a_broken_one():
    text = MINIMAL.replace("suspect: {}", "suspect: {}\n  off: {enter: {fact: no}}") + (
        "facts: {no: {when: {family: outcome, action: rejected}, lasts: 7d}}\n"
    )
    model = reading(
        text.replace("{enter: {engagement: 25}}", "{enter: {engagement: 25}, leave: {engagement: 18}, unless: no}")
    ).model
    assert diagram(model).splitlines() == [
        "flowchart BT",
        '    suspect["suspect"]',
        '    off{{"off"}}',
        '    mql["mql"]',
        '    suspect -->|"engagement 25"| mql',
        '    mql -.->|"engagement 18 no more"| suspect',
        '    mql -.->|"no"| off',
    ]


def test_every_stage_has_a_row_with_what_it_means():
    model = load("retail")
    rows = table(model).splitlines()[2:]
    assert [row.split("|")[1].strip(" `") for row in rows] == [stage.name for stage in model.stages]
    assert all(stage.meaning in row for stage, row in zip(model.stages, rows, strict=True))
