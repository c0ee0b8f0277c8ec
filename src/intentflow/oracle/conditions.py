"""Which signals and facts an event meets, and what the reference keeps of it.

The sentences quoted are those of `docs/semantics.md`.
"""

from functools import lru_cache
from typing import Any, NamedTuple
from zlib import crc32

from msgspec import Struct

from intentflow.domain.event import FAMILY_OF, Cart, Event
from intentflow.domain.rules import Abandoned, Condition, Counted, Graded, Ideal, ScoringModel, SignedUp, Test
from intentflow.oracle.contents import Contents, contents_told, empties
from intentflow.oracle.globs import glob_matches
from intentflow.oracle.origins import agent_of, campaign_of, channel_of
from intentflow.oracle.profiles import Telling, address_of, attributes_of, tellings

HUMAN = 0.5
ENDS = ("unsubscribe", "bounce", "purchase")


class Kept(Struct, frozen=True, gc=False):
    """All that the reference keeps of an accepted event."""

    at: int  # epoch milliseconds
    id_hash: int
    family: str
    action: str
    cart: bytes  # the cart's id; b"" for all carts without one
    signals: frozenset[str]  # names of those it met
    facts: frozenset[str]  # names of those it met
    ways: tuple[tuple[str, str], ...]  # of facts, by the fact's name and its own
    counts: bool  # it met a `Counted` signal
    tells: tuple[Telling, ...] = ()
    empties: bool = False  # it says that its cart is empty
    contents: Contents | None = None  # what it tells of its cart
    weight: float = 1.0  # of the event itself, by evidence
    told: tuple[str, ...] = ()  # rules of evidence that it tells of its hour
    patterns: tuple[str, ...] = ()  # rules of evidence that it may be part of
    suspect: tuple[str, ...] = ()  # rules of evidence with `before` that it meets
    after: tuple[str, ...] = ()  # rules of evidence whose `before` it meets
    bound: int = 0  # no event before it could count any more when this one came


def kept(model: ScoringModel, event: Event, at: int) -> Kept:
    """An event as the reference keeps it. `at`: its time, in epoch milliseconds."""
    said = said_of(model, event)
    signals = signals_met(model, event, said)
    facts = [fact.name for fact in model.facts if any(holds(when, event) for when in fact.when)]
    ways = [
        (fact.name, way.name)
        for fact in model.facts
        for way in fact.ways
        if any(holds(when, event) for when in way.when)
    ]
    return Kept(
        at=at,
        id_hash=crc32(event.event_id.encode()),
        family=FAMILY_OF[type(event)],
        action=_action(event),
        cart=(event.cart_id or "").encode() if isinstance(event, Cart) else b"",
        signals=_shared(signals),
        facts=_shared(frozenset() if said.dubious else frozenset(facts)),
        ways=() if said.dubious else tuple(ways),
        counts=any(isinstance(signal, Counted) and signal.name in signals for signal in model.signals),
        tells=() if said.dubious else tellings(model, event, at),
        empties=empties(event),
        contents=contents_told(event, at),
        weight=said.weight,
        told=said.told,
        patterns=said.patterns,
        suspect=said.suspect,
        after=said.after,
    )


class Said(NamedTuple):
    """What the rules of evidence say of one event."""

    weight: float
    dubious: bool
    itself: bool
    told: tuple[str, ...]
    patterns: tuple[str, ...]
    suspect: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


def said_of(model: ScoringModel, event: Event) -> Said:
    """'Its weight is the least of the rules without a pattern that it meets'; one without `of` is about the event alone."""
    rules = [rule for rule in model.evidence if any(holds(when, event) for when in rule.when)]
    single = [rule for rule in rules if not rule.at_least and not rule.before]
    weight, itself = min([1.0, *(rule.weight for rule in single)]), any(not rule.of for rule in single)
    if itself:
        return Said(weight, True, True, (), ())
    patterns = tuple(rule.name for rule in rules if rule.at_least)
    suspect = tuple(rule.name for rule in rules if rule.before)
    after = tuple(rule.name for rule in model.evidence if any(holds(when, event) for when in rule.before))
    return Said(weight, weight < HUMAN, False, tuple(rule.name for rule in single), patterns, suspect, after)


