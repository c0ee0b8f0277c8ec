"""What an attribute of a profile must be, as it is written, in grades and in an ideal; and which tellings a signal looks at."""

from typing import Annotated, Self

from pydantic import BeforeValidator, PlainValidator, model_validator

from intentflow.domain.event import PROVENANCES, Provenance
from intentflow.domain.rules import Trait
from intentflow.model.durations import shown
from intentflow.model.written import Bool, Globs, Number, Plain, Plains, Written, many, one_of


class GradeWritten(Written):
    """Points for who has the trait; without one for anybody of whom it is known."""

    points: Number
    equals: Plain | None = None
    one_of: Plains | None = None
    like: Globs = ()
    at_least: Number | None = None
    at_most: Number | None = None


class TraitWritten(Written):
    """What an attribute must be; a bare value means `equals`, a list `one_of`."""

    equals: Plain | None = None
    one_of: Plains | None = None
    like: Globs = ()
    at_least: Number | None = None
    at_most: Number | None = None
    known: Bool = False

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        given = self.model_fields_set
        if not given or (given == {"known"} and not self.known):
            raise ValueError("is empty; say equals, one_of, like, at_least, at_most, or known: true")
        return self


def trait_keys(written: object) -> object:
    """The keys of a trait that is written as a bare value or a list."""
    if isinstance(written, dict):
        return written
    return {"one_of": written} if isinstance(written, list) else {"equals": written}


def attribute(written: object) -> str:
    """The name of an attribute, as profiles have it."""
    if not isinstance(written, str) or not written.strip() or len(written.encode()) > 128 or not written.isprintable():
        raise ValueError(f"must be the name of an attribute, like job_title, not {shown(written)}")
    return written


def trait_of(written: GradeWritten | TraitWritten) -> Trait:
    """What it means."""
    one_of = () if written.equals is None else (written.equals,)
    return Trait(
        one_of=one_of or written.one_of or (),
        like=written.like,
        at_least=written.at_least,
        at_most=written.at_most,
    )


Attribute = Annotated[str, PlainValidator(attribute)]
Traits = dict[Attribute, Annotated[TraitWritten, BeforeValidator(trait_keys)]]
Sources = Annotated[
    tuple[Annotated[Provenance, PlainValidator(one_of(*PROVENANCES))], ...],
    BeforeValidator(many),
]
Grades = Annotated[tuple[GradeWritten, ...], BeforeValidator(many)]
