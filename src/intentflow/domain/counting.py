"""Decayed counts, limits and the memory for ids: how an event is counted once, in any order.

A count halves every half-life. It is kept as of the latest event that it counts, so that reading it later is a closed form and adding is
order-free (forward decay: Cormode, Shkapenyuk, Srivastava, Xu, ICDE 2009). With a limit, a period counts `min(events, limit)`, dated at its
latest event, and stays open as long as an event for it could still be accepted. The count holds all periods, open and closed, at every
moment: reading a score looks at one number for each signal, however many periods are open.
The older periods lie beside it for events that come late and for a merge, and the closed part for a model that comes with another limit.
"""

import struct
from collections.abc import Iterable
from math import exp2
from typing import TYPE_CHECKING

from intentflow.domain.lead import Lead
from intentflow.domain.rules import AXES, Counted, Evidence

if TYPE_CHECKING:
    from intentflow.domain.evidence import Doubts

ENTRY = struct.Struct("<dqi")  # the count, the latest event, and how many events the latest period had (0: no limit)
PERIOD = struct.Struct("<4sqi")  # signal, the period's latest event, its events
CLOSED = struct.Struct("<4sdq")  # signal, what its closed periods count, as of when
_periods, _closed = PERIOD.iter_unpack, CLOSED.iter_unpack

# Code, axis, points, limit (0 = none), period, 1 / half-life (0 = doesn't fade), bit of its group (0 = none).
# A bare tuple, since it is taken apart for every event.
Rule = tuple[bytes, int, float, int, int, float, int]


def rule_of(code: int, signal: Counted, bit: int) -> Rule:
    """A counted signal, ready to be counted."""
    most, period = (signal.limit.count, signal.limit.period) if signal.limit is not None else (0, 0)
    rate = 0.0 if signal.half_life is None else 1.0 / signal.half_life
    return code.to_bytes(4, "little"), AXES.index(signal.axis), signal.points, most, period, rate, bit


def place_of(code: bytes, codes: bytes) -> int:
    """Where these four bytes are among others; -1 if they aren't there."""
    found = codes.find(code)
    while found > 0 and found & 3:
        found = codes.find(code, found + 1)
    return found


