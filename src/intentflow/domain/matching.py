"""Which rules an event meets.

The answer depends on the family, the action, the URL and the campaign, and seldom on attributes. So it is worked out once for each such
combination and remembered; what depends on attributes is left open and tried on each event. The memory is bounded and only a memory.
Only where a rule asks for the channel, the agent or the address, these are looked at too, and are part of the combination.
"""

import fnmatch
import re
from collections.abc import Callable, Iterable
from functools import lru_cache, partial
from typing import Generic, NamedTuple, TypeVar

from intentflow.domain.agents import classifier
from intentflow.domain.campaigns import campaign_of
from intentflow.domain.channels import channel_of
from intentflow.domain.event import FAMILY_OF, AnyEvent, Attribute, Campaign, Profile
from intentflow.domain.profile import address_of, values_of
from intentflow.domain.rules import Agent, Channel, Condition, Test

REMEMBERED = 20_000  # combinations; then it starts afresh


T = TypeVar("T")


class Hits(NamedTuple):
    """The rules that an event meets whatever its attributes are, and those that its attributes decide."""

    sure: frozenset[str]
    open: tuple[tuple[str, tuple[Test, ...]], ...]


class Matcher(Generic[T]):
    """Rules by name, each with its conditions (any of them), and what is to be made of a set of rules that were met."""

    def __init__(self, rules: Iterable[tuple[str, tuple[Condition, ...]]], make: Callable[[frozenset[str]], T]) -> None:
        self._rules = [(name, [(when, _compiled(when)) for when in conditions]) for name, conditions in rules]
        asked = [when for _, conditions in self._rules for when, _ in conditions]
        looks = {channel: any(when.channel for when in asked), agent: any(when.agent for when in asked)}
        self._looks: list[Callable[[AnyEvent], object]] = [look for look, needed in looks.items() if needed]
        addresses = tuple(dict.fromkeys(when.address for when in asked if when.address))
        self._looks += [partial(_addresses, [any_glob(globs) for globs in addresses])] if addresses else []
        self._make = make
        self._made: dict[frozenset[str], T] = {}
        self.known: dict[tuple[object, ...], T] = {}  # of those that attributes don't decide, by what `match` looks at
        self._undecided: dict[tuple[object, ...], Hits] = {}

    def match(self, event: AnyEvent) -> T:
        """What `make` makes of the names of the rules that this event meets."""
        page = event.page
        what: tuple[object, ...] = (event.__class__, event.action, None if page is None else page.url, event.campaign)
        if self._looks:
            what += tuple([look(event) for look in self._looks])
        made = self.known.get(what)
        return self._match(event, what) if made is None else made

    def _match(self, event: AnyEvent, what: tuple[object, ...]) -> T:
        """The same for what is not known yet, or not for good."""
        hits = self._undecided.get(what)
        if hits is None:
            hits = self._work_out(event)
            for known in (self.known, self._undecided):
                if len(known) >= REMEMBERED:
                    known.clear()
            if not hits.open:
                made = self.known[what] = self._make_of(hits.sure)
                return made
            self._undecided[what] = hits
        told = _told(event, hits) if isinstance(event, Profile) else event.attributes
        return self._make_of(hits.sure.union(name for name, tests in hits.open if passes(tests, told)))

    def _make_of(self, names: frozenset[str]) -> T:
        made = self._made.get(names)
        if made is None:
            made = self._made[names] = self._make(names)
        return made

    def _work_out(self, event: AnyEvent) -> Hits:
        sure: set[str] = set()
        undecided: list[tuple[str, tuple[Test, ...]]] = []
        for name, conditions in self._rules:
            met = [when.attributes for when, holds in conditions if holds(event)]
            if not all(met):
                sure.add(name)
            else:
                undecided.extend((name, tests) for tests in met)
        return Hits(frozenset(sure), tuple(undecided))


def _told(event: Profile, hits: Hits) -> dict[str, Attribute]:
    """What a profile's record says, as far as it is asked for."""
    return dict(values_of(event, frozenset(test.attribute for _, tests in hits.open for test in tests)))


def passes(tests: tuple[Test, ...], attributes: dict[str, Attribute] | None) -> bool:
    """Whether these attributes pass all tests."""
    return all(_passes(test, (attributes or {}).get(test.attribute)) for test in tests)


