"""What a profile is worth: graded attributes, and closeness to an ideal one.

Neither fades. What was told longer ago than a signal's `lasts` no longer counts: then its worth jumps, and `due.py` looks there.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from intentflow.domain.event import Provenance
from intentflow.domain.globs import any_glob
from intentflow.domain.mail import DERIVED
from intentflow.domain.matching import is_same
from intentflow.domain.profile import Telling, Tellings, Value
from intentflow.domain.rules import AnySignal, Graded, Ideal, OfProfile, Trait

Has = Callable[[Value], bool]


class Sign(NamedTuple):
    """A signal on the profile, ready to be read: attributes, each with what it may be and what that counts for."""

    number: int  # among the model's signals
    signal: Graded | Ideal
    looks: list[tuple[str, list[tuple[Has, float]]]]


class Attribute(NamedTuple):
    """An attribute that a model asks for, as it is known. Times are epoch milliseconds."""

    name: str
    value: Value
    at: int
    provenance: Provenance
    given_freely: bool
    until: int | None  # a signal no longer counts it from here on; None: none ever will


class Fit:
    """A model's signals on profiles."""

    def __init__(self, signals: Iterable[AnySignal]) -> None:
        self.signs = [_sign(n, s) for n, s in enumerate(signals) if isinstance(s, Graded | Ideal)]
        self.asked = list(dict.fromkeys(name for sign in self.signs for name, _ in sign.looks))
        self.asks_mail = not set(DERIVED).isdisjoint(self.asked)
        looked_at = ((name, sign.signal.lasts) for sign in self.signs for name, _ in sign.looks)
        self._lasts = [(name, lasts) for name, lasts in looked_at if lasts is not None]

    def worths(self, profile: Tellings, now: int) -> Iterator[tuple[int, float]]:
        """The number of each signal that the profile gives points for, and the points."""
        for number, signal, looks in self.signs:
            points = 0.0
            for name, grades in looks:
                told = profile.get(name)
                if told is not None and told.value is not None and counts(signal, told, now):
                    points += next((of for has, of in grades if has(told.value)), 0.0)
            if isinstance(signal, Ideal):
                points = signal.points * points / len(signal.criteria)
            if points:
                yield number, points

    def ends(self, profile: Tellings) -> Iterator[int]:
        """The times at which an attribute no longer counts for a signal."""
        for name, lasts in self._lasts:
            told = profile.get(name)
            if told is not None and told.value is not None:
                yield told.at + lasts

    def next_end(self, profile: Tellings, now: int) -> float:
        """The earliest of these after `now`."""
        return min((end for end in self.ends(profile) if end > now), default=float("inf"))

    def is_other(self, before: Tellings, after: Tellings, now: int) -> bool:
        """Whether a later profile may be worth something else at `now` than the one before it: most tell the same again."""
        for name in self.asked:
            old, new = before.get(name), after.get(name)
            if old is not new and (old is None or new is None or not _says_the_same(old, new)):
                return True
        return any(name in before and before[name].at + lasts <= now for name, lasts in self._lasts)

    def known(self, profile: Tellings | None) -> list[Attribute]:
        """What is known of all that the model asks for, in the model's order."""
        found = ((name, (profile or {}).get(name)) for name in self.asked)
        return [
            Attribute(name, told.value, told.at, told.provenance, told.freely, self._until(name, told))
            for name, told in found
            if told is not None and told.value is not None
        ]

    def _until(self, name: str, told: Telling) -> int | None:
        lasts = [lasts for asked, lasts in self._lasts if asked == name]
        return told.at + min(lasts) if lasts else None


def _says_the_same(one: Telling, other: Telling) -> bool:
    """Whether two tellings differ in nothing but when they were told."""
    return one[2:] == other[2:] and one.value.__class__ is other.value.__class__


def counts(signal: OfProfile, told: Telling, now: int) -> bool:
    """Whether a signal looks at what was told so: not too old, from a source that it takes, given freely if it asks for that."""
    return (
        (signal.lasts is None or now < told.at + signal.lasts)
        and (not signal.only_from or told.provenance in signal.only_from)
        and (told.freely or not signal.given_freely)
    )


def criteria_met(signal: Ideal, points: float) -> str:
    """How many criteria are met, by the points that they are worth: `3 of 5`."""
    return f"{round(points / signal.points * len(signal.criteria))} of {len(signal.criteria)}"


def _sign(number: int, signal: Graded | Ideal) -> Sign:
    if isinstance(signal, Graded):
        return Sign(number, signal, [(signal.attribute, [(_has(g.trait), g.points) for g in signal.grades])])
    return Sign(number, signal, [(name, [(_has(trait), 1.0)]) for name, trait in signal.criteria])


def _has(trait: Trait) -> Has:
    """A test whether a value is as the trait says."""
    matches = any_glob(trait.like) if trait.like else None
    least, most = trait.at_least, trait.at_most

    def has(value: Value) -> bool:
        if trait.one_of and not any(is_same(value, wanted) for wanted in trait.one_of):
            return False
        if matches is not None and not (isinstance(value, str) and matches(value)):
            return False
        if least is None and most is None:
            return True
        if isinstance(value, bool | str):
            return False
        return (least is None or value >= least) and (most is None or value <= most)

    return has
