"""What a lead's state is worth at a moment: one closed form per kind of signal.

Between two jumps (a window left, a cart abandoned) a positive signal only falls and a negative one only rises towards zero; the search
for due times rests on that. Reading goes through what the lead holds, not through all that the model has: most leads did little.
"""

from collections.abc import Iterator
from math import exp2
from zlib import crc32

from intentflow.domain.change import Receipt
from intentflow.domain.lead import Lead
from intentflow.domain.rules import AXES, Abandoned, AnySignal, Counted, Fact, Once, Repeated, ScoringModel, SignedUp

UNCAPPED = float("inf")


def code(name: str) -> int:
    """What a state knows a name by."""
    return crc32(name.encode())


class Meter:
    """A signal, ready to be read. `rate` is 1 / half-life, 0 if it doesn't fade; `group` the number of a capped group, -1 for none."""

    __slots__ = ("axis", "cap", "code", "group", "most", "number", "points", "positive", "rate", "signal")

    def __init__(self, signal: AnySignal, number: int, group: int) -> None:
        self.signal, self.number, self.code, self.group = signal, number, code(signal.name), group
        self.axis, self.points, self.positive = AXES.index(signal.axis), signal.points, signal.points >= 0
        self.rate = 0.0 if signal.half_life is None else 1.0 / signal.half_life
        cap = signal.cap if isinstance(signal, Counted | Abandoned) else None
        self.cap = UNCAPPED if cap is None else cap
        self.most = signal.limit.count if isinstance(signal, Counted) and signal.limit is not None else 0

    def capped(self, events: float) -> float:
        """The points that so many events' worth are."""
        points, cap = self.points * events, self.cap
        return cap if points > cap else -cap if points < -cap else points


Worths = list[tuple[Meter, float]]


class Scores:
    """The score of a model, ready to be read off a lead."""

    def __init__(self, model: ScoringModel) -> None:
        groups = {g.name: i for i, g in enumerate(model.groups)}
        self.meters = [Meter(s, i, groups.get(s.group or "", -1)) for i, s in enumerate(model.signals)]
        self.groups = [(g, AXES.index(g.axis)) for g in model.groups]
        self.facts = [(f, code(f.name)) for f in model.facts]
        self.counted = {m.code: m for m in self.meters if isinstance(m.signal, Counted)}
        self.once = {m.code: m for m in self.meters if isinstance(m.signal, Once)}
        self.repeated = {m.code: m for m in self.meters if isinstance(m.signal, Repeated)}
        self.signed_up = [m for m in self.meters if isinstance(m.signal, SignedUp)]
        self.abandoned = [m for m in self.meters if isinstance(m.signal, Abandoned)]
        self.moving = [*self.repeated.values(), *self.abandoned]

    def worths(self, lead: Lead, now: int) -> Worths:
        """What each signal is worth at `now`, which is not before the lead's clock; signals worth nothing may be left out."""
        found: Worths = []
        counted, counts, periods = self.counted, lead.counts, lead.periods
        for name, held in counts.items():
            if name not in periods and (meter := counted.get(name)) is not None:
                found.append((meter, meter.capped(held[0] * exp2((held[1] - now) * meter.rate))))
        for name, open_periods in periods.items():
            if (meter := counted.get(name)) is not None:
                rate, most = meter.rate, meter.most
                held = counts.get(name, (0.0, now))
                events = held[0] * exp2((held[1] - now) * rate)
                for _, count, latest in open_periods:
                    events += (count if count < most else most) * exp2((latest - now) * rate)
                found.append((meter, meter.capped(events)))
        if lead.firsts:
            found += [
                (m, m.points * exp2((lead.firsts[c] - now) * m.rate)) for c, m in self.once.items() if c in lead.firsts
            ]
        if lead.windows:
            found += [(m, m.points) for m in self.repeated.values() if any(now < end for end in jumps(m, lead))]
        if lead.newsletter is not None:
            found += [(m, _signed_up(m, lead.newsletter, now)) for m in self.signed_up]
        if lead.carts:
            for m in self.abandoned:
                found.append(
                    (m, m.capped(sum(exp2((start - now) * m.rate) for start in jumps(m, lead) if start <= now)))
                )
        return found

    def split(self, lead: Lead, now: int) -> tuple[list[float], list[float]]:
        """The scores at `now` by axis, positive and negative signals apart."""
        return self.parts(self.worths(lead, now))

    def parts(self, worths: Worths) -> tuple[list[float], list[float]]:
        """The scores that these worths are, by axis, positive and negative signals apart."""
        gains, losses = [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]
        together: dict[int, float] = {}
        for meter, points in worths:
            if meter.group >= 0:
                together[meter.group] = together.get(meter.group, 0.0) + points
            elif meter.positive:
                gains[meter.axis] += points
            else:
                losses[meter.axis] += points
        for number, points in together.items():
            group, axis = self.groups[number]
            gains[axis] += points if points < group.cap else group.cap
        return gains, losses

    def at(self, lead: Lead, now: int) -> list[float]:
        """The scores at `now`, in the order of AXES."""
        gains, losses = self.split(lead, now)
        return [g + n for g, n in zip(gains, losses, strict=True)]

    def receipts(self, worths: Worths) -> list[Receipt]:
        """What is not 0, the largest first; they add up to the scores. A group whose cap binds has one of its own."""
        lines = [Receipt(meter.signal.name, meter.signal.axis, points) for meter, points in worths if points]
        for number, (group, _) in enumerate(self.groups):
            over = sum(points for meter, points in worths if meter.group == number) - group.cap
            if over > 0:
                lines.append(Receipt(group.name, group.axis, -over))
        lines.sort(key=lambda receipt: (-abs(receipt.points), receipt.signal))
        return lines


def jumps(meter: Meter, lead: Lead) -> Iterator[int]:
    """The times at which a signal's worth jumps: where a window ends, where a cart is abandoned."""
    signal = meter.signal
    if isinstance(signal, Repeated):
        held = lead.windows.get(meter.code)
        if held is not None and len(held) == signal.at_least:
            yield held[0][0] + signal.within
    elif isinstance(signal, Abandoned):
        for added, activity, purchase in lead.carts.values():
            if added and added > purchase and activity > purchase:
                yield activity + signal.quiet


def _signed_up(meter: Meter, newsletter: tuple[int, int, int, int, int], now: int) -> float:
    first, last, confirm, unsubscribe, bounce = newsletter
    if not last or max(unsubscribe, bounce) >= last or not isinstance(meter.signal, SignedUp):
        return 0.0
    points = meter.points if confirm > unsubscribe else meter.signal.until_confirmed
    return points * exp2(((last if unsubscribe >= first else first) - now) * meter.rate)


def holds(fact: Fact, latest: int | None, now: int) -> bool:
    """Whether a fact whose latest event was then holds at `now`."""
    return latest is not None and (fact.lasts is None or now < latest + fact.lasts)
