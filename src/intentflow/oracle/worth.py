"""What a lead is worth at a time, from all its accepted events.

Every signal is a sum of terms: a term is worth `points` when it begins and fades from then on, until it ends. What a
lead's events say is therefore written down once as terms (`pieces_of`), and what they are worth at any later time is read
off (`Pieces`). Nothing is carried over from one event to the next. The sentences quoted are those of `docs/semantics.md`.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from intentflow.domain.rules import (
    AXES,
    Abandoned,
    AnySignal,
    Axis,
    Counted,
    Graded,
    Ideal,
    Limit,
    Once,
    Repeated,
    ScoringModel,
    SignedUp,
)
from intentflow.oracle.carts import abandoned_at, carts_of
from intentflow.oracle.conditions import Kept
from intentflow.oracle.evidence import Weighing
from intentflow.oracle.past import Entry, Periods, events_of, that_met
from intentflow.oracle.profiles import known_of, points_of


class Term(NamedTuple):
    """`points` at the time `begins`, fading from then on; nothing before it, and nothing from `ends` on."""

    points: float
    begins: int
    ends: int | None = None  # None: never


class Part(NamedTuple):
    """A signal and its terms."""

    signal: AnySignal
    terms: Sequence[Term]

    @property
    def cap(self) -> float | None:
        return self.signal.cap if isinstance(self.signal, Counted | Abandoned) else None

    def before_cap(self, t: int) -> float:
        return sum(
            fade(term.points, term.begins, t, self.signal.half_life)
            for term in self.terms
            if term.begins <= t and (term.ends is None or t < term.ends)
        )

    def worth(self, t: int) -> float:
        return within(self.cap, self.before_cap(t)) if self.terms else 0.0


class Line(NamedTuple):
    """One line of the receipts: a signal, or a group's cap that binds."""

    name: str
    axis: Axis
    points: float


class Pieces(NamedTuple):
    """All that a lead's events say about it."""

    model: ScoringModel
    parts: Sequence[Part]
    held: dict[str, int | None]  # facts that an event met -> when they stop holding; None: never

    def receipts(self, t: int) -> list[Line]:
        """'The sum of its signals is at most `cap`; what is above is a receipt line of its own, negative.'"""
        lines = [Line(part.signal.name, part.signal.axis, part.worth(t)) for part in self.parts]
        for group in self.model.groups:
            together = sum(part.worth(t) for part in self.parts if part.signal.group == group.name)
            if together > group.cap:
                lines.append(Line(group.name, group.axis, group.cap - together))
        return lines

    def scores(self, t: int) -> dict[Axis, float]:
        """'The sum of its signals and group lines.'"""
        scores = dict.fromkeys(AXES, 0.0)
        for line in self.receipts(t):
            scores[line.axis] += line.points
        return scores

    def holds(self, fact: str, t: int) -> bool:
        """'Holds at t if an event met it and `lasts` is None or `t < latest + lasts`.'"""
        if fact not in self.held:
            return False
        ends = self.held[fact]
        return ends is None or t < ends

    def jumps(self) -> set[int]:
        """The times at which a term or a fact begins or ends. Between two of them every part only fades."""
        times = {term.begins for part in self.parts for term in part.terms}
        times |= {term.ends for part in self.parts for term in part.terms if term.ends is not None}
        return times | {ends for ends in self.held.values() if ends is not None}


def fade(x: float, begins: int, t: int, half_life: int | None) -> float:
    """'`x · 2^(-(t - from) / half_life)`, or x when `half_life` is None.'"""
    return x if half_life is None else x * 2.0 ** (-(t - begins) / half_life)


def within(cap: float | None, x: float) -> float:
    """'Kept within ±`cap`.'"""
    return x if cap is None else max(-cap, min(cap, x))


def pieces_of(model: ScoringModel, entries: Sequence[Entry]) -> Pieces:
    """What a lead's past says: its accepted events, and what came into it, in the order in which it came."""
    events = list(events_of(entries))
    known = known_of(telling for event in events for telling in event.tells)
    parts = [
        Part(signal, [Term(*term) for term in points_of(signal, known)])
        if isinstance(signal, Graded | Ideal)
        else Part(signal, weighed(model, signal, signal.limit, entries))
        if isinstance(signal, Counted) and signal.limit is not None and model.evidence
        else Part(signal, terms_of(signal, that_met(signal.name, entries)))
        for signal in model.signals
    ]
    held: dict[str, int | None] = {}
    for fact in model.facts:
        times = [event.at for event in events if fact.name in event.facts]
        if times:
            held[fact.name] = None if fact.lasts is None else max(times) + fact.lasts
    return Pieces(model, parts, held)


def terms_of(signal: Counted | Once | Repeated | SignedUp | Abandoned, entries: Sequence[Entry]) -> list[Term]:
    """The terms of one signal, from the events that it takes."""
    met = list(events_of(entries))
    if not met:
        return []
    match signal:
        case Counted():
            return counted(signal, entries)
        case Once():
            return [Term(signal.points, min(event.at for event in met))]
        case Repeated():
            return repeated(signal, met)
        case SignedUp():
            return signed_up(signal, met)
        case Abandoned():
            starts = [abandoned_at(cart, signal.quiet) for cart in carts_of(entries).values()]
            return [Term(signal.points, start) for start in starts if start is not None]


def counted(signal: Counted, entries: Sequence[Entry]) -> list[Term]:
    """'With a limit: a period counts `min(n, limit)`, dated at its latest event.'"""
    limit = signal.limit
    if limit is None:
        return [Term(signal.points * event.weight, event.at) for event in events_of(entries)]
    periods = Periods(limit.period).take(entries)
    every = [*periods.open.values(), *periods.closed]
    return [Term(signal.points * min(len(times), limit.count), max(times)) for times in every]


def weighed(model: ScoringModel, signal: Counted, limit: Limit, entries: Sequence[Entry]) -> list[Term]:
    """'A period counts its weight times `min(n, limit)`.'"""
    periods = Weighing(model, signal, limit).take(entries).periods
    return [Term(signal.points * one.weight * min(len(one.times), limit.count), max(one.times)) for one in periods]


def repeated(signal: Repeated, met: Iterable[Kept]) -> list[Term]:
    """'Worth `points` at t if there are `at_least` of them and `t < (the smallest of them) + within`.'"""
    latest = sorted({(event.at, event.id_hash) for event in met})[-signal.at_least :]
    if len(latest) < signal.at_least:
        return []
    smallest, largest = latest[0][0], latest[-1][0]
    return [Term(signal.points, largest, ends=smallest + signal.within)]


def signed_up(signal: SignedUp, met: Iterable[Kept]) -> list[Term]:
    """'Worth 0 if there is no sign-up, or if the latest unsubscribe or bounce is at or after `last`.'"""
    times: dict[str, list[int]] = {}
    for event in met:
        times.setdefault(event.action, []).append(event.at)
    if "signup" not in times:
        return []
    first, last = min(times["signup"]), max(times["signup"])
    never = first - 1  # before everything that matters
    unsubscribed, bounced = max(times.get("unsubscribe", [never])), max(times.get("bounce", [never]))
    if unsubscribed >= last or bounced >= last:
        return []
    begins = last if unsubscribed >= first else first
    # Confirmed means that 'there is a confirm, and it is after the latest unsubscribe if there is one'.
    confirmed = "confirm" in times and ("unsubscribe" not in times or max(times["confirm"]) > unsubscribed)
    return [Term(signal.points if confirmed else signal.until_confirmed, begins)]
