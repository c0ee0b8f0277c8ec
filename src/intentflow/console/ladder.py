"""The stages of a model as they are drawn: how dark each is, and which stand aside."""

from typing import NamedTuple

from intentflow.domain.rules import ScoringModel
from intentflow.model.diagram import aside

LEVELS = 7  # shades, see console.css


class Step(NamedTuple):
    """A stage, how it is drawn, and what stands in the glossary."""

    name: str
    level: int  # from 0, the lightest
    aside: bool  # one that keeps leads out of others
    meaning: str

    @property
    def css(self) -> str:
        """The classes of its mark."""
        return "aside" if self.aside else f"l{self.level}"


class Steps(dict[str, Step]):
    """Steps by the names of their stages. One that an earlier model had stands aside."""

    def __missing__(self, name: str) -> Step:
        return Step(name, 0, True, "not a stage of this model")


def steps(model: ScoringModel) -> Steps:
    """The stages by name, from low to high; those that stand aside come last."""
    apart = aside(model)
    up = [stage for stage in model.stages if stage not in apart]
    top = max(1, len(up) - 1)
    made = [Step(one.name, round(place * (LEVELS - 1) / top), False, one.meaning) for place, one in enumerate(up)]
    made += [Step(one.name, 0, True, one.meaning) for one in apart]
    return Steps((step.name, step) for step in made)