def _passes(test: Test, value: Attribute | None) -> bool:
    if test.op == "exists":
        return (value is not None) == test.value
    if value is None:
        return False
    if test.op == "one_of":
        return isinstance(test.value, tuple) and any(is_same(value, wanted) for wanted in test.value)
    if test.op == "equals":
        return is_same(value, test.value)
    bound = test.value
    if isinstance(value, bool | str) or isinstance(bound, bool | str | tuple):
        return False
    return value >= bound if test.op == "at_least" else value <= bound


def is_same(value: object, wanted: object) -> bool:
    """Whether they are equal and of one kind: text, number or bool."""
    kinds = tuple(
        "text" if isinstance(x, str) else "bool" if isinstance(x, bool) else "number" for x in (value, wanted)
    )
    return kinds[0] == kinds[1] and value == wanted


def campaign(event: AnyEvent) -> Campaign | None:
    """The campaign that the event or its page's address names; None: nobody was targeted."""
    return campaign_of(event.campaign, None if event.page is None else event.page.url)


def channel(event: AnyEvent) -> Channel:
    """By which channel somebody came to the event's page."""
    page = event.page
    return (
        channel_of(None, None, event.campaign) if page is None else channel_of(page.url, page.referrer, event.campaign)
    )


def agent(event: AnyEvent) -> Agent:
    """Who sent the event's request, as far as its user agent and its attribute `purpose` tell."""
    return classifier()(event.user_agent, event.attributes.get("purpose") if event.attributes else None)


@lru_cache(maxsize=10_000)
def any_glob(patterns: tuple[str, ...]) -> Callable[[str], bool]:
    """A test whether one of the globs matches a whole text, without regard to case: `*` is any text, `?` any character.

    Most globs say how a text ends or what it contains, and need no regular expression: a third of the time. The expression of the others is
    that of `fnmatch`, whose stars don't backtrack into each other: a URL comes from anybody, and may be made to take long.
    """
    ends: list[str] = []
    parts: list[str] = []
    others: list[str] = []
    for pattern in patterns:
        text = pattern.lower()
        if text[:1] == "*" and not {"*", "?"} & set(text[1:]):
            ends.append(text[1:])
        elif text[:1] == text[-1:] == "*" and not {"*", "?"} & set(text[1:-1]):
            parts.append(text[1:-1])
        else:
            others.append(fnmatch.translate(text.replace("[", "[[]")))
    suffixes, match = tuple(ends), re.compile("|".join(others)).match

    def matches(text: str) -> bool:
        text = text.lower()
        return (
            text.endswith(suffixes) or any(part in text for part in parts) or (bool(others) and match(text) is not None)
        )

    return matches


def _compiled(when: Condition) -> Callable[[AnyEvent], bool]:
    """All of the condition but its attributes, as one test."""
    tests: list[Callable[[AnyEvent], bool]] = [lambda e: FAMILY_OF[e.__class__] == when.family]
    if when.actions:
        tests.append(lambda e: e.action in when.actions)
    if when.url:
        tests.append(partial(_url_any, any_glob(when.url)))
    if when.not_url:
        unwanted = partial(_url_any, any_glob(when.not_url))
        tests.append(lambda e: not unwanted(e))
    for fields, patterns in ((("name", "id"), when.campaign), (("source",), when.source), (("medium",), when.medium)):
        if patterns:
            tests.append(partial(_campaign_any, fields, any_glob(patterns)))
    if when.targeted is not None:
        tests.append(lambda e: (campaign(e) is not None) == when.targeted)
    if when.channel:
        tests.append(lambda e: channel(e) in when.channel)
    if when.agent:
        classifier()
        tests.append(lambda e: agent(e) in when.agent)
    if when.address:
        tests.append(partial(_address_any, any_glob(when.address)))
    return lambda e: all(test(e) for test in tests)


def _address_any(matches: Callable[[str], bool], event: AnyEvent) -> bool:
    address = address_of(event)
    return address is not None and matches(address)


def _addresses(globs: list[Callable[[str], bool]], event: AnyEvent) -> tuple[bool, ...]:
    """Which of these the event's address matches: there are few, and of addresses there is no end."""
    return tuple([_address_any(matches, event) for matches in globs])


def _url_any(matches: Callable[[str], bool], event: AnyEvent) -> bool:
    return matches("" if event.page is None else event.page.url)


def _campaign_any(fields: tuple[str, ...], matches: Callable[[str], bool], event: AnyEvent) -> bool:
    found = campaign(event)
    texts = [getattr(found, field, None) for field in fields]
    return any(matches(text) for text in texts if text is not None)
