"""Conditions as they are written under `when:`: on an event, on repetition, on the newsletter, on a cart left alone."""

from typing import Annotated, Literal, Self, get_args, get_type_hints

from pydantic import BeforeValidator, PlainValidator, model_validator

from intentflow.domain.event import FAMILIES
from intentflow.domain.rules import MAX_WINDOW, Condition
from intentflow.model.suggest import did_you_mean
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

Form = Literal["event", "repeated", "newsletter", "cart"]
ACTIONS = {family: get_args(get_type_hints(kind)["action"]) for family, kind in FAMILIES.items()}
SIGN_UP = Condition(family="newsletter_signup", actions=("signup",))  # what `newsletter: signed_up` is about
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
                raise ValueError(
                    f'{strange[0]} does not go with "{key}: {getattr(self, key)}"; that takes {_listed(allowed)} only'
                )
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
