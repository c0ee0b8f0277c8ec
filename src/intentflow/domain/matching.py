"""Which rules an event meets.

The answer depends on the family, the action, the URL and the campaign, and seldom on attributes. So it is worked out once for each such
combination and remembered; what depends on attributes is left open and tried on each event. The memory is bounded and only a memory.
Only what the rules ask of a family and action is looked at and is part of the combination: where none asks for the URL, all pages are one.
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Generic, Literal, NamedTuple, TypeVar, cast

from intentflow.domain.agents import classifier
from intentflow.domain.campaigns import campaign_of
from intentflow.domain.channels import channel_of
from intentflow.domain.event import FAMILY_OF, AnyEvent, Attribute, Campaign, Profile
from intentflow.domain.globs import any_glob
from intentflow.domain.profile import address_of, values_of
from intentflow.domain.rules import Agent, Channel, Condition, Test

REMEMBERED = 20_000  # combinations; then it starts afresh

T = TypeVar("T")
Asked = Literal["nothing", "page", "more"]  # of events of one family and action, besides their attributes


class Hits(NamedTuple):
    """The rules that an event meets whatever its attributes are, and those that its attributes decide."""

    sure: frozenset[str]
    open: tuple[tuple[str, tuple[Test, ...]], ...]


Rule = tuple[str, list[tuple[Condition, Callable[[AnyEvent], bool]]]]  # by name, its conditions as tests


class Kind(Generic[T]):
    """The events of one family and action: the rules that some of them may meet, and what tells them apart.

    `only` is the answer for all of them, if nothing does. Where only the URL does, `known` is by URL ("" for none).
    """

    __slots__ = ("_looks", "_rules", "asks_more", "known", "only", "undecided")

    def __init__(self, rules: list[Rule]) -> None:
        self._rules, self.only = rules, cast(T | None, None)
        self.known: dict[object, T] = {}  # of those that attributes don't decide
        self.undecided: dict[object, Hits] = {}
        asked = [when for _, conditions in rules for when, _ in conditions]
        looks = {channel: any(when.channel for when in asked), agent: any(when.agent for when in asked)}
        self._looks: list[Callable[[AnyEvent], object]] = [look for look, needed in looks.items() if needed]
        addresses = tuple(dict.fromkeys(when.address for when in asked if when.address))
        self._looks += [partial(_addresses, [any_glob(globs) for globs in addresses])] if addresses else []
        self.asks_more = bool(self._looks) or any(map(_asks_campaign, asked))

    def what(self, event: AnyEvent) -> object:
        """What tells it apart."""
        page = event.page
        url = "" if page is None else page.url
        return (url, event.campaign, *[look(event) for look in self._looks]) if self.asks_more else url

    def is_one(self) -> bool:
        """Whether nothing but attributes tells its events apart."""
        asked = [when for _, conditions in self._rules for when, _ in conditions]
        return not self.asks_more and not any(when.url or when.not_url for when in asked)

    def work_out(self, event: AnyEvent) -> Hits:
        """The rules that it meets."""
        sure: set[str] = set()
        undecided: list[tuple[str, tuple[Test, ...]]] = []
        for name, conditions in self._rules:
            met = [when.attributes for when, holds in conditions if holds(event)]
            if not all(met):
                sure.add(name)
            else:
                undecided.extend((name, tests) for tests in met)
        return Hits(frozenset(sure), tuple(undecided))


class Matcher(Generic[T]):
    """Rules by name, each with its conditions (any of them), and what is to be made of a set of rules that were met."""

    def __init__(self, rules: Iterable[tuple[str, tuple[Condition, ...]]], make: Callable[[frozenset[str]], T]) -> None:
        self._rules: list[Rule] = [
            (name, [(when, _compiled(when)) for when in conditions]) for name, conditions in rules
        ]
        self._make = make
        self._made: dict[frozenset[str], T] = {}
        self._kinds: dict[type, dict[str, Kind[T]]] = {family: {} for family in FAMILY_OF}  # by action

    def match(self, event: AnyEvent) -> T:
        """What `make` makes of the names of the rules that this event meets."""
        kind = self._kinds[event.__class__].get(event.action)
        if kind is None:
            kind = self._begin(event)
        made = kind.only
        if made is None:
            page = event.page
            made = kind.known.get("" if page is None else page.url)  # found so, where no more than the URL is asked for
            if made is None:
                made = self._match(event, kind, kind.what(event))
        return made

    def tell(self, event: AnyEvent) -> tuple[T | None, Asked]:
        """The same, for good, for all events of its family and action of which no more is asked; None: of some more is asked than that."""
        made, kind = self.match(event), self._kinds[event.__class__][event.action]
        if kind.only is not None or kind.asks_more:
            return (made, "nothing") if kind.only is not None else (None, "more")
        return kind.known.get(kind.what(event)), "nothing" if kind.is_one() else "page"

    def _begin(self, event: AnyEvent) -> Kind[T]:
        family = event.__class__
        kind = self._kinds[family][event.action] = Kind(self._concerning(FAMILY_OF[family], event.action))
        return kind

    def _concerning(self, family: str, action: str) -> list[Rule]:
        """The rules that some event of a family and action may meet."""
        found = [
            (name, [one for one in conditions if one[0].family == family and action in (one[0].actions or (action,))])
            for name, conditions in self._rules
        ]
        return [rule for rule in found if rule[1]]

    def _match(self, event: AnyEvent, kind: Kind[T], what: object) -> T:
        """The same for what its URL alone doesn't tell, or not for good."""
        found = kind.known.get(what)
        if found is not None:
            return found
        hits = kind.undecided.get(what)
        if hits is None:
            hits = kind.work_out(event)
            for known in (kind.known, kind.undecided):
                if len(known) >= REMEMBERED:
                    known.clear()
            if not hits.open:
                made = kind.known[what] = self._make_of(hits.sure)
                kind.only = made if kind.is_one() else None
                return made
            kind.undecided[what] = hits
        told = _told(event, hits) if type(event) is Profile else event.attributes
        return self._make_of(hits.sure.union(name for name, tests in hits.open if passes(tests, told)))

    def _make_of(self, names: frozenset[str]) -> T:
        made = self._made.get(names)
        if made is None:
            made = self._made[names] = self._make(names)
        return made

    @property
    def combinations(self) -> int:
        """How many it knows the answer of."""
        return sum(len(kind.known) for kinds in self._kinds.values() for kind in kinds.values())


def _asks_campaign(when: Condition) -> bool:
    return bool(when.campaign or when.source or when.medium or when.channel) or when.targeted is not None


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


def _compiled(when: Condition) -> Callable[[AnyEvent], bool]:
    """All of the condition but its family, actions and attributes, as one test."""
    tests: list[Callable[[AnyEvent], bool]] = []
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
