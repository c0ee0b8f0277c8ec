"""Which rules an event meets.

The answer depends on the family, the action, the URL and the campaign, and seldom on attributes. So it is worked out once for each such
combination and remembered; what depends on attributes is left open and tried on each event. The memory is bounded and only a memory.
"""

import fnmatch
import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import Generic, NamedTuple, TypeVar

from intentflow.domain.event import FAMILY_OF, AnyEvent, Attribute, Campaign
from intentflow.domain.rules import Condition, Test

REMEMBERED = 20_000  # combinations; then it starts afresh


T = TypeVar("T")


class Hits(NamedTuple, Generic[T]):
    """The rules that an event meets whatever its attributes are, and those that its attributes decide."""

    sure: frozenset[str]
    open: tuple[tuple[str, tuple[Test, ...]], ...]
    made: T  # of the sure ones


class Matcher(Generic[T]):
    """Rules by name, each with its conditions (any of them), and what is to be made of a set of rules that were met."""

    def __init__(self, rules: Iterable[tuple[str, tuple[Condition, ...]]], make: Callable[[frozenset[str]], T]) -> None:
        self._rules = [(name, [(when, _compiled(when)) for when in conditions]) for name, conditions in rules]
        self._make = make
        self._made: dict[frozenset[str], T] = {}
        self._known: dict[tuple[object, ...], Hits[T]] = {}

    def match(self, event: AnyEvent) -> T:
        """What `make` makes of the names of the rules that this event meets."""
        page = event.page
        what = (event.__class__, event.action, None if page is None else page.url, event.campaign)
        hits = self._known.get(what)
        if hits is None:
            hits = self._work_out(event)
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[what] = hits
        if not hits.open:
            return hits.made
        return self._make_of(hits.sure.union(name for name, tests in hits.open if passes(tests, event.attributes)))

    def _make_of(self, names: frozenset[str]) -> T:
        made = self._made.get(names)
        if made is None:
            made = self._made[names] = self._make(names)
        return made

    def _work_out(self, event: AnyEvent) -> Hits[T]:
        sure: set[str] = set()
        undecided: list[tuple[str, tuple[Test, ...]]] = []
        for name, conditions in self._rules:
            met = [when.attributes for when, holds in conditions if holds(event)]
            if not all(met):
                sure.add(name)
            else:
                undecided.extend((name, tests) for tests in met)
        names = frozenset(sure)
        return Hits(names, tuple(undecided), self._make_of(names))


def passes(tests: tuple[Test, ...], attributes: dict[str, Attribute] | None) -> bool:
    """Whether these attributes pass all tests."""
    return all(_passes(test, (attributes or {}).get(test.attribute)) for test in tests)


def _passes(test: Test, value: Attribute | None) -> bool:
    if test.op == "exists":
        return (value is not None) == test.value
    if value is None:
        return False
    if test.op == "one_of":
        return isinstance(test.value, tuple) and any(_same(value, wanted) for wanted in test.value)
    if test.op == "equals":
        return _same(value, test.value)
    bound = test.value
    if isinstance(value, bool | str) or isinstance(bound, bool | str | tuple):
        return False
    return value >= bound if test.op == "at_least" else value <= bound


def _same(value: object, wanted: object) -> bool:
    kinds = tuple(
        "text" if isinstance(x, str) else "bool" if isinstance(x, bool) else "number" for x in (value, wanted)
    )
    return kinds[0] == kinds[1] and value == wanted


def targeted(campaign: Campaign | None) -> bool:
    """Whether somebody came through a campaign's link: at least one field is filled."""
    return campaign is not None and any(
        (campaign.id, campaign.name, campaign.source, campaign.medium, campaign.term, campaign.content)
    )


def glob(pattern: str) -> Callable[[str], bool]:
    """A test for a whole text, without regard to case: `*` is any text, `?` any character.

    The expression is `fnmatch`'s, whose stars don't backtrack into each other: a URL comes from anybody, and may be made to take long.
    """
    match = re.compile(fnmatch.translate(pattern.lower().replace("[", "[[]"))).match
    return lambda text: match(text.lower()) is not None


def _compiled(when: Condition) -> Callable[[AnyEvent], bool]:
    """All of the condition but its attributes, as one test."""
    tests: list[Callable[[AnyEvent], bool]] = [lambda e: FAMILY_OF[e.__class__] == when.family]
    if when.actions:
        tests.append(lambda e: e.action in when.actions)
    if when.url:
        tests.append(partial(_url_any, [glob(p) for p in when.url]))
    if when.not_url:
        unwanted = partial(_url_any, [glob(p) for p in when.not_url])
        tests.append(lambda e: not unwanted(e))
    for fields, patterns in ((("name", "id"), when.campaign), (("source",), when.source), (("medium",), when.medium)):
        if patterns:
            tests.append(partial(_campaign_any, fields, [glob(p) for p in patterns]))
    if when.targeted is not None:
        tests.append(lambda e: targeted(e.campaign) == when.targeted)
    return lambda e: all(test(e) for test in tests)


def _url_any(globs: list[Callable[[str], bool]], event: AnyEvent) -> bool:
    url = "" if event.page is None else event.page.url
    return any(matches(url) for matches in globs)


def _campaign_any(fields: tuple[str, ...], globs: list[Callable[[str], bool]], event: AnyEvent) -> bool:
    texts = [getattr(event.campaign, field, None) for field in fields]
    return any(matches(text) for text in texts if text is not None for matches in globs)
