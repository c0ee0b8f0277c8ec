"""Lints of what can never count because something before it always does, of what counts twice on a profile, and of untested stages."""

from collections.abc import Iterator
from itertools import combinations

from intentflow.domain.fit import Fit
from intentflow.domain.rules import Axis, Graded, Likely
from intentflow.model.behaviours import grade_values
from intentflow.model.findings import Flaw
from intentflow.model.load import Reading


def grade_never_counts(reading: Reading) -> Iterator[Flaw]:
    """A grade that no value meets before another does."""
    for sign in Fit(reading.model.signals).signs:
        if isinstance(sign.signal, Graded):
            for number in range(len(sign.signal.grades)):
                if not grade_values(sign, number):
                    text = "never counts: a grade before it takes all its values, or it contradicts itself; put the narrower one first"
                    yield Flaw(("signals", sign.signal.name, "grades", number), text)


def graded_twice(reading: Reading) -> Iterator[Flaw]:
    """Two signals of one axis that grade the same attribute."""
    graded = [signal for signal in reading.model.signals if isinstance(signal, Graded)]
    for one, other in combinations(graded, 2):
        if (one.attribute, one.axis) == (other.attribute, other.axis):
            text = f'counts the same attribute as signal "{one.name}": {one.attribute}; put their grades into one'
            yield Flaw(("signals", other.name, "when"), text)


def likelihood_never_told(reading: Reading) -> Iterator[Flaw]:
    """A row of likelihoods that is never the first that fits."""
    rows = reading.model.likelihood
    for i, row in enumerate(rows):
        hiding = next((n for n, before in enumerate(rows[:i]) if _fits_whenever(before, row)), None)
        if hiding is not None:
            yield Flaw(
                ("likelihood", i),
                f"is never told: entry {hiding + 1} fits whenever it does; put the narrower one first",
            )


def _fits_whenever(wide: Likely, narrow: Likely) -> bool:
    bounds: dict[Axis, float] = dict(narrow.scores)
    stages = not wide.stages or (bool(narrow.stages) and set(narrow.stages) <= set(wide.stages))
    return stages and all(axis in bounds and value <= bounds[axis] for axis, value in wide.scores)


def untested_stage(reading: Reading) -> Iterator[Flaw]:
    """A stage in which no example ends."""
    shown = {example.stage for example in reading.examples}
    for stage in reading.model.stages[1:]:
        if stage.name not in shown:
            text = "no example ends in it; make up a lead that should (given, expect), so that a slip is found before a customer is"
            yield Flaw(("stages", stage.name), text)
