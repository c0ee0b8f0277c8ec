"""A model's stages as a diagram and a table in Markdown: `python -m intentflow.model.diagram` draws those of retail into docs/stages.md.

Arrows upwards are drawn from the stage below, though a lead may come from any lower one; those downwards to the stage below, though it
falls to the highest that it need not leave; into one with hand-offs nobody falls who could not enter it, so they pass it by. A stage that
keeps leads out of others is drawn with arrows from those.
"""

import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from intentflow.domain.rules import Axis, ScoringModel, Stage
from intentflow.model.durations import duration_words, limit_words
from intentflow.model.load import load

PAGE = Path("docs/stages.md")
BEGIN, END = "<!-- drawn from the model retail -->\n", "<!-- until here -->\n"


def diagram(model: ScoringModel) -> str:
    """The stages as a Mermaid flowchart."""
    return "\n".join(["flowchart BT", *(f"    {line}" for line in _lines(model))]) + "\n"


def table(model: ScoringModel) -> str:
    """The stages as a table, from low to high."""
    head = ("stage", "what it means", "entered with", "not while", "left", "what is done")
    rows = [head, tuple("---" for _ in head), *(_row(stage) for stage in model.stages)]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def drawn(page: str, model: ScoringModel) -> str:
    """The page with the diagram and the table of this model in their place."""
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n```mermaid\n{diagram(model)}```\n\n{table(model)}\n{END}{after}"


def _lines(model: ScoringModel) -> Iterator[str]:
    apart = aside(model)
    ladder = [stage for stage in model.stages if stage not in apart]
    for stage in model.stages:
        said = stage.name if stage.treatment == "none" else f"{stage.name}<br>{stage.treatment}"
        yield stage.name + (f'{{{{"{said}"}}}}' if stage in apart else f'["{said}"]')
    for place, stage in enumerate(ladder[1:]):
        yield f'{ladder[place].name} -->|"{"<br>".join(asked(stage))}"| {stage.name}'
        if let_fall(stage):
            yield f'{stage.name} -.->|"{"<br>".join(let_fall(stage))}"| {falls_to(ladder, place + 1).name}'
    for stage in apart:
        for kept_out in ladder:
            facts = [fact for fact in kept_out.unless if fact in stage.facts]
            if facts:
                yield f'{kept_out.name} -.->|"{"<br>".join(facts)}"| {stage.name}'


def _row(stage: Stage) -> tuple[str, ...]:
    done = [] if stage.treatment == "none" else [f"treatment: {stage.treatment}"]
    done += [f"somebody acts within {duration_words(stage.follow_up)}"] if stage.follow_up else []
    done += [f"at most {limit_words(stage.hand_offs)}"] if stage.hand_offs else []
    done += [f"not again within {duration_words(stage.cool_down)}"] if stage.cool_down else []
    left = [*let_fall(stage), *([f"after {duration_words(stage.dwell)} at least"] if stage.dwell else [])]
    cells = (asked(stage) or ["everybody begins here"], stage.unless, left, done)
    return (f"`{stage.name}`", stage.meaning, *("<br>".join(cell) for cell in cells))


def aside(model: ScoringModel) -> list[Stage]:
    """The stages that keep leads out of others: whoever has their fact neither enters nor keeps those."""
    barring = {fact for stage in model.stages for fact in stage.unless}
    return [stage for stage in model.stages if barring & set(stage.facts)]


def falls_to(ladder: Sequence[Stage], place: int) -> Stage:
    """The stage that a lead falls to from the one at `place`: the next below that has no hand-offs."""
    return next(one for one in reversed(ladder[:place]) if one.hand_offs is None)


def asked(stage: Stage) -> list[str]:
    """What it asks for, a line each."""
    return [*_axes(stage.enter), *stage.facts]


def let_fall(stage: Stage) -> list[str]:
    """What lets a lead fall out of it, a line each."""
    return [*(f"{said} no more" for said in _axes(stage.leave)), *(f"{fact} has ended" for fact in stage.facts)]


def _axes(thresholds: Iterable[tuple[Axis, float]]) -> list[str]:
    return [f"{axis} {value:g}" for axis, value in thresholds]


if __name__ == "__main__":
    PAGE.write_text(drawn(PAGE.read_text(encoding="utf-8"), load("retail")), encoding="utf-8")
    sys.stdout.write(f"{PAGE}\n")
