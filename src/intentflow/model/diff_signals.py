"""What changed in the signals, groups and facts of a model, and what leads that are there already have of it."""

from collections.abc import Iterator, Sequence
from typing import Any

from msgspec.structs import replace

from intentflow.domain.mail import DERIVED
from intentflow.domain.rules import (
    Abandoned,
    AnySignal,
    Counted,
    Fact,
    Graded,
    Group,
    Ideal,
    OfProfile,
    Once,
    Repeated,
    ScoringModel,
    Signal,
    SignedUp,
)
from intentflow.model.difference import AT_ONCE, Aspect, Carried, Difference, Sides, at_once, changes, renamed
from intentflow.model.durations import duration_words, limit_words
from intentflow.model.words import Pages, any_of, fact_words, signal_words

PAST = Carried("from now on", "what leads did before is not known")
OTHER_EVENTS = Carried("from now on", "what was counted stays; events that meet it only now were not counted")
WAYS = Carried("from now on", "how it came about before is told as far as that way had its name")
FADED = Carried(
    "partly", "what was counted has faded as it was up to each lead's latest such event, and fades so from there"
)
CLOSED = Carried("partly", "periods that are closed have faded as they did up to then; open ones are counted anew")
KINDS: dict[type, str] = {
    Counted: "each time",
    Once: "the first time only",
    Repeated: "while it is repeated",
    SignedUp: "while signed up",
    Abandoned: "each cart left alone",
    Graded: "by grades of the profile",
    Ideal: "by closeness to an ideal",
}


def _get(name: str) -> Any:  # an aspect of signals that only some kinds have
    return lambda of: getattr(of, name, None)


def signal_differences(old: ScoringModel, new: ScoringModel, pages: Sides) -> Iterator[Difference]:
    """Of the signals, in the order of the new model; what is gone comes last."""
    before, after = {s.name: s for s in old.signals}, {s.name: s for s in new.signals}
    former = renamed(before, after, lambda one, other: replace(one, name=other.name) == other)
    for name, signal in after.items():
        if name in before:
            yield from _changes(before[name], signal, pages)
        else:
            was = f"was called {former[name]}; " if name in former else ""
            text = f"{was}{_summary(signal, pages.new)}"
            yield Difference(part="signal", name=name, kind="new", text=text, carried=_past(old, signal))
    for name, signal in before.items():
        if name not in after:
            text = f"{_summary(signal, pages.old)}; its points go"
            yield Difference(part="signal", name=name, kind="gone", text=text, carried=AT_ONCE)


def _summary(signal: AnySignal, pages: Pages) -> str:
    return f"{signal.points:+g} {signal.axis} for who {signal_words(signal, pages)}"


def _past(old: ScoringModel, signal: AnySignal) -> Carried:
    """What leads have of a signal that they were not counted by. Newsletter, carts and profile are kept whatever a model asks for."""
    if isinstance(signal, Counted | Once | Repeated):
        return PAST
    if isinstance(signal, OfProfile) and (mail := _asked(signal) & set(DERIVED)):
        asked = {name for each in old.signals for name in _asked(each)}
        if not asked & set(DERIVED):
            return Carried(
                "partly", f"{' and '.join(sorted(mail))} was not read off addresses before; what profiles told is known"
            )
    return AT_ONCE


def _asked(signal: AnySignal) -> set[str]:
    if isinstance(signal, Graded):
        return {signal.attribute}
    return {name for name, _ in signal.criteria} if isinstance(signal, Ideal) else set()


def _changes(old: AnySignal, new: AnySignal, pages: Sides) -> Iterator[Difference]:
    if type(old) is not type(new):
        text = f"counts {KINDS[type(new)]}, {_summary(new, pages.new)}; was: {KINDS[type(old)]}, {_summary(old, pages.old)}"
        keeps = isinstance(new, SignedUp | Abandoned | OfProfile)
        yield Difference(part="signal", name=new.name, kind="changed", text=text, carried=AT_ONCE if keeps else PAST)
        return
    yield from changes("signal", new.name, ASPECTS, (old, new), pages)


def _halves(old: Signal, _new: Signal) -> Carried:
    """Only a count has been faded already; the rest is kept as the times from which it fades."""
    if not isinstance(old, Counted):
        return AT_ONCE
    return FADED if old.limit is None else CLOSED


def _limited(old: Signal, new: Signal) -> Carried:
    if not (isinstance(old, Counted) and isinstance(new, Counted)):
        return AT_ONCE
    if old.limit is None or new.limit is None:
        return Carried("partly", "what was counted stays as it was counted")
    return Carried("partly", "periods that are still open are counted anew; closed ones stay as they were counted")


def _window(old: Signal, new: Signal) -> Carried:
    if not (isinstance(old, Repeated) and isinstance(new, Repeated)) or new.at_least <= old.at_least:
        return AT_ONCE
    more = new.at_least - old.at_least
    return Carried("from now on", f"only the latest {old.at_least} events were kept: it takes {more} more at least")


def _met(_old: Signal, new: Signal) -> Carried:
    if isinstance(new, OfProfile):
        return AT_ONCE
    return OTHER_EVENTS


def _points(signal: Signal, _pages: Pages) -> str:
    if isinstance(signal, Ideal | Graded):
        return f"{signal.points:+g} points at best"
    return f"{signal.points:+g} points"