def signals_met(model: ScoringModel, event: Event, said: Said) -> frozenset[str]:
    """The names of the signals that take this event."""
    met = set()
    for signal in model.signals:
        if isinstance(signal, SignedUp):
            takes = FAMILY_OF[type(event)] == "newsletter_signup" and (not said.dubious or _action(event) in ENDS)
        elif isinstance(signal, Abandoned):
            takes = FAMILY_OF[type(event)] == "cart" and (not said.dubious or _action(event) in ENDS)
        elif isinstance(signal, Graded | Ideal):
            takes = False  # they look at the profile, whoever told it
        elif said.itself or (said.dubious and not isinstance(signal, Counted)):
            takes = False
        else:
            takes = any(holds(when, event) for when in signal.when)
        if takes:
            met.add(signal.name)
    return frozenset(met)


def holds(condition: Condition, event: Event) -> bool:
    """'Its family is the condition's, its action is one of `actions` (if given), and all else that is given holds.'"""
    return (
        FAMILY_OF[type(event)] == condition.family
        and (not condition.actions or _action(event) in condition.actions)
        and _page_holds(condition, event)
        and _campaign_holds(condition, event)
        and (not condition.channel or channel_of(event) in condition.channel)
        and (not condition.agent or agent_of(event) in condition.agent)
        and (not condition.address or _one_matches(condition.address, address_of(event)))
        and (not condition.attributes or all(attribute_passes(t, attributes_of(event)) for t in condition.attributes))
    )


def _page_holds(condition: Condition, event: Event) -> bool:
    """'An event without a page has the URL `""`.'"""
    url = event.page.url if event.page is not None else ""
    if condition.url and not any(glob_matches(glob, url) for glob in condition.url):
        return False
    return not any(glob_matches(glob, url) for glob in condition.not_url)


def _campaign_holds(condition: Condition, event: Event) -> bool:
    """'`campaign` looks at the campaign's `name` and `id`.'"""
    if condition.targeted is None and not (condition.campaign or condition.source or condition.medium):
        return True
    campaign = campaign_of(event)
    name, number, source, medium = (
        (campaign.name, campaign.id, campaign.source, campaign.medium) if campaign else (None,) * 4
    )
    if condition.campaign and not (_one_matches(condition.campaign, name) or _one_matches(condition.campaign, number)):
        return False
    if condition.source and not _one_matches(condition.source, source):
        return False
    if condition.medium and not _one_matches(condition.medium, medium):
        return False
    return condition.targeted is None or condition.targeted == (campaign is not None)


def _one_matches(globs: tuple[str, ...], field: str | None) -> bool:
    """'A missing campaign field matches no glob', nor does a missing address."""
    return field is not None and any(glob_matches(glob, field) for glob in globs)


def attribute_passes(test: Test, attributes: dict[str, str | int | float | bool]) -> bool:
    """'A missing one fails every test but `exists: false`; `at_least` and `at_most` hold for numbers only (a bool is no
    number).'"""
    if test.op == "exists":
        return (test.attribute in attributes) == test.value
    if test.attribute not in attributes:
        return False
    found = attributes[test.attribute]
    if test.op == "equals":
        return _same(found, test.value)
    if test.op == "one_of":
        return isinstance(test.value, tuple) and any(_same(found, value) for value in test.value)
    if isinstance(found, bool | str) or not isinstance(test.value, int | float):
        return False
    return found >= test.value if test.op == "at_least" else found <= test.value


def _same(found: object, wanted: object) -> bool:
    """'`equals` and `one_of` compare with type: text with text, numbers with numbers, bools with bools.'"""
    return _type_of(found) == _type_of(wanted) and found == wanted


def _type_of(value: object) -> str:
    return "bool" if isinstance(value, bool) else "text" if isinstance(value, str) else "number"


def _action(event: Any) -> str:  # each of the four families has one, their parent has none
    return str(event.action)


@lru_cache(maxsize=4096)
def _shared(names: frozenset[str]) -> frozenset[str]:
    """One set for all events that met the same: a million events are kept at once."""
    return names
