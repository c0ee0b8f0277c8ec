"""What a lead's state is worth at a moment: one closed form per kind of signal.

Between two jumps (a window left, a cart abandoned) a positive signal only falls and a negative one only rises towards zero; the search
for due times rests on that.
"""

from collections.abc import Iterator
from zlib import crc32

from intentflow.domain.counting import count_at, faded
from intentflow.domain.lead import Lead
from intentflow.domain.rules import AXES, Abandoned, AnySignal, Counted, Fact, Once, Repeated, ScoringModel, SignedUp


def code(name: str) -> int:
    """What a state knows a name by."""
    return crc32(name.encode())


class Meter:
    """A signal, ready to be read: `worth(lead, t)` points at t, which is not before the lead's clock."""

    def __init__(self, signal: AnySignal) -> None:
        self.signal, self.name, self.code = signal, signal.name, code(signal.name)
        self.axis = AXES.index(signal.axis)
        self.positive = signal.points >= 0

    def worth(self, lead: Lead, now: int) -> float:
        """Points at `now`."""
        raise NotImplementedError

    def jumps(self, lead: Lead) -> Iterator[int]:
        """Times at which the worth jumps."""
        return iter(())


class CountedMeter(Meter):
    """Decayed counts, with a limit and a cap."""

    signal: Counted

    def worth(self, lead: Lead, now: int) -> float:
        code = self.code
        if code not in lead.counts and code not in lead.periods:
            return 0.0
        s = self.signal
        return _within(s.points * count_at(lead, code, now, s.half_life, s.limit), s.cap)


class OnceMeter(Meter):
    """The first event."""

    signal: Once

    def worth(self, lead: Lead, now: int) -> float:
        first = lead.firsts.get(self.code)
        return 0.0 if first is None else faded(self.signal.points, first, now, self.signal.half_life)


class RepeatedMeter(Meter):
    """So many events within so long."""

    signal: Repeated

    def worth(self, lead: Lead, now: int) -> float:
        return self.signal.points if any(now < end for end in self.jumps(lead)) else 0.0

    def jumps(self, lead: Lead) -> Iterator[int]:
        held = lead.windows.get(self.code, [])
        if len(held) == self.signal.at_least:
            yield held[0][0] + self.signal.within


class SignedUpMeter(Meter):
    """The newsletter."""

    signal: SignedUp

    def worth(self, lead: Lead, now: int) -> float:
        if lead.newsletter is None:
            return 0.0
        first, last, confirm, unsubscribe, bounce = lead.newsletter
        if not last or max(unsubscribe, bounce) >= last:
            return 0.0
        points = self.signal.points if confirm > unsubscribe else self.signal.until_confirmed
        return faded(points, last if unsubscribe >= first else first, now, self.signal.half_life)


class AbandonedMeter(Meter):
    """Carts left alone."""

    signal: Abandoned

    def worth(self, lead: Lead, now: int) -> float:
        if not lead.carts:
            return 0.0
        s = self.signal
        return _within(sum(faded(s.points, start, now, s.half_life) for start in self.jumps(lead) if start <= now), s.cap)

    def jumps(self, lead: Lead) -> Iterator[int]:
        for add, activity, purchase in lead.carts.values():
            if add and add > purchase and activity > purchase:
                yield activity + self.signal.quiet


METERS: dict[type, type[Meter]] = {
    Counted: CountedMeter,
    Once: OnceMeter,
    Repeated: RepeatedMeter,
    SignedUp: SignedUpMeter,
    Abandoned: AbandonedMeter,
}


def _within(points: float, cap: float | None) -> float:
    return points if cap is None else max(-cap, min(cap, points))


class Scores:
    """The score of a model, ready to be read off a lead."""

    def __init__(self, model: ScoringModel) -> None:
        self.meters = [METERS[type(s)](s) for s in model.signals]
        self.single = [m for m in self.meters if m.signal.group not in {g.name for g in model.groups}]
        self.groups = [(g, AXES.index(g.axis), [m for m in self.meters if m.signal.group == g.name]) for g in model.groups]
        self.facts = [(f, code(f.name)) for f in model.facts]
        self.moving = [m for m in self.meters if isinstance(m, RepeatedMeter | AbandonedMeter)]

    def split(self, lead: Lead, now: int) -> tuple[list[float], list[float]]:
        """The scores at `now` by axis, positive and negative signals apart."""
        gains, losses = [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]
        for meter in self.single:
            (gains if meter.positive else losses)[meter.axis] += meter.worth(lead, now)
        for group, axis, meters in self.groups:
            gains[axis] += min(group.cap, sum(meter.worth(lead, now) for meter in meters))
        return gains, losses

    def at(self, lead: Lead, now: int) -> list[float]:
        """The scores at `now`, in the order of AXES."""
        gains, losses = self.split(lead, now)
        return [g + n for g, n in zip(gains, losses, strict=True)]

    def receipts(self, lead: Lead, now: int) -> list[tuple[str, str, float]]:
        """(signal or group, axis, points) of all that is not 0; they add up to the scores."""
        lines = [(m.name, m.signal.axis, m.worth(lead, now)) for m in self.meters]
        for group, _, meters in self.groups:
            total = sum(meter.worth(lead, now) for meter in meters)
            lines.append((group.name, group.axis, min(0.0, group.cap - total)))
        return [line for line in lines if line[2]]


def holds(fact: Fact, latest: int | None, now: int) -> bool:
    """Whether a fact whose latest event was then holds at `now`."""
    return latest is not None and (fact.lasts is None or now < latest + fact.lasts)
