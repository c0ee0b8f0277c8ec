"""Conditions as they are written under `when:`: on an event, on repetition, on the newsletter, on a cart left alone."""

from collections.abc import Iterator
from typing import Annotated, Literal, Self, get_args, get_type_hints

from pydantic import BeforeValidator, PlainValidator, model_validator

from intentflow.domain.event import FAMILIES
from intentflow.domain.rules import AGENTS, CHANNELS, MAX_WINDOW, Agent, Channel, Condition, Test
from intentflow.model.durations import shown
from intentflow.model.suggest import did_you_mean
from intentflow.model.traits import Attribute, Sources, Traits
from intentflow.model.written import (
    Bool,
    Family,
    Globs,
    Longer,
    Name,
    Number,
    Plain,
    Plains,
    Written,
    entries,
    many,
    one_of,
    whole,
)

Form = Literal["event", "repeated", "newsletter", "cart", "profile", "ideal"]
ACTIONS = {family: get_args(get_type_hints(kind)["action"]) for family, kind in FAMILIES.items()}
SIGN_UP = Condition(family="newsletter_signup", actions=("signup",))  # what `newsletter: signed_up` is about
ON_PROFILES = {"only_from", "given_freely"}
SPECIAL = {
    "newsletter": {"newsletter"},
    "cart": {"cart", "quiet"},
    "signal": {"signal", "at_least", "within"},
    "profile": {"profile", *ON_PROFILES},
    "ideal": {"ideal", *ON_PROFILES},
}


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


def tests_of(name: str, tests: TestWritten) -> Iterator[Test]:
    """The tests as the core reads them."""
    for op in ("equals", "one_of", "at_least", "at_most", "exists"):
        value = getattr(tests, op)
        if value is not None:
            yield Test(name, op, value)


def test_keys(written: object) -> object:
    """The keys of a test that is written as a bare value or a list."""
    if isinstance(written, dict):
        return written
    return {"one_of": written} if isinstance(written, list) else {"equals": written}


def channel_named(written: object) -> Channel:
    """One of the channels, in whatever case it is written."""
    known = {name.lower(): name for name in CHANNELS}
    if not isinstance(written, str) or written.lower() not in known:
        hint = did_you_mean(written, CHANNELS) if isinstance(written, str) else ""
        raise ValueError(
            f"must be a channel like Organic Search, not {shown(written)}{hint or '; ' + ', '.join(CHANNELS)}"
        )
    return known[written.lower()]


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
    channel: Annotated[tuple[Annotated[Channel, PlainValidator(channel_named)], ...], BeforeValidator(many)] = ()
    agent: Annotated[tuple[Annotated[Agent, PlainValidator(one_of(*AGENTS))], ...], BeforeValidator(many)] = ()
    address: Globs = ()
    attributes: Annotated[dict[str, Annotated[TestWritten, BeforeValidator(test_keys)]], entries(32)] = {}
    signal: Name | None = None
    at_least: Annotated[int | None, PlainValidator(whole(1, MAX_WINDOW))] = None
    within: Longer | None = None
    newsletter: Annotated[str | None, PlainValidator(one_of("signed_up"))] = None
    cart: Annotated[str | None, PlainValidator(one_of("abandoned"))] = None
    quiet: Longer | None = None
    profile: Attribute | None = None
    ideal: Annotated[Traits, entries(32)] = {}
    only_from: Sources = ()
    given_freely: Bool = False

    @property
    def form(self) -> Form:
        """Which of the kinds of condition this is."""
        if self.newsletter is not None:
            return "newsletter"
        if self.cart is not None:
            return "cart"
        if self.profile is not None:
            return "profile"
        if self.ideal:
            return "ideal"
        return "repeated" if {"signal", "at_least", "within"} & self.model_fields_set else "event"

    @model_validator(mode="after")
    def _is_one_kind(self) -> Self:
        for key, allowed in SPECIAL.items():
            strange = sorted(self.model_fields_set - allowed)
            if key in self.model_fields_set and getattr(self, key) is not None and strange:
                said = key if key == "ideal" else f'"{key}: {getattr(self, key)}"'
                raise ValueError(f"{strange[0]} does not go with {said}; that takes {_listed(allowed)} only")
        for key in sorted(ON_PROFILES & self.model_fields_set) if self.form not in ("profile", "ideal") else ():
            raise ValueError(f'{key} goes with "profile: job_title" or "ideal: ..." only')
        if self.quiet is not None and self.cart is None:
            raise ValueError('quiet goes with "cart: abandoned" only')
        if self.cart is not None and self.quiet is None:
            raise ValueError("quiet is missing: how long a cart must be left alone (try quiet: 1h)")
        if self.form == "repeated" and (self.at_least is None or self.within is None):
            raise ValueError("at_least and within go together: {signal: pricing_page, at_least: 2, within: 7d}")
        if self.family is None and self.signal is None and self.form in ("event", "repeated"):
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