def _most(signal: Signal, _pages: Pages) -> str:
    limit = getattr(signal, "limit", None)
    return "as often as it happens" if limit is None else f"at most {limit_words(limit)}"


def _cap(signal: Signal, _pages: Pages) -> str:
    cap = getattr(signal, "cap", None)
    return "no cap" if cap is None else f"at most {cap:g} points at any moment"


def _fades(signal: Signal, _pages: Pages) -> str:
    return "does not fade" if signal.half_life is None else f"halves in {duration_words(signal.half_life)}"


def _when(signal: AnySignal, pages: Pages) -> str:
    if isinstance(signal, Counted | Once | Repeated):
        return f"who {any_of(signal.when, pages)}"
    return f"who {signal_words(signal, pages)}"


def _repeats(signal: Signal, _pages: Pages) -> str:
    return f"{getattr(signal, 'at_least', 0)} times at least"


def _within(signal: Signal, _pages: Pages) -> str:
    return f"within {duration_words(getattr(signal, 'within', 0))}"


def _provisional(signal: Signal) -> float | None:
    """The points until a sign-up is confirmed, if they are not all of them."""
    until = signal.until_confirmed if isinstance(signal, SignedUp) else signal.points
    return None if until == signal.points else until


def _until_confirmed(signal: Signal, _pages: Pages) -> str:
    until = _provisional(signal)
    return "all points before it is confirmed, too" if until is None else f"{until:g} points until confirmed"


def _lasts(of: object, _pages: Pages) -> str:
    lasts = getattr(of, "lasts", None)
    return "lasts for ever" if lasts is None else f"lasts {duration_words(lasts)}"


def _ways(fact: Fact, _pages: Pages) -> str:
    return f"told apart by {', '.join(way.name for way in fact.ways)}" if fact.ways else "how it came about is not told"


def _of_profile(signal: AnySignal) -> object:
    """What a signal on the profile looks at, but for its points at best, which follow."""
    if isinstance(signal, Graded):
        return signal.attribute, signal.grades, signal.only_from, signal.given_freely
    return (signal.criteria, signal.only_from, signal.given_freely) if isinstance(signal, Ideal) else None


ASPECTS: Sequence[Aspect[Any]] = (
    Aspect(_get("points"), _points, at_once),
    Aspect(_get("axis"), lambda s, _: f"counts for {s.axis}", at_once),
    Aspect(_get("half_life"), _fades, _halves),
    Aspect(_get("limit"), _most, _limited),
    Aspect(_get("cap"), _cap, at_once),
    Aspect(_get("group"), lambda s, _: "in no group" if s.group is None else f"in the group {s.group}", at_once),
    Aspect(_get("topic"), lambda s, _: f"about {s.topic}" if s.topic else "about no topic", at_once),
    Aspect(_get("when"), _when, _met),
    Aspect(_get("at_least"), _repeats, _window),
    Aspect(_get("within"), _within, at_once),
    Aspect(_provisional, _until_confirmed, at_once),
    Aspect(_get("quiet"), lambda s, _: f"a cart is left alone after {duration_words(s.quiet)}", at_once),
    Aspect(_of_profile, _when, _met),
    Aspect(_get("lasts"), _lasts, at_once),
)
FACT_ASPECTS: Sequence[Aspect[Fact]] = (
    Aspect(
        lambda fact: fact.when, lambda fact, pages: f"who {fact_words(fact, pages)}", lambda _old, _new: OTHER_EVENTS
    ),
    Aspect(lambda fact: fact.lasts, _lasts, at_once),
    Aspect(lambda fact: fact.ways, _ways, lambda _old, _new: WAYS),
)
GROUP_ASPECTS: Sequence[Aspect[Group]] = (
    Aspect(lambda group: group.cap, lambda group, _: f"at most {group.cap:g} points together", at_once),
    Aspect(lambda group: group.axis, lambda group, _: f"of {group.axis}", at_once),
)


def group_differences(old: ScoringModel, new: ScoringModel, pages: Sides) -> Iterator[Difference]:
    """Of the groups. Which signals are in one is said at the signals."""
    before, after = {g.name: g for g in old.groups}, {g.name: g for g in new.groups}
    for name, group in after.items():
        if name in before:
            yield from changes("group", name, GROUP_ASPECTS, (before[name], group), pages)
        else:
            text = f"at most {group.cap:g} points of {group.axis} together"
            yield Difference(part="group", name=name, kind="new", text=text, carried=AT_ONCE)
    for name in before:
        if name not in after:
            yield Difference(
                part="group", name=name, kind="gone", text="its signals count by themselves", carried=AT_ONCE
            )


def fact_differences(old: ScoringModel, new: ScoringModel, pages: Sides) -> Iterator[Difference]:
    """Of the facts."""
    before, after = {f.name: f for f in old.facts}, {f.name: f for f in new.facts}
    former = renamed(before, after, lambda one, other: (one.when, one.lasts) == (other.when, other.lasts))
    for name, fact in after.items():
        if name in before:
            yield from changes("fact", name, FACT_ASPECTS, (before[name], fact), pages)
        else:
            was = f"was called {former[name]}; " if name in former else ""
            text = f"{was}known of who {fact_words(fact, pages.new)}; {_lasts(fact, pages.new)}"
            yield Difference(part="fact", name=name, kind="new", text=text, carried=PAST)
    for name in before:
        if name not in after:
            yield Difference(part="fact", name=name, kind="gone", text="holds for nobody any more", carried=AT_ONCE)
