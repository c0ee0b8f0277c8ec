"""A scoring model as it is written: the keys of the YAML file, their types, and what each part needs to make sense by itself.

What the parts mean together is `translate`'s. The types with their errors are in `written`.
"""

from datetime import date
from typing import Annotated, Literal, Self, get_args, get_type_hints

from pydantic import BeforeValidator, Field, PlainValidator, model_validator

from intentflow.domain.event import FAMILIES
from intentflow.domain.rules import MAX_WINDOW
from intentflow.model.spoken import given_keys
from intentflow.model.suggest import did_you_mean
from intentflow.model.written import (
    AtMost,
    AxisName,
    Bool,
    Duration,
    Expected,
    Family,
    Glob,
    Globs,
    HalfLife,
    Lasts,
    Longer,
    Name,
    Names,
    Number,
    Plain,
    Plains,
    Positive,
    Status,
    Texts,
    Treatment,
    Words,
    Written,
    entries,
    many,
    one_of,
    whole,
)

Form = Literal["event", "repeated", "newsletter", "cart"]
ACTIONS = {family: get_args(get_type_hints(kind)["action"]) for family, kind in FAMILIES.items()}
SPECIAL = {"newsletter": {"newsletter"}, "cart": {"cart", "quiet"}, "signal": {"signal", "at_least", "within"}}


class TestWritten(Written):
    """What one attribute must be; a bare value means `equals`, a list `one_of`."""

    __test__ = False  # pytest: not yours

    equals: Plain | None = None
    one_of: Plains | None = None
    at_least: Number | None = None
    at_most: Number | None = None
    exists: Bool | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("is empty; say equals, one_of, at_least, at_most or exists")
        return self


def _test(written: object) -> object:
    if isinstance(written, dict):
        return written
    return {"one_of": written} if isinstance(written, list) else {"equals": written}


class When(Written):
    """One condition. All keys that are given must hold."""

    family: Family | None = None
    action: Annotated[tuple[str, ...], BeforeValidator(many)] = ()
    url: Globs = ()
    not_url: Globs = ()
    campaign: Globs = ()
    source: Globs = ()
    medium: Globs = ()
    targeted: Bool | None = None
    attributes: Annotated[dict[str, Annotated[TestWritten, BeforeValidator(_test)]], entries(32)] = {}
    signal: Name | None = None
    at_least: Annotated[int | None, PlainValidator(whole(1, MAX_WINDOW))] = None
    within: Longer | None = None
    newsletter: Annotated[str | None, PlainValidator(one_of("signed_up"))] = None
    cart: Annotated[str | None, PlainValidator(one_of("abandoned"))] = None
    quiet: Longer | None = None

    @property
    def form(self) -> Form:
        """Which of the four kinds of condition this is."""
        if self.newsletter is not None:
            return "newsletter"
        if self.cart is not None:
            return "cart"
        return "repeated" if {"signal", "at_least", "within"} & self.model_fields_set else "event"

    @model_validator(mode="after")
    def _is_one_kind(self) -> Self:
        for key, allowed in SPECIAL.items():
            strange = sorted(self.model_fields_set - allowed)
            if getattr(self, key) is not None and strange:
                raise ValueError(f'{strange[0]} does not go with "{key}: {getattr(self, key)}"; that takes {_listed(allowed)} only')
        if self.quiet is not None and self.cart is None:
            raise ValueError('quiet goes with "cart: abandoned" only')
        if self.cart is not None and self.quiet is None:
            raise ValueError("quiet is missing: how long a cart must be left alone (try quiet: 1h)")
        if self.form == "repeated" and (self.at_least is None or self.within is None):
            raise ValueError("at_least and within go together: {signal: pricing_page, at_least: 2, within: 7d}")
        if self.family is None and self.newsletter is None and self.cart is None and self.signal is None:
            raise ValueError(f"family is missing: one of {', '.join(FAMILIES)}")
        return self

    @model_validator(mode="after")
    def _actions_are_of_the_family(self) -> Self:
        for action in self.action if self.family is not None else ():
            known = ACTIONS[self.family or ""]
            if action not in known:
                hint = did_you_mean(action, known) or f"; {self.family} has {', '.join(known)}"
                raise ValueError(f'action "{action}" is not one of {self.family}{hint}')
        return self


