"""What a lead's state is worth at a moment: one closed form per kind of signal.

Between two jumps (a window left, a cart abandoned) a positive signal only falls and a negative one only rises towards zero; the search
for due times rests on that. Reading goes through what the lead holds, not through all that the model has: most leads did little.
"""

from collections.abc import Iterator
from math import exp2
from typing import Final
from zlib import crc32

from intentflow.domain.change import Receipt
from intentflow.domain.counting import ENTRY
from intentflow.domain.fit import Fit, criteria_met
from intentflow.domain.lead import Lead
from intentflow.domain.rules import (
    AXES,
    Abandoned,
    AnySignal,
    Axis,
    Counted,
    Fact,
    Ideal,
    Once,
    Repeated,
    ScoringModel,
    SignedUp,
)

UNCAPPED = float("inf")
STAMP = 10  # bytes of an event in a window: 6 of its time, 4 of its id's hash
COMBINATIONS = 20_000  # of signals that are remembered; then it starts afresh
_entries: Final = ENTRY.iter_unpack


def code(name: str) -> int:
    """What a state knows a name by."""
    return crc32(name.encode())


class Meter:
    """A signal, ready to be read.

    `rate` is 1 / half-life, 0 if it doesn't fade. `slot` is where its points are summed up: by axis those above 0 (slots 0 to 2) and those
    below (3 to 5), then each capped group (6 and on). `bit` is the group's, 0 for none.
    """

    __slots__ = ("axis", "bit", "cap", "code", "number", "points", "positive", "rate", "signal", "slot")

    def __init__(self, signal: AnySignal, number: int, group: int, positive: bool | None = None) -> None:
        """`positive`: the sign of its points, where it is not that of the signal's."""
        self.signal, self.number, self.code = signal, number, code(signal.name)
        self.axis, self.points = AXES.index(signal.axis), signal.points
        self.positive = signal.points >= 0 if positive is None else positive
        self.rate = 0.0 if signal.half_life is None else 1.0 / signal.half_life
        cap = signal.cap if isinstance(signal, Counted | Abandoned) else None
        self.cap = UNCAPPED if cap is None else cap
        self.slot = group + 6 if group >= 0 else self.axis if self.positive else self.axis + 3
        self.bit = 1 << group if group >= 0 else 0

    def capped(self, points: float) -> float:
        """As much of these points as may count."""
        return self.cap if points > self.cap else -self.cap if points < -self.cap else points


Worths = list[tuple[Meter, float]]
Sums = list[float]  # by axis the points above 0, then those below, then what is left by group


