"""How high a score can get: an upper bound for each signal and axis, for all events or for some of them.

A fading signal with a limit of n in a period counts at most n for the period that is running, n for the one just over, and then a
geometric series; without a limit there is no bound but its cap.
"""

from collections.abc import Callable
from math import inf

from intentflow.domain.event import AnyEvent
from intentflow.domain.rules import (
    Abandoned,
    AnySignal,
    Axis,
    Condition,
    Graded,
    Ideal,
    Once,
    Repeated,
    ScoringModel,
    SignedUp,
    Test,
)
from intentflow.model.condition import SIGN_UP
from intentflow.model.sample import samples

FILLED = Condition(family="cart", actions=("add",))
Traffic = Callable[[Condition], bool]  # whether events that meet this condition happen


def conditions_of(signal: AnySignal) -> tuple[Condition, ...]:
    """What events a signal is about."""
    if isinstance(signal, SignedUp):
        return (SIGN_UP,)
    if isinstance(signal, Graded):
        return (_told(signal.attribute),)
    if isinstance(signal, Ideal):
        return tuple(_told(attribute) for attribute, _ in signal.criteria)
    return (FILLED,) if isinstance(signal, Abandoned) else signal.when


def _told(attribute: str) -> Condition:
    return Condition(family="profile", attributes=(Test(attribute, "exists", True),))


def any_traffic(condition: Condition) -> bool:
    """All that can happen does."""
    return bool(samples(condition))


def visits_only(condition: Condition) -> bool:
    """Nothing happens but visits of the website."""
    return condition.family == "website_visit" and bool(samples(condition))


def happens(signal: AnySignal, traffic: Traffic) -> bool:
    """Whether the signal can be met by this traffic."""
    return any(traffic(condition) for condition in conditions_of(signal))


def single(signal: AnySignal) -> float:
    """The points that one event brings; 0 if it takes several."""
    return 0.0 if isinstance(signal, Repeated) else signal.points


def most(signal: AnySignal) -> float:
    """What a signal can count at any moment, at most."""
    if signal.points <= 0:
        return 0.0
    if isinstance(signal, Once | Repeated | SignedUp | Graded | Ideal):
        return signal.points
    cap = inf if signal.cap is None else signal.cap
    if isinstance(signal, Abandoned) or signal.limit is None or signal.half_life is None:
        return cap
    kept = 2.0 ** (-signal.limit.period / signal.half_life)  # of the points, after a period
    return min(cap, signal.points * signal.limit.count * (1 + 1 / (1 - kept)) if kept < 1 else inf)


def highest(model: ScoringModel, axis: Axis, traffic: Traffic) -> float:
    """What an axis can have at any moment, at most; groups hold their signals together."""
    caps = {group.name: group.cap for group in model.groups}
    sums: dict[str, float] = {}
    for signal in model.signals:
        if signal.axis == axis and happens(signal, traffic):
            group = signal.group or f"alone {signal.name}"
            sums[group] = sums.get(group, 0.0) + most(signal)
    return sum(min(value, caps.get(group, inf)) for group, value in sums.items())


def facts_of(model: ScoringModel, traffic: Traffic) -> set[str]:
    """The facts that can hold."""
    return {fact.name for fact in model.facts if any(traffic(condition) for condition in fact.when)}


def events_of(signal: AnySignal) -> tuple[AnyEvent, ...]:
    """Samples of the events that a signal is about."""
    return tuple(event for condition in conditions_of(signal) for event in samples(condition))
