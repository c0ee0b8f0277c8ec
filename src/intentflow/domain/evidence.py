"""Evidence: what no human did, by whatever tells. It is weighed, not dropped. `docs/semantics.md`, "Evidence".

A robot that says what it is, a page loaded ahead, a link that no human sees, five clicks within a second: each is told of the hour in which
it happened, and what signals count in that hour is worth less. What came first, the evidence or what it disproves, makes no difference, as
long as the hour's periods are open; a set of (hour, rule) merges. Few leads have any, so a lead holds None until it has.
"""

from bisect import bisect_left, insort
from collections.abc import Iterable
from typing import NamedTuple

from msgspec.structs import replace

from intentflow.domain.change import rfc3339
from intentflow.domain.event import AnyEvent
from intentflow.domain.lead import Lead
from intentflow.domain.matching import Matcher, agent, passes
from intentflow.domain.rules import HUMAN, MAX_BURST, MAX_HOURS, Condition, Counted, Evidence, ScoringModel
from intentflow.domain.worth import STAMP, code

AGENTS_KNOWN = 4096  # user agents that are known to be nobody's evidence; then it starts afresh
NOBODY = frozenset[str | None]({None, ""})


class Verdict(NamedTuple):
    """What the rules say of one event."""

    weight: float  # the least of the rules that it meets; 1 is a human's
    dubious: bool  # no human's: once-only signals, facts, carts and the like don't take it
    itself: bool  # it counts in nothing, and nothing else is concerned
    told: tuple[Evidence, ...]  # of its hour
    patterns: tuple[Evidence, ...]  # it may be part of these


Tellings = list[tuple[Evidence, set[int]]]


class Doubt(NamedTuple):
    """A rule of evidence that was told of a lead, and the hours in which."""

    rule: str
    weight: float
    because: str
    hours: tuple[str, ...]  # their beginnings, RFC 3339


class Doubts:
    """A model's rules of evidence."""

    def __init__(self, model: ScoringModel) -> None:
        self._rules = {code(rule.name): rule for rule in model.evidence}
        self._hour = model.hour
        counted = [s for s in model.signals if isinstance(s, Counted) and s.limit is not None]
        self._of = {code(s.name).to_bytes(4, "little"): self._concerning(s) for s in counted}
        self._longest = max((s.limit.period for s in counted if s.limit is not None), default=0)
        self._matcher = Matcher(((rule.name, rule.when) for rule in model.evidence), self._verdict_of)
        self._by_name = {rule.name: rule for rule in model.evidence}
        self.humans: set[str | None] = set(NOBODY)  # user agents that speak for nothing but a human

    def suspicions(self, certain: bool) -> tuple[Condition, ...]:
        """What can be told of events without their agents and attributes; `certain`: where these can't clear them."""
        asked = [when for rule in self._by_name.values() for when in rule.when]
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
        rules = [self._by_name[name] for name in sorted(names)]
        single = [rule for rule in rules if not rule.at_least]
        weight, itself = min([1.0, *(rule.weight for rule in single)]), not all(rule.of for rule in single)
        told = () if itself else tuple(sorted(single, key=lambda rule: rule.weight))
        patterns = () if itself else tuple(rule for rule in rules if rule.at_least)
        return Verdict(weight, itself or weight < HUMAN, itself, told, patterns)

    def found(self, lead: Lead, verdict: Verdict, at: int, digest: bytes) -> Tellings:
        """What an event says, by rule and hours; it is part of its patterns from now on, and the rest is left to `tell`."""
        found: Tellings = [(rule, {at // self._hour}) for rule in verdict.told]
        for rule in verdict.patterns:
            bursts = lead.bursts = lead.bursts or {}
            name = code(rule.name)
            held = bursts[name] = _latest(bursts.get(name, b""), at.to_bytes(6, "big") + digest)
            found.append((rule, self._burst(rule, held)))
        return [(rule, hours) for rule, hours in found if hours]

    def tell(self, lead: Lead, found: Tellings) -> Evidence | None:
        """Note it; of what the lead did not know yet the rule of the least weight."""
        news = [rule for rule, hours in found if self._note(lead, rule, hours)]
        return min(news, key=lambda rule: rule.weight, default=None)

    def _burst(self, rule: Evidence, held: bytes) -> set[int]:
        """The hours of those events that, with others, make the pattern."""
        times = [int.from_bytes(held[i : i + 6], "big") for i in range(0, len(held), STAMP)]
        runs = (times[i : i + rule.at_least] for i in range(len(times) - rule.at_least + 1))
        return {at // self._hour for run in runs if run[-1] < run[0] + rule.within for at in run}

    def _note(self, lead: Lead, rule: Evidence, hours: Iterable[int]) -> bool:
        """Tell a rule of hours; whether that is new. Of more than 512 the latest stay."""
        held = (lead.evidence or {}).get(code(rule.name), [])
        new = [hour for hour in hours if hour not in held]
        if not new:
            return False
        evidence = lead.evidence = lead.evidence or {}
        told = evidence.setdefault(code(rule.name), [])
        for hour in new:
            insort(told, hour)
        bound_hours(lead)
        return True

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
        bound_hours(lead)
        bursts = dict(lead.bursts or {})
        for name, theirs in (other.bursts or {}).items():
            bursts[name] = _latest(bursts.get(name, b""), theirs)
            rule = self._rules.get(name)
            if rule is not None:
                self._note(lead, rule, self._burst(rule, bursts[name]))
        lead.bursts = bursts or None

    def told(self, lead: Lead) -> tuple[Doubt, ...]:
        """What was told of a lead that the model knows, and that may still weigh something."""
        return tuple(
            Doubt(rule.name, rule.weight, rule.because, tuple(rfc3339(hour * self._hour) for hour in hours))
            for name, hours in (lead.evidence or {}).items()
            if (rule := self._rules.get(name)) is not None
        )


def _plain(when: Condition) -> Condition:
    return replace(when, agent=(), attributes=())


def _holds_for_anybody(when: Condition) -> bool:
    """Whether an event without attributes, from a human's agent, can meet the condition."""
    if when.family == "profile" or not when.attributes:
        return not when.agent or "human" in when.agent
    return passes(when.attributes, None) and (not when.agent or "human" in when.agent)


def _latest(held: bytes, more: bytes) -> bytes:
    """Both windows' latest events, each once."""
    events = {each[i : i + STAMP] for each in (held, more) for i in range(0, len(each), STAMP)}
    return b"".join(sorted(events)[-MAX_BURST:])


def bound_hours(lead: Lead) -> None:
    """Of more than 512 pairs of an hour and a rule keep the latest; of one hour the larger code."""
    evidence = lead.evidence
    if evidence is None or sum(map(len, evidence.values())) <= MAX_HOURS:
        return
    kept = sorted((hour, name) for name, hours in evidence.items() for hour in hours)[-MAX_HOURS:]
    lead.evidence = {}
    for hour, name in kept:
        lead.evidence.setdefault(name, []).append(hour)
