"""A fact as it is written."""

from typing import Annotated, Self

from pydantic import model_validator

from intentflow.model.condition import When, Whens
from intentflow.model.written import Lasts, Name, Names, Words, Written, entries


class FactWritten(Written):
    """Something known of a lead: by a condition, by one of several ways, or by signals that have it already."""

    when: Whens | None = None
    ways: Annotated[dict[Name, Whens], entries(20)] = {}
    signal: Names | None = None
    lasts: Lasts = "forever"
    because: Words | None = None

    @property
    def whens(self) -> tuple[When, ...]:
        """All conditions that are written here."""
        return (*(self.when or ()), *(when for whens in self.ways.values() for when in whens))

    @model_validator(mode="after")
    def _has_one_source(self) -> Self:
        if [self.when is None, self.signal is None, not self.ways].count(False) != 1:
            raise ValueError(
                "a fact has either when (a condition), ways (a condition by the name of each) or signal (the name of one, or a list)"
            )
        return self