def _listed(keys: set[str]) -> str:
    return " and ".join(sorted(keys))


Whens = Annotated[tuple[When, ...], BeforeValidator(many)]


class SignalWritten(Written):
    """One sign of interest."""

    when: Whens
    axis: AxisName
    points: Number
    once: Bool = False
    at_most: AtMost | None = None
    cap: Positive | None = None
    half_life: HalfLife | None = None
    until_confirmed: Number | None = None
    group: Name | None = None


class GroupWritten(Written):
    """Signals that together count at most `cap` points."""

    axis: AxisName
    cap: Positive


class FactWritten(Written):
    """Something known of a lead: by a condition, or by signals that have it already."""

    when: Whens | None = None
    signal: Names | None = None
    lasts: Lasts = "forever"

    @model_validator(mode="after")
    def _has_one_source(self) -> Self:
        if (self.when is None) == (self.signal is None):
            raise ValueError("a fact has either when (a condition) or signal (the name of one, or a list)")
        return self


class LeaveWritten(Written):
    """Left when one of these axes falls below its number."""

    engagement: Number | None = None
    fit: Number | None = None
    intent: Number | None = None


class EnterWritten(LeaveWritten):
    """Entered when every axis has its number and every fact holds."""

    fact: Name | None = None
    facts: Names = ()


class StageWritten(Written):
    """Where a lead stands."""

    enter: EnterWritten | None = None
    leave: LeaveWritten | None = None
    dwell: Duration = 0
    cool_down: Duration = 0
    treatment: Treatment = "none"
    follow_up: Longer | None = None


class GivenWritten(Written):
    """One event of an example. As text: `visit /pricing at 1d`."""

    family: Family
    action: str | None = None
    at: Duration
    url: str | None = None
    campaign: str | None = None
    cart_id: str | None = None
    attributes: Annotated[dict[str, Plain], Field(max_length=32)] = {}

    @model_validator(mode="after")
    def _action_is_of_the_family(self) -> Self:
        known = ACTIONS[self.family]
        if self.action is not None and self.action not in known:
            raise ValueError(f'action "{self.action}" is not one of {self.family}{did_you_mean(self.action, known)}')
        if self.action is None and self.family == "cart":
            raise ValueError(f"a cart event needs an action: {', '.join(known)}")
        return self


class ExpectWritten(Written):
    """What must hold then: at `at`, or at the time of the latest event."""

    stage: Name | None = None
    engagement: Expected | None = None
    fit: Expected | None = None
    intent: Expected | None = None
    at: Duration | None = None

    @model_validator(mode="after")
    def _expects_something(self) -> Self:
        if not self.model_fields_set - {"at"}:
            raise ValueError("expects nothing; say a stage, or what an axis is (engagement: about 29.7)")
        return self


class ExampleWritten(Written):
    """A lead made up by the marketer, and where it must end up."""

    name: Words | None = None
    given: Annotated[tuple[Annotated[GivenWritten, BeforeValidator(given_keys)], ...], BeforeValidator(many)]
    expect: ExpectWritten


class ApprovedBy(Written):
    """Who agreed."""

    sales: Words
    marketing: Words
    management: Words


class ModelWritten(Written):
    """The whole file."""

    model: Name
    version: Annotated[int, PlainValidator(whole(1, 1_000_000))]
    status: Status = "draft"
    approved_by: ApprovedBy | None = None
    review_by: date | None = None
    measured_by: Texts = ()
    horizon: Longer | None = None
    glossary: Annotated[dict[Name, Words], entries(100)] = {}
    pages: Annotated[dict[Name, Annotated[tuple[Glob, ...], BeforeValidator(many)]], entries(50)] = {}
    groups: Annotated[dict[Name, GroupWritten], entries(50)] = {}
    signals: Annotated[dict[Name, SignalWritten], entries(200)]
    facts: Annotated[dict[Name, FactWritten], entries(50)] = {}
    stages: Annotated[dict[Name, StageWritten], entries(20)]
    examples: Annotated[tuple[ExampleWritten, ...], BeforeValidator(many)] = ()

    @model_validator(mode="after")
    def _approved_by_somebody(self) -> Self:
        if self.status == "approved" and self.approved_by is None:
            raise ValueError("status approved needs approved_by with the names for sales, marketing and management")
        return self
