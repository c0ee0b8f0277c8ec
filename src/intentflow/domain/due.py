"""When time alone will move a lead.

Two answers. `next_move` is exact: between two jumps (a window left, a cart abandoned, a fact or a wait over) every positive part of a score
falls and every negative one rises, so both ends of an interval bound the scores inside it, and bisection finds the first millisecond
without missing one. `refresh` is cheap: one logarithm with the shortest half-life gives a time that may be early, never late.
"""

from collections.abc import Iterable
from math import ceil, log2

from intentflow.domain.lead import Lead
from intentflow.domain.rules import Abandoned, Repeated, ScoringModel
from intentflow.domain.stages import SLACK, Judge
from intentflow.domain.worth import holds, jumps

ROUNDING = 1e-12  # of bounds; it can only make the search look once more
NEVER = float("inf")
ENDLESS = 1e300  # points


class Due:
    """The due times of a model's leads."""

    def __init__(self, model: ScoringModel, judge: Judge) -> None:
        self.stages, self.judge, self.scores = model.stages, judge, judge.scores
        meters = self.scores.meters
        self.shortest = [_shortest(m.signal.half_life for m in meters if m.axis == a and m.positive) for a in range(3)]
        above = [(j, judge.facts[j], judge.enter[j]) for j in range(len(model.stages))]
        self._above = [above[j + 1 :] for j in range(len(model.stages))]
        self._empty = self._room_of_nothing()
        self.shortest_loss = [
            _shortest(m.signal.half_life for m in meters if m.axis == a and not m.positive) for a in range(3)
        ]

    def _room_of_nothing(self) -> list[float]:
        lead = Lead([], [])
        self.refresh(lead, 0, [0.0, 0.0, 0.0], [0.0, 0.0, 0.0])
        return lead.room

    def next_move(self, lead: Lead, until: int) -> int | None:
        """The first millisecond in (clock, until] at which judging would move the lead, or None."""
        start = lead.clock + 1
        for jump in [*sorted({j for j in self._jumps(lead) if start < j <= until}), until + 1]:
            found = self._first(lead, start, jump - 1)
            if found is not None:
                return found
            start = jump
        return None

    def _jumps(self, lead: Lead) -> list[int]:
        """Every time at which something else than fading may happen."""
        times = [lead.since + self.judge.stage(lead).dwell]
        times += [
            lead.left[c] + s.cool_down for c, s in zip(self.judge.codes, self.stages, strict=True) if c in lead.left
        ]
        times += [lead.lasts[c] + f.lasts for f, c in self.scores.facts if f.lasts is not None and c in lead.lasts]
        return times + [end for meter in self.scores.moving for end in jumps(meter, lead)]

    def _first(self, lead: Lead, low: int, high: int) -> int | None:
        """The first move in [low, high], an interval without jumps inside."""
        if low > high or not self._may_move(lead, low, high):
            return None
        if low == high:
            return low if self.judge.move(lead, low, self.scores.at(lead, low)) is not None else None
        middle = (low + high) // 2
        found = self._first(lead, low, middle)
        return found if found is not None else self._first(lead, middle + 1, high)

    def _may_move(self, lead: Lead, low: int, high: int) -> bool:
        """False only if no judging in [low, high] moves the lead."""
        gains, losses = self.scores.split(lead, low)
        gains_after, losses_after = self.scores.split(lead, high)
        upper = [g + n + ROUNDING for g, n in zip(gains, losses_after, strict=True)]
        lower = [g + n - ROUNDING for g, n in zip(gains_after, losses, strict=True)]
        judge, here = self.judge, self.judge.stage_of(lead)
        if here and low >= lead.since + self.stages[here].dwell and judge.leaves(here, lead, low, lower):
            return True
        above = range(here + 1, len(self.stages))
        return any(judge.scores_enter(j, upper) and judge.is_open(j, lead, low) for j in above)

    def begin(self, lead: Lead) -> None:
        """Set `due` and `room` of a lead that has seen nothing."""
        lead.due, lead.room = 0, self._empty.copy()

    def refresh(self, lead: Lead, now: int, gains: list[float], losses: list[float]) -> None:
        """Set `due` and `room` as of `now`, up to which all that was due has happened, with the scores' parts at `now`."""
        here = self.judge.stage_of(lead)
        due = self._fall(lead, now, here, gains, losses) if here else NEVER
        room = [ENDLESS, ENDLESS, ENDLESS]
        waits = bool(lead.carts or lead.windows or any(losses))  # time alone may raise a score
        for j, facts, axes in self._above[here]:
            if lead.left and self.judge.codes[j] in lead.left:
                end = lead.left[self.judge.codes[j]] + self.stages[j].cool_down
                if now < end:
                    due = min(due, end)
                    continue
            if facts and not all(holds(fact, lead.lasts.get(c), now) for fact, c in facts):
                continue  # a fact can't begin to hold by time alone
            gap, fullest = 0.0, 0
            for axis, threshold in axes:
                lacks = threshold - gains[axis]
                if lacks > gap:
                    gap, fullest = lacks, axis
            if gap - 2 * SLACK < room[fullest]:
                room[fullest] = gap - 2 * SLACK
            if waits:
                due = min(due, self._rise(lead, now, j, gains, losses))
        lead.room = room
        lead.due = 0 if due == NEVER else max(now + 1, int(due))

    def _fall(self, lead: Lead, now: int, here: int, gains: list[float], losses: list[float]) -> float:
        """No fall comes before it."""
        due = NEVER
        for fact, c in self.judge.facts[here]:
            if fact.lasts is not None:
                due = min(due, lead.lasts.get(c, 0) + fact.lasts)
        for axis, threshold in self.judge.leave[here]:
            due = min(due, now + _until_below(gains[axis], threshold - SLACK - losses[axis], self.shortest[axis]))
            if lead.windows or lead.carts:
                for meter in self.scores.moving:
                    if meter.axis == axis and isinstance(meter.signal, Repeated) == meter.positive:
                        due = min(due, _after(now, *jumps(meter, lead)))
        return max(due, lead.since + self.stages[here].dwell)

    def _rise(self, lead: Lead, now: int, j: int, gains: list[float], losses: list[float]) -> float:
        """Stage j, which is open but for its scores, is not entered by time alone before it."""
        wait = max((self._until_met(a, x, gains, losses) for a, x in self.judge.enter[j]), default=0)
        due = now + wait if wait else NEVER
        for meter in self.scores.moving:
            if isinstance(meter.signal, Abandoned) == meter.positive and any(
                a == meter.axis for a, _ in self.judge.enter[j]
            ):
                due = min(due, _after(now, *jumps(meter, lead)))
        return due

    def _until_met(self, axis: int, threshold: float, gains: list[float], losses: list[float]) -> float:
        """Milliseconds for which fading losses alone keep the axis below its threshold; 0 if it is met."""
        if gains[axis] + losses[axis] >= threshold - SLACK:
            return 0
        if not losses[axis]:
            return NEVER
        return max(1, _until_below(-losses[axis], gains[axis] - threshold + SLACK, self.shortest_loss[axis]))


def _after(now: int, *times: int) -> float:
    """The earliest of the times after `now`."""
    return min((t for t in times if t > now), default=NEVER)


def _shortest(half_lives: Iterable[int | None]) -> float:
    return min((h for h in half_lives if h is not None), default=NEVER)


def _until_below(amount: float, bound: float, half_life: float) -> float:
    """Milliseconds for which an amount that halves no faster than this stays at or above the bound; never more than true."""
    if bound <= 0 or (half_life == NEVER and amount >= bound):
        return NEVER
    return 0 if amount <= bound else max(0, ceil(half_life * log2(amount / bound)) - 2)
