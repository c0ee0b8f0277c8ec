"""Evidence: what no human did, by whatever tells. It is weighed, not dropped. `docs/semantics.md`, "Evidence".

A robot that says what it is, a page loaded ahead, a link that no human sees, five clicks within a second: each is told of the hour in which
it happened, and what signals count in that hour is worth less. What came first, the evidence or what it disproves, makes no difference, as
long as the hour's periods are open; a set of (hour, rule) merges. Few leads have any, so a lead holds None until it has.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterator
from typing import NamedTuple

from msgspec.structs import replace

from intentflow.domain.before import Kinds, hours_told, kept, marks
from intentflow.domain.change import rfc3339
from intentflow.domain.event import AnyEvent
from intentflow.domain.lead import Lead
from intentflow.domain.matching import Matcher, agent, passes
from intentflow.domain.rules import HUMAN, MAX_BURST, MAX_HOURS, Condition, Counted, Evidence, ScoringModel
from intentflow.domain.worth import STAMP, code

BEFORE = "/before"  # no name that is written has a stroke
AGENTS_KNOWN = 4096  # user agents that are known to be nobody's evidence; then it starts afresh
NOBODY = frozenset[str | None]({None, ""})


class Verdict(NamedTuple):
    """What the rules say of one event."""

    weight: float  # the least of the rules that it meets; 1 is a human's
    dubious: bool  # no human's: once-only signals, facts, carts and the like don't take it
    itself: bool  # it counts in nothing, and nothing else is concerned
    told: tuple[Evidence, ...]  # of its hour
    patterns: tuple[Evidence, ...]  # it may be part of these
    marks: tuple[tuple[Evidence, Kinds], ...] = ()  # of rules with `before`: what it is to them


class Telling(NamedTuple):
    """Hours of which a rule is told; by a rule with `before` these and no others."""

    rule: Evidence
    hours: Collection[int]


Tellings = list[Telling]


class Doubt(NamedTuple):
    """A rule of evidence that was told of a lead, and the hours in which."""

    rule: str
    weight: float
    because: str
    hours: tuple[str, ...]  # their beginnings, RFC 3339


class Doubts:
    """A model's rules of evidence."""

    def __init__(self, model: ScoringModel) -> None:
        self._rules = {code_of(rule): rule for rule in model.evidence}
        self._orders = frozenset(code_of(rule) for rule in model.evidence if rule.before)
        self._hour = model.hour
        counted = [s for s in model.signals if isinstance(s, Counted) and s.limit is not None]
        self._of = {code(s.name).to_bytes(4, "little"): self._concerning(s) for s in counted}
        self._periods = {s.limit.period for s in counted if s.limit is not None}
        self._longest = max(self._periods, default=0)
        asked = [(rule.name, rule.when) for rule in model.evidence]
        asked += [(f"{rule.name}{BEFORE}", rule.before) for rule in model.evidence if rule.before]
        self._matcher = Matcher(asked, self._verdict_of)
        self._by_name = {rule.name: rule for rule in model.evidence}
        self.humans: set[str | None] = set(NOBODY)  # user agents that speak for nothing but a human
        self.asks_address = any(when.address for rule in model.evidence for when in (*rule.when, *rule.before))

    def suspicions(self, certain: bool) -> tuple[Condition, ...]:
        """What can be told of events without their agents and attributes; `certain`: where these can't clear them."""
        asked = [when for rule in self._by_name.values() for when in (*rule.when, *rule.before)]
        return tuple(dict.fromkeys(_plain(when) for when in asked if _holds_for_anybody(when) or not certain))

    def _concerning(self, signal: Counted) -> list[tuple[float, int]]:
        """The rules that concern a signal, as weight and code; the least first."""
        families = {when.family for when in signal.when}
        return sorted((rule.weight, name) for name, rule in self._rules.items() if families.intersection(rule.of))

    def verdict(self, event: AnyEvent) -> Verdict | None:
        """What the rules say of an event; None: nothing."""
        found = self._matcher.match(event)
        if found is None and event.attributes is None and agent(event) == "human":
            if len(self.humans) >= AGENTS_KNOWN:
                self.humans.intersection_update(NOBODY)
            self.humans.add(event.user_agent)
        return found

    def _verdict_of(self, names: frozenset[str]) -> Verdict | None:
        if not names:
            return None
        rules = [self._by_name[name] for name in sorted(names) if not name.endswith(BEFORE)]
        single = [rule for rule in rules if not rule.at_least and not rule.before]
        weight, itself = min([1.0, *(rule.weight for rule in single)]), not all(rule.of for rule in single)
        told = () if itself else tuple(sorted(single, key=lambda rule: rule.weight))
        patterns = () if itself else tuple(rule for rule in rules if rule.at_least)
        marked = () if itself else tuple(self._marks(names))
        return Verdict(weight, itself or weight < HUMAN, itself, told, patterns, marked)

    def _marks(self, names: frozenset[str]) -> Iterator[tuple[Evidence, Kinds]]:
        for rule in self._by_name.values():
            kinds = (rule.name in names, f"{rule.name}{BEFORE}" in names)
            if rule.before and any(kinds):
                yield rule, kinds

    def is_clear(self, lead: Lead, at: int, bound: int) -> bool:
        """Whether an event that tells nothing can be counted as if the lead had no evidence, which may then wait to be forgotten.

        All that was told is of hours before the periods in which `at` lies, and periods may be open that it weighs.
        """
        if lead.evidence is None:
            return True
        latest = max(hours[-1] for hours in lead.evidence.values())
        first = min((at // period * period for period in self._periods), default=at)
        return (latest + 1) * self._hour <= first and latest >= (bound - self._longest) // self._hour

    def found(self, lead: Lead, verdict: Verdict, at: int, digest: bytes, bound: int) -> Tellings:
        """What an event says, by rule and hours; it is part of its patterns from now on, and the rest is left to `tell`."""
        found = [Telling(rule, {at // self._hour}) for rule in verdict.told]
        bursts = dict(lead.bursts or {})
        for rule in verdict.patterns:
            name = code_of(rule)
            bursts[name] = _latest(bursts.get(name, b""), at.to_bytes(6, "big") + digest)
            found += [Telling(rule, hours) for hours in [self._burst(rule, bursts[name])] if hours]
        first = (bound - self._longest) // self._hour  # hours before it are forgotten
        for rule, kinds in verdict.marks:
            name = code_of(rule)
            bursts[name] = kept(bursts.get(name, b""), marks(at, kinds), self._hour)
            hours = [hour for hour in self._ordered(rule, bursts[name]) if hour >= first]
            found += [Telling(rule, hours)] if hours != self._told_of(lead, rule) else []
        lead.bursts = bursts or None
        return found

    def _told_of(self, lead: Lead, rule: Evidence) -> list[int]:
        return (lead.evidence or {}).get(code_of(rule), [])

    def tell(self, lead: Lead, found: Tellings) -> Evidence | None:
        """Note it; of what the lead did not know yet the rule of the least weight."""
        news = [one.rule for one in found if self._note(lead, one.rule, one.hours)]
        return min(news, key=lambda rule: rule.weight, default=None)

    def _ordered(self, rule: Evidence, held: bytes) -> list[int]:
        """The hours of which a rule with `before` is told."""
        return hours_told(held, rule.within, self._hour)

    def _burst(self, rule: Evidence, held: bytes) -> set[int]:
        """The hours of those events that, with others, make the pattern."""
        times = [int.from_bytes(held[i : i + 6], "big") for i in range(0, len(held), STAMP)]
        runs = (times[i : i + rule.at_least] for i in range(len(times) - rule.at_least + 1))
        return {at // self._hour for run in runs if run[-1] < run[0] + rule.within for at in run}

    def _note(self, lead: Lead, rule: Evidence, hours: Collection[int]) -> bool:
        """Tell a rule of hours; whether that is new. Of more than 512 the latest stay. A rule with `before` takes back the others."""
        held = self._told_of(lead, rule)
        new = [hour for hour in hours if hour not in held]
        if not new and not rule.before:
            return False
        evidence = {**(lead.evidence or {}), code_of(rule): sorted({*hours} if rule.before else {*held, *new})}
        lead.evidence = {name: told for name, told in evidence.items() if told} or None
        bound_hours(lead, self._orders)
        return bool(new)

    def least(self, lead: Lead, signal: bytes, start: int, end: int) -> Evidence | None:
        """Of the rules told of an hour that overlaps [start, end) and that concern a signal the one of the least weight."""
        first, last = start // self._hour, (end - 1) // self._hour
        for _, name in self._of.get(signal, ()):
            hours = (lead.evidence or {}).get(name, ())
            place = bisect_left(hours, first)
            if place < len(hours) and hours[place] <= last:
                return self._rules[name]
        return None

    def forget(self, lead: Lead, bound: int) -> None:
        """Drop the hours that no period can overlap that is open when all that end by `bound` are closed."""
        first = (bound - self._longest) // self._hour
        kept = {name: [hour for hour in hours if hour >= first] for name, hours in (lead.evidence or {}).items()}
        lead.evidence = {name: hours for name, hours in kept.items() if hours} or None

    def merge(self, lead: Lead, other: Lead) -> None:
        """Take what is told of another lead; what both tell together may make patterns."""
        evidence = {name: list(hours) for name, hours in (lead.evidence or {}).items()}
        for name, hours in (other.evidence or {}).items():
            evidence[name] = sorted({*evidence.get(name, ()), *hours})
        lead.evidence = evidence or None
        bound_hours(lead, self._orders)
        bursts = dict(lead.bursts or {})
        for name, theirs in (other.bursts or {}).items():
            rule, mine = self._rules.get(name), bursts.get(name, b"")
            orders = rule is not None and rule.before
            bursts[name] = kept(mine, theirs, self._hour) if orders else _latest(mine, theirs)
            if rule is not None:
                self._note(lead, rule, self._ordered(rule, bursts[name]) if orders else self._burst(rule, bursts[name]))
        lead.bursts = bursts or None

    def told(self, lead: Lead) -> tuple[Doubt, ...]:
        """What was told of a lead that the model knows, and that may still weigh something."""
        return tuple(
            Doubt(rule.name, rule.weight, rule.because, tuple(rfc3339(hour * self._hour) for hour in hours))
            for name, hours in (lead.evidence or {}).items()
            if (rule := self._rules.get(name)) is not None
        )


def code_of(rule: Evidence) -> int:
    """What a lead knows a rule by. A rule with `before` keeps something else than others of its name."""
    return code(f"{rule.name}{BEFORE}" if rule.before else rule.name)


def _plain(when: Condition) -> Condition:
    return replace(when, agent=(), attributes=(), address=())


def _holds_for_anybody(when: Condition) -> bool:
    """Whether an event without attributes and address, from a human's agent, can meet the condition."""
    if when.address:
        return False
    if when.family == "profile" or not when.attributes:
        return not when.agent or "human" in when.agent
    return passes(when.attributes, None) and (not when.agent or "human" in when.agent)


def _latest(held: bytes, more: bytes) -> bytes:
    """Both windows' latest events, each once."""
    events = {each[i : i + STAMP] for each in (held, more) for i in range(0, len(each), STAMP)}
    return b"".join(sorted(events)[-MAX_BURST:])


def bound_hours(lead: Lead, beside: frozenset[int] = frozenset()) -> None:
    """Of more than 512 pairs of an hour and a rule keep the latest; of one hour the larger code. Rules `beside` have other bounds."""
    evidence = lead.evidence
    if evidence is None or sum(map(len, evidence.values())) <= MAX_HOURS:
        return
    pairs = sorted((hour, name) for name, hours in evidence.items() for hour in hours if name not in beside)
    lead.evidence = {name: hours for name, hours in evidence.items() if name in beside}
    for hour, name in pairs[-MAX_HOURS:]:
        lead.evidence.setdefault(name, []).append(hour)