class Scores:
    """The score of a model, ready to be read off a lead."""

    def __init__(self, model: ScoringModel) -> None:
        groups = {g.name: i for i, g in enumerate(model.groups)}
        self.meters = [Meter(s, i, groups.get(s.group or "", -1)) for i, s in enumerate(model.signals)]
        self.groups = [(g, AXES.index(g.axis), number + 6) for number, g in enumerate(model.groups)]
        self.facts = [(f, code(f.name)) for f in model.facts]
        self.once = {m.code: m for m in self.meters if isinstance(m.signal, Once)}
        self.repeated = {m.code: m for m in self.meters if isinstance(m.signal, Repeated)}
        self.signed_up = [m for m in self.meters if isinstance(m.signal, SignedUp)]
        self.abandoned = [m for m in self.meters if isinstance(m.signal, Abandoned)]
        self.fit = Fit(model.signals)
        signs = [(self.meters[sign.number], Meter(sign.signal, sign.number, -1, False)) for sign in self.fit.signs]
        self._fitting = {above.number: (above, below) for above, below in signs}
        self._ideals = {sign.signal.name: sign.signal for sign in self.fit.signs if isinstance(sign.signal, Ideal)}
        self.moving = [*self.repeated.values(), *self.abandoned]
        self._loses = not all(m.positive for m in (*self.once.values(), *self.moving))
        self._counted = {m.code: m for m in self.meters if isinstance(m.signal, Counted)}
        self._combinations: dict[bytes, list[tuple[float, float, float, Meter]]] = {}
        self._nothing = [0.0] * (6 + len(groups))
        self._unknown = Meter(Counted(name="", axis="fit", points=0.0, when=()), -1, -1)

    def slot_and_cap(self, signal: int) -> tuple[int, float]:
        """Where a counted signal's points are summed up, and the most that they may be."""
        meter = self._counted[signal]
        return meter.slot, meter.cap

    def _of(self, signals: bytes) -> list[tuple[float, float, float, Meter]]:
        """The meters of these signals; one that is always 0 for a signal that the model no longer has."""
        if len(self._combinations) >= COMBINATIONS:
            self._combinations.clear()
        codes = (int.from_bytes(signals[i : i + 4], "little") for i in range(0, len(signals), 4))
        meters = [self._counted.get(code, self._unknown) for code in codes]
        found = self._combinations[signals] = [(m.rate, m.points, m.cap, m) for m in meters]
        return found

    def worths(self, lead: Lead, now: int) -> Worths:
        """What each signal is worth at `now`, which is not before the lead's clock; signals worth nothing may be left out."""
        found: Worths = []
        meters = self._combinations.get(lead.signals)
        if meters is None:
            meters = self._of(lead.signals)
        for (rate, points, cap, meter), (total, latest, _) in zip(meters, _entries(lead.counts), strict=True):
            worth = points * total * exp2((latest - now) * rate)
            found.append((meter, cap if worth > cap else -cap if worth < -cap else worth))
        if lead.firsts:
            firsts = ((self.once.get(name), first) for name, first in lead.firsts.items())
            found += [(m, m.points * exp2((first - now) * m.rate)) for m, first in firsts if m is not None]
        if lead.windows:
            found += [(m, m.points) for m in self.repeated.values() if any(now < end for end in jumps(m, lead))]
        if lead.newsletter is not None:
            found += [(m, _signed_up(m, lead.newsletter, now)) for m in self.signed_up]
        if lead.carts:
            for m in self.abandoned:
                starts = [start for start in jumps(m, lead) if start <= now]
                if starts:
                    found.append((m, m.capped(m.points * sum(exp2((start - now) * m.rate) for start in starts))))
        if lead.profile:
            found += [(self._fitting[n][points < 0], points) for n, points in self.fit.worths(lead.profile, now)]
        return found

    def narrowed(self, windows: dict[int, bytes] | None) -> dict[int, bytes] | None:
        """Windows that another model kept: of the latest events no more than this one asks for."""
        if not windows:
            return windows
        most = {name: STAMP * m.signal.at_least for name, m in self.repeated.items() if isinstance(m.signal, Repeated)}
        return {name: held[-most.get(name, len(held)) :] for name, held in windows.items()}

    def may_lose(self, lead: Lead) -> bool:
        """Whether the lead holds anything of a signal with points below 0."""
        if (lead.firsts or lead.windows or lead.carts) and self._loses:
            return True
        return not all(
            meter.positive for _, _, _, meter in self._combinations.get(lead.signals) or self._of(lead.signals)
        )

    def sums(self, worths: Worths) -> tuple[Sums, Sums]:
        """The scores that these worths are, in parts, and by how much the points above 0 fade: points times rate.

        From that follows a bound: so much of exponentials never falls below what one exponential with their mean rate leaves (Jensen).
        """
        sums, fading = self._nothing.copy(), self._nothing.copy()
        for meter, points in worths:
            slot = meter.slot
            sums[slot] += points
            fading[slot] += points * meter.rate
        for group, axis, slot in self.groups:
            points = sums[slot]
            if points:
                kept = points if points < group.cap else group.cap
                sums[axis] += kept
                fading[axis] += fading[slot] * (kept / points)
        return sums, fading

    def at(self, lead: Lead, now: int) -> list[float]:
        """The scores at `now`, in the order of AXES."""
        return scores_of(self.sums(self.worths(lead, now))[0])

    def receipts(self, worths: Worths) -> list[Receipt]:
        """What is not 0, the largest first; they add up to the scores. A group whose cap binds has one of its own."""
        return [self.receipt(name, axis, points) for _, name, axis, points in self.lines(worths)]

    def receipt(self, name: str, axis: Axis, points: float) -> Receipt:
        """A line as a receipt; that of an ideal says how many criteria are met."""
        ideal = self._ideals.get(name)
        met = None if ideal is None or points <= 0 else criteria_met(ideal, points)
        return Receipt(name, axis, points, met)

    def lines(self, worths: Worths) -> list[tuple[float, str, Axis, float]]:
        """The same as size (negative, so that the largest comes first), name, axis, points."""
        lines = [(-abs(points), meter.signal.name, meter.signal.axis, points) for meter, points in worths if points]
        for group, _, slot in self.groups:
            over = sum([points for meter, points in worths if meter.slot == slot]) - group.cap
            if over > 0:
                lines.append((-over, group.name, group.axis, -over))
        lines.sort()
        return lines


def scores_of(sums: Sums) -> list[float]:
    """The scores that these parts add up to, in the order of AXES."""
    return [sums[0] + sums[3], sums[1] + sums[4], sums[2] + sums[5]]


def jumps(meter: Meter, lead: Lead) -> Iterator[int]:
    """The times at which a signal's worth jumps: where a window ends, where a cart is abandoned."""
    signal = meter.signal
    if type(signal) is Repeated:
        held = lead.windows.get(meter.code) if lead.windows else None
        first = -1 if held is None else len(held) - STAMP * signal.at_least  # more are there if a model asked for more
        if held is not None and first >= 0:
            yield int.from_bytes(held[first : first + 6], "big") + signal.within
    elif type(signal) is Abandoned:
        for cart in lead.carts.values() if lead.carts else ():
            if cart.is_left:
                yield cart.activity + signal.quiet


def _signed_up(meter: Meter, newsletter: tuple[int, int, int, int, int], now: int) -> float:
    first, last, confirm, unsubscribe, bounce = newsletter
    signal = meter.signal
    if not last or max(unsubscribe, bounce) >= last or type(signal) is not SignedUp:
        return 0.0
    points = meter.points if confirm > unsubscribe else signal.until_confirmed
    return points * exp2(((last if unsubscribe >= first else first) - now) * meter.rate)


def holds(fact: Fact, latest: int | None, now: int) -> bool:
    """Whether a fact whose latest event was then holds at `now`."""
    return latest is not None and (fact.lasts is None or now < latest + fact.lasts)
