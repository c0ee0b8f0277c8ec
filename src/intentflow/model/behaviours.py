"""What a lead can do under a model, as events made up for each condition and in words: what `ways` tries.

A condition in words leaves much open: "uses a cart" may be to fill one or to look into it. So each behaviour has, of all events that were
made up for any condition of the model, one for every set of rules that those which meet it meet.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from msgspec import convert
from msgspec.structs import replace

from intentflow.domain.event import PROVENANCES, AnyEvent, Cart, NewsletterSignup, Profile
from intentflow.domain.fit import Fit, Sign
from intentflow.domain.matching import Matcher
from intentflow.domain.rules import (
    Abandoned,
    Condition,
    Counted,
    Fact,
    Graded,
    Ideal,
    Once,
    Repeated,
    ScoringModel,
    SignedUp,
    Trait,
)
from intentflow.model.condition import SIGN_UP
from intentflow.model.durations import duration_words
from intentflow.model.fit_words import provided_words, trait_words
from intentflow.model.reach import FILLED
from intentflow.model.sample import FILLINGS, meets, samples
from intentflow.model.words import Pages, condition_words

CONFIRM = Condition(family="newsletter_signup", actions=("confirm",))
NEW_CART = "a cart of its own"  # the id of carts made up: none that the lead has
MOST_VALUES = 4  # of an attribute, made up for one grade
Value = str | int | float | bool


class Behaviour(NamedTuple):
    """Something to do, and events that are it."""

    words: str
    events: tuple[AnyEvent, ...]  # no two of which do the same
    wait: int = 0  # milliseconds for which nothing must happen afterwards
    by_sales: bool = False  # not the lead's own doing
    bears_on: frozenset[str] = frozenset()  # axes on which it may bring points, and facts


def behaviours(model: ScoringModel, pages: Pages) -> tuple[Behaviour, ...]:
    """All that a signal or a fact of the model is about, in its order, each once."""
    rules = [*(s for s in model.signals if isinstance(s, Counted | Once | Repeated)), *model.facts]
    matcher: Matcher[frozenset[str]] = Matcher([(f"{n}", rule.when) for n, rule in enumerate(rules)], frozenset)
    conditions = dict.fromkeys(_conditions(model))
    known = _distinct((event for one in conditions for event in samples(one)), matcher)
    found = []
    for one in conditions:
        events = tuple(event for event in known if meets((one,), event))
        brief = condition_words(one, pages, brief=True)
        is_plain = sum(condition_words(other, pages, brief=True) == brief for other in conditions) == 1
        words = brief if is_plain else condition_words(one, pages)
        found.append(Behaviour(words, events, 0, one.family == "outcome"))
    found += _abandoned(model)
    signs = Fit(model.signals).signs
    for sign in signs:
        found += _told(sign)
    named = {f"{n}": rule for n, rule in enumerate(rules)}
    borne = [each._replace(bears_on=_bears_on(each, model, signs, matcher, named)) for each in found if each.events]
    return tuple({each.words: each for each in borne}.values())


def _bears_on(
    done: Behaviour,
    model: ScoringModel,
    signs: list[Sign],
    matcher: Matcher[frozenset[str]],
    named: dict[str, Counted | Once | Repeated | Fact],
) -> frozenset[str]:
    """Axes and facts: of the rules that its events meet, of the newsletter, of carts left alone, of what profiles are asked for."""
    found: set[str] = set()
    for event in done.events:
        met = [named[name] for name in matcher.match(event)]
        found |= {
            rule.name if isinstance(rule, Fact) else rule.axis
            for rule in met
            if isinstance(rule, Fact) or rule.points > 0
        }
        if isinstance(event, NewsletterSignup):
            found |= {signal.axis for signal in model.signals if isinstance(signal, SignedUp)}
        if isinstance(event, Profile):
            found |= {s.signal.axis for s in signs if any(name in event.profile for name, _ in s.looks)}
    return frozenset(found | {s.axis for s in model.signals if done.wait and isinstance(s, Abandoned)})


def _conditions(model: ScoringModel) -> Iterator[Condition]:
    for signal in model.signals:
        if isinstance(signal, SignedUp):
            yield from (SIGN_UP, CONFIRM)
        elif isinstance(signal, Counted | Once | Repeated):
            yield from signal.when
    for fact in model.facts:
        yield from fact.when


def _distinct(events: Iterable[AnyEvent], matcher: Matcher[frozenset[str]]) -> tuple[AnyEvent, ...]:
    """One event for each of the things that these do."""
    found: dict[tuple[object, ...], AnyEvent] = {}
    for event in events:
        action = event.action if isinstance(event, NewsletterSignup | Cart) else ""
        made = replace(event, cart_id=NEW_CART) if isinstance(event, Cart) else event
        found.setdefault((type(event), action, matcher.match(event)), made)
    return tuple(found.values())


def _abandoned(model: ScoringModel) -> Iterator[Behaviour]:
    for signal in model.signals:
        if isinstance(signal, Abandoned):
            filled = replace(samples(FILLED)[0], cart_id=NEW_CART)
            yield Behaviour(
                f"fills a cart and leaves it alone for {duration_words(signal.quiet)}", (filled,), signal.quiet
            )


def _told(sign: Sign) -> Iterator[Behaviour]:
    """Profiles that a signal gives points for: one for each grade, or for each criterion."""
    traits = (
        [(sign.signal.attribute, grade.trait) for grade in sign.signal.grades]
        if isinstance(sign.signal, Graded)
        else list(sign.signal.criteria)
    )
    for number, (attribute, trait) in enumerate(traits):
        values = grade_values(sign, number)
        is_so = "becomes known" if trait == Trait() else f"becomes known to be {trait_words(trait)}"
        words = f"{attribute} {is_so}{provided_words(sign.signal)}"
        yield Behaviour(words, tuple(_profile(sign, attribute, value) for value in values))


def grade_values(sign: Sign, number: int) -> tuple[Value, ...]:
    """Values for which the first grade that they meet is this one, or which meet this criterion; none if there are none."""
    signal = sign.signal
    if isinstance(signal, Ideal):
        _, [(has, _)] = sign.looks[number]
        return tuple(value for value in _values(signal.criteria[number][1]) if has(value))[:MOST_VALUES]
    grades = [has for has, _ in sign.looks[0][1]]
    others = (value for grade in signal.grades for value in _beside(grade.trait))
    values = dict.fromkeys((*_values(signal.grades[number].trait), *others))
    first = (v for v in values if next((i for i, has in enumerate(grades) if has(v)), -1) == number)
    return tuple(first)[:MOST_VALUES]


def _values(trait: Trait) -> Iterator[Value]:
    yield from trait.one_of
    yield from (glob.replace("*", some).replace("?", "x") for glob in trait.like for some in FILLINGS)
    yield from (bound for bound in (trait.at_least, trait.at_most) if bound is not None)
    if trait == Trait():
        yield from ("something", 1, True)


def _beside(trait: Trait) -> Iterator[Value]:
    """Numbers just outside of its bounds, where another grade may begin."""
    for bound in (trait.at_least, trait.at_most):
        if bound is not None:
            yield from (bound - 1, bound + 1, bound - 0.01, bound + 0.01)


def _profile(sign: Sign, attribute: str, value: Value) -> Profile:
    source = sign.signal.only_from[0] if sign.signal.only_from else PROVENANCES[0]
    told = {"profile": {attribute: value}, "provenance": source, "given_freely": sign.signal.given_freely}
    return convert({"event_id": "sample", "occurred_at": "2026-01-01T00:00:00Z", **told}, type=Profile)