class Counting:
    """How a model counts."""

    def __init__(self, rules: Iterable[Rule], horizon: int, doubts: "Doubts | None" = None) -> None:
        self._rules = self.rules = {rule[0]: rule for rule in rules}
        self._horizon, self._doubts = horizon, doubts

    def add(self, lead: Lead, rule: Rule, at: int, weight: float = 1.0) -> float:
        """Count one event. Returns by how much the count rose, as of the later of this event and the one before it.

        The weight is for signals without a limit. With one, evidence weighs whole periods: that is left to `reweigh`.

        The rise can be above 1: all that the period counts is dated at its latest event, so what had faded since the one before comes back.
        """
        code, _, _, most, period, rate, _ = rule
        found = place_of(code, lead.signals)
        if found < 0:
            lead.signals += code
            lead.counts += ENTRY.pack(1.0 if period else weight, at, 1 if period else 0)
            return 1.0
        total, latest, events = ENTRY.unpack_from(lead.counts, found * 5)
        if at < latest:
            return self._add_late(lead, rule, at, found * 5, weight)
        kept, rise = exp2((latest - at) * rate), 1.0
        if not period:
            rise, events = weight, 0
        elif at // period == latest // period:
            rise = min(events + 1, most) - min(events, most) * kept
            events += 1
        else:
            self._keep(lead, PERIOD.pack(code, latest, events), at)
            events = 1
        ENTRY.pack_into(lead.counts, found * 5, total * kept + rise, at, events)
        return rise

    def _add_late(self, lead: Lead, rule: Rule, at: int, where: int, weight: float) -> float:
        """The same for an event before the signal's latest."""
        code, _, _, most, period, rate, _ = rule
        total, latest, events = ENTRY.unpack_from(lead.counts, where)
        if not period:
            ENTRY.pack_into(lead.counts, where, total + weight * exp2((at - latest) * rate), latest, 0)
            return 1.0
        if at // period == latest // period:
            rise = 1.0 if events < most else 0.0
            ENTRY.pack_into(lead.counts, where, total + rise, latest, events + 1)
            return rise
        then, before = at, 0
        place = len(lead.older)
        for i in range(0, len(lead.older), PERIOD.size):
            name, held, held_events = PERIOD.unpack_from(lead.older, i)
            if name == code and held // period == at // period:
                place, then, before = i, held, held_events
                break
        after, was, now = max(then, at), min(before, most), min(before + 1, most)
        kept = PERIOD.pack(code, after, before + 1)
        lead.older = lead.older[:place] + kept + lead.older[place + PERIOD.size :]
        more = now * exp2((after - latest) * rate) - was * exp2((then - latest) * rate)
        ENTRY.pack_into(lead.counts, where, total + more, latest, events)
        return now - was * exp2((then - after) * rate)

    def _keep(self, lead: Lead, period: bytes, at: int) -> None:
        """Keep a period that is no longer its signal's latest, and close the oldest, as far as no event can reach them any more."""
        lead.older += period
        self._close_oldest(lead, max(max(lead.newest, at) - self._horizon, lead.floor + 1))

    def _close_oldest(self, lead: Lead, closed: int) -> None:
        """Close periods that end by then, in the order in which they lie, up to the first that does not."""
        older = lead.older
        while older:
            code, latest, events = PERIOD.unpack_from(older)
            rule = self._rules.get(code)
            if rule is not None and rule[4]:
                if (latest // rule[4] + 1) * rule[4] > closed:
                    break
                self._close(lead, rule, min(events, rule[3]) * self._weight(lead, rule, latest), latest)
            older = older[PERIOD.size :]
        lead.older = older

    def _close(self, lead: Lead, rule: Rule, events: float, at: int) -> None:
        """Add to what the closed periods of a signal count."""
        code, rate = rule[0], rule[5]
        for i in range(0, len(lead.closed), CLOSED.size):
            name, value, reference = CLOSED.unpack_from(lead.closed, i)
            if name == code:
                to = max(at, reference)
                value = value * exp2((reference - to) * rate) + events * exp2((at - to) * rate)
                lead.closed = lead.closed[:i] + CLOSED.pack(code, value, to) + lead.closed[i + CLOSED.size :]
                return
        lead.closed += CLOSED.pack(code, events, at)

    def bound(self, lead: Lead) -> int:
        """A period that ends by then is closed: every event for it would be too late."""
        return max(lead.newest - self._horizon, lead.floor + 1)

    def close(self, lead: Lead, bound: int) -> None:
        """Close all periods that end by then, the signals' latest as well. What is counted stays as it is."""
        for place in range(0, len(lead.signals), 4):
            total, latest, events = ENTRY.unpack_from(lead.counts, place * 5)
            code = lead.signals[place : place + 4]
            if events and self._end(code, latest) <= bound:
                lead.older += PERIOD.pack(code, latest, events)
                ENTRY.pack_into(lead.counts, place * 5, total, latest, 0)
        held = sorted((self._end(code, latest), code, latest, events) for code, latest, events in _periods(lead.older))
        lead.older = b"".join(PERIOD.pack(*one) for _, *one in held)
        self._close_oldest(lead, bound)

    def _end(self, code: bytes, at: int) -> int:
        """Where the period of this time ends; the time itself for a signal that the model does not have or limit."""
        rule = self._rules.get(code)
        return (at // rule[4] + 1) * rule[4] if rule is not None and rule[4] else at

    def join(self, lead: Lead, other: Lead) -> None:
        """Add another lead's counts. Both were counted by this model, and of both is closed what either's bound closes."""
        for place in range(0, len(other.signals), 4):
            code = other.signals[place : place + 4]
            entry = ENTRY.unpack_from(other.counts, place * 5)
            found = place_of(code, lead.signals)
            if found < 0:
                lead.signals += code
                lead.counts += ENTRY.pack(*entry)
                _add_beside(lead, other, code)
            else:
                self._join(lead, other, code, found * 5, entry)

    def _join(self, lead: Lead, other: Lead, code: bytes, where: int, theirs: tuple[float, int, int]) -> None:
        """The same for a signal that both have. If the model lacks it, the later one stays: how it would fade is not known."""
        mine: tuple[float, int, int] = ENTRY.unpack_from(lead.counts, where)
        rule, (total, latest, events) = self._rules.get(code), max(mine, theirs, key=lambda one: (one[1], one))
        if rule is None:
            if mine != theirs == (total, latest, events):
                _drop_beside(lead, code)
                _add_beside(lead, other, code)
        elif not rule[4]:
            total = sum(value * exp2((at - latest) * rule[5]) for value, at, _ in (mine, theirs))
        else:
            _add_beside(lead, other, code)
            total, latest, events = self._weigh(lead, rule, [mine[1:], theirs[1:]])
        ENTRY.pack_into(lead.counts, where, total, latest, events)

    def _weigh(self, lead: Lead, rule: Rule, latests: Iterable[tuple[int, int]]) -> tuple[float, int, int]:
        """The entry of a limited signal, from its periods: the older ones of the lead and these; what lies beside it is made anew."""
        code, _, _, most, period, rate, _ = rule
        held: dict[int, tuple[int, int]] = {}
        for at, events in [*latests, *((at, n) for name, at, n in _periods(lead.older) if name == code)]:
            then, before = held.get(at // period, (0, 0))
            held[at // period] = (max(at, then), events + before)
        latest, events = held.pop(max(held))
        closed = sum(value * exp2((at - latest) * rate) for name, value, at in _closed(lead.closed) if name == code)
        had_closed = code in {name for name, _, _ in _closed(lead.closed)}
        _drop_beside(lead, code)
        lead.older += b"".join(PERIOD.pack(code, *held[one]) for one in sorted(held) if held[one][1])
        lead.closed += CLOSED.pack(code, closed, latest) if had_closed else b""
        total = sum(min(n, most) * self._weight(lead, rule, at) * exp2((at - latest) * rate) for at, n in held.values())
        return total + min(events, most) * self._weight(lead, rule, latest) + closed, latest, events

    def _weight(self, lead: Lead, rule: Rule, at: int) -> float:
        """The weight of the period of this time."""
        found = self.speaks_against(lead, rule, at)
        return 1.0 if found is None else found.weight

    def speaks_against(self, lead: Lead, rule: Rule, at: int) -> Evidence | None:
        """Of the evidence that weighs the period of this time the one of the least weight."""
        if lead.evidence is None or self._doubts is None:
            return None
        start = at // rule[4] * rule[4]
        return self._doubts.least(lead, rule[0], start, start + rule[4])

    def reweigh(self, lead: Lead) -> None:
        """Weigh all open periods by the evidence there is now."""
        for place in range(0, len(lead.signals), 4):
            rule = self._rules.get(lead.signals[place : place + 4])
            if rule is not None and rule[4]:
                _, latest, events = ENTRY.unpack_from(lead.counts, place * 5)
                ENTRY.pack_into(lead.counts, place * 5, *self._weigh(lead, rule, [(latest, events)]))

    def recount(self, lead: Lead) -> None:
        """Bring the counts to this model's limits, which may not be those that they were counted with."""
        for i in range(0, len(lead.signals), 4):
            rule = self._rules.get(lead.signals[i : i + 4])
            if rule is not None:
                self._recount(lead, rule, i * 5)

    def _recount(self, lead: Lead, rule: Rule, where: int) -> None:
        code, _, _, _, period, _, _ = rule
        total, latest, events = ENTRY.unpack_from(lead.counts, where)
        limited = events or any(one[0] == code for one in (*_periods(lead.older), *_closed(lead.closed)))
        if period and limited:
            total, latest, events = self._weigh(lead, rule, [(latest, events)])
        else:  # there is no limit now, or there was none: all of it is closed
            _drop_beside(lead, code)
            lead.closed += CLOSED.pack(code, total, latest) if period else b""
            events = 0
        ENTRY.pack_into(lead.counts, where, total, latest, events)


def _drop_beside(lead: Lead, code: bytes) -> None:
    """Forget a signal's older and closed periods."""
    lead.older = b"".join(PERIOD.pack(*one) for one in _periods(lead.older) if one[0] != code)
    lead.closed = b"".join(CLOSED.pack(*one) for one in _closed(lead.closed) if one[0] != code)


def _add_beside(lead: Lead, other: Lead, code: bytes) -> None:
    """Take another lead's older and closed periods of a signal."""
    lead.older += b"".join(PERIOD.pack(*one) for one in _periods(other.older) if one[0] == code)
    lead.closed += b"".join(CLOSED.pack(*one) for one in _closed(other.closed) if one[0] == code)
