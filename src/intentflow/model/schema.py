"""A scoring model as it is written: the keys of the YAML file, their types, and what each part needs to make sense by itself.

What the parts mean together is `translate`'s. The types with their errors are in `written`.
"""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, PlainValidator, model_validator

from intentflow.domain.event import FAMILIES, PROVENANCES, Provenance
from intentflow.model.condition import ACTIONS, Whens
from intentflow.model.fact_written import FactWritten
from intentflow.model.spoken import given_keys
from intentflow.model.suggest import did_you_mean
from intentflow.model.traits import Attribute, Grades
from intentflow.model.written import (
    AtMost,
    AxisName,
    Bool,
    Duration,
    Expected,
    Family,
    Glob,
    HalfLife,
    HandOffs,
    Horizon,
    Lasts,
    Longer,
    Name,
    Names,
    Number,
    Plain,
    Positive,
    Share,
    Status,
    Texts,
    Treatment,
    Words,
    Written,
    entries,
    many,
    one_of,
    weight,
    whole,
)


class SignalWritten(Written):
    """One sign of interest."""

    when: Whens
    axis: AxisName = "fit"
    points: Number = 0.0
    grades: Grades = ()
    lasts: Lasts = "forever"
    because: Words | None = None
    once: Bool = False
    at_most: AtMost | None = None
    cap: Positive | None = None
    half_life: HalfLife | None = None
    until_confirmed: Number | None = None
    group: Name | None = None
    topic: Words | None = None

    @model_validator(mode="after")
    def _says_what_it_counts(self) -> Self:
        form = self.when[0].form
        needed = {"profile": (), "ideal": ("points",)}.get(form, ("axis", "points"))
        missing = [key for key in needed if key not in self.model_fields_set]
        if missing:
            raise ValueError(f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing")
        return self


class GroupWritten(Written):
    """Signals that together count at most `cap` points."""

    axis: AxisName
    cap: Positive


class LeaveWritten(Written):
    """Left when one of these axes falls below its number."""

    engagement: Number | None = None
    fit: Number | None = None
    intent: Number | None = None


class EnterWritten(LeaveWritten):
    """Entered when every axis has its number and every fact holds."""

    fact: Name | None = None
    facts: Names = ()


def withdrawn(written: object) -> object:
    """What evidence withdraws: `itself`, or a family or a list of them."""
    if written == "itself":
        return "itself"
    return tuple(one_of(*FAMILIES)(family) for family in (written if isinstance(written, list) else [written]))


class EvidenceWritten(Written):
    """What no human did."""

    when: Whens
    before: Whens | None = None
    within: Longer | None = None
    weight: Annotated[float, PlainValidator(weight)]
    withdraws: Annotated[tuple[str, ...] | Literal["itself"], PlainValidator(withdrawn)] = ()
    because: Words


class StageWritten(Written):
    """Where a lead stands."""

    enter: EnterWritten | None = None
    unless: Names = ()
    leave: LeaveWritten | None = None
    dwell: Duration = 0
    cool_down: Duration = 0
    hand_offs: HandOffs | None = None
    treatment: Treatment = "none"
    follow_up: Longer | None = None


class EligibleWritten(Written):
    """Who may buy at all: all `facts` hold, and none of `unless`."""

    facts: Names = ()
    unless: Names = ()

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.facts or self.unless):
            raise ValueError("is empty; say facts that must hold, or unless (facts that must not), or take it out")
        return self


class LikelyWritten(LeaveWritten):
    """Of the leads in these stages with at least these scores, the share that bought."""

    stage: Names = ()
    share: Share


class GivenWritten(Written):
    """One event of an example. As text: `visit /pricing at 1d`."""

    family: Family
    action: str | None = None
    at: Duration
    url: str | None = None
    referrer: str | None = None
    campaign: str | None = None
    user_agent: str | None = None
    cart_id: str | None = None
    email: str | None = None
    profile: Annotated[dict[Attribute, Plain | None], Field(max_length=64)] = {}
    provenance: Annotated[Provenance, PlainValidator(one_of(*PROVENANCES))] = "form"
    given_freely: Bool = False
    attributes: Annotated[dict[str, Plain], Field(max_length=32)] = {}

    @model_validator(mode="after")
    def _action_is_of_the_family(self) -> Self:
        known = ACTIONS[self.family]
        if self.action is not None and self.action not in known:
            raise ValueError(f'action "{self.action}" is not one of {self.family}{did_you_mean(self.action, known)}')
        if self.action is None and self.family == "cart":
            raise ValueError(f"a cart event needs an action: {', '.join(known)}")
        told = {"profile", "provenance", "given_freely"} & self.model_fields_set
        if self.family == "profile" and not self.profile:
            raise ValueError("a profile needs what it tells: profile: {job_title: owner}")
        if self.family != "profile" and told:
            raise ValueError(f"{min(told)} goes with family: profile only")
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
    """Who agreed, as far as somebody did."""

    sales: Words | None = None
    marketing: Words | None = None
    management: Words | None = None


class ModelWritten(Written):
    """The whole file."""

    model: Name
    version: Annotated[int, PlainValidator(whole(1, 1_000_000))]
    status: Status = "draft"
    approved_by: ApprovedBy | None = None
    decided_by: Words | None = None
    review_by: date | None = None
    measured_by: Texts = ()
    horizon: Horizon | None = None
    glossary: Annotated[dict[Name, Words], entries(100)] = {}
    pages: Annotated[dict[Name, Annotated[tuple[Glob, ...], BeforeValidator(many)]], entries(50)] = {}
    groups: Annotated[dict[Name, GroupWritten], entries(50)] = {}
    signals: Annotated[dict[Name, SignalWritten], entries(200)]
    facts: Annotated[dict[Name, FactWritten], entries(50)] = {}
    evidence: Annotated[dict[Name, EvidenceWritten], entries(50)] = {}
    stages: Annotated[dict[Name, StageWritten], entries(20)]
    eligible: EligibleWritten | None = None
    criteria: EnterWritten | None = None
    likelihood: Annotated[tuple[LikelyWritten, ...], BeforeValidator(many)] = ()
    examples: Annotated[tuple[ExampleWritten, ...], BeforeValidator(many)] = ()
