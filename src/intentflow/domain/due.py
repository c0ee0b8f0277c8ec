"""When time alone will move a lead.

Two answers. `next_move` is exact: between two jumps (a window left, a cart abandoned, a fact or a wait over) every positive part of a score
falls and every negative one rises, so both ends of an interval bound the scores inside it, and bisection finds the first millisecond
without missing one. `refresh` is cheap: one logarithm with the shortest half-life gives a time that may be early, never late.
"""

from collections.abc import Iterable
from math import ceil, log2
from typing import NamedTuple

from intentflow.domain.lead import Lead
from intentflow.domain.rules import Abandoned, Fact, Repeated, ScoringModel
from intentflow.domain.stages import SLACK, Judge
from intentflow.domain.worth import Meter, holds, jumps

ROUNDING = 1e-12  # of bounds; it can only make the search look once more
NEVER = float("inf")
ENDLESS = 1e300  # points


Parts = tuple[list[float], list[float]]  # gains and losses by axis


class Above(NamedTuple):
    """A stage that a lead may rise to."""

    number: int
    code: int
    facts: list[tuple[Fact, int]]
    enter: list[tuple[int, float]]


class Due:
    """The due times of a model's leads."""

    def __init__(self, model: ScoringModel, judge: Judge) -> None:
        self.stages, self.judge, self.scores = model.stages, judge, judge.scores
        meters = self.scores.meters
        self.shortest = [_shortest(m.signal.half_life for m in meters if m.axis == a and m.positive) for a in range(3)]
        above = [Above(j, judge.codes[j], judge.facts[j], judge.enter[j]) for j in range(len(model.stages))]
        self._above = [above[j + 1 :] for j in range(len(model.stages))]
        self._rest = [[s for s in stages if s.facts or len(s.enter) != 1] for stages in self._above]
        self._several = [[s for s in stages if not s.facts and len(s.enter) != 1] for stages in self._above]
        self._lowest = [[_lowest(stages, axis) for axis in range(3)] for stages in self._above]
        moving = self.scores.moving
        self._rising = [m for m in moving if isinstance(m.signal, Abandoned) == m.positive]  # whose jumps raise a score
        self._ending = [m for m in moving if isinstance(m.signal, Repeated) and m.positive]  # whose jumps lower it
        self._sinking = [m for m in moving if isinstance(m.signal, Abandoned) and not m.positive]
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
        start, known = lead.clock + 1, dict[int, Parts]()
        for jump in [*sorted({j for j in self._jumps(lead) if start < j <= until}), until + 1]:
            found = self._first(lead, start, jump - 1, known)
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

    def _first(self, lead: Lead, low: int, high: int, known: dict[int, Parts]) -> int | None:
        """The first move in [low, high], an interval without jumps inside."""
        if low > high or not self._may_move(lead, low, high, known):
            return None
        if low == high:
            return low if self.judge.move(lead, low, self.scores.at(lead, low)) is not None else None
        middle = (low + high) // 2
        found = self._first(lead, low, middle, known)
        return found if found is not None else self._first(lead, middle + 1, high, known)

    def _may_move(self, lead: Lead, low: int, high: int, known: dict[int, Parts]) -> bool:
        """False only if no judging in [low, high] moves the lead."""
        for end in (low, high):
            if end not in known:  # halves share their ends
                known[end] = self.scores.split(lead, end)
        (gains, losses), (gains_after, losses_after) = known[low], known[high]
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
        if lead.carts or lead.windows:
            due = min(due, _next_jump(self._rising, lead, now))
        if lead.left or any(losses):
            room = [ENDLESS, ENDLESS, ENDLESS]
            for stage in self._above[here]:
                due = min(due, self._look_up(lead, now, stage, room, gains, losses))
        else:
            room = [x - gained for x, gained in zip(self._lowest[here], gains, strict=True)]
            for stage in self._rest[here] if lead.lasts else self._several[here]:
                self._look_up(lead, now, stage, room, gains, losses)
        lead.room = room
        lead.due = 0 if due == NEVER else max(now + 1, int(due))

    def _look_up(
        self, lead: Lead, now: int, stage: Above, room: list[float], gains: list[float], losses: list[float]
    ) -> float:
        """Make room for a stage above; returns a time before which fading losses or its cool-down let nobody enter it."""
        if lead.left and stage.code in lead.left:
            end = lead.left[stage.code] + self.stages[stage.number].cool_down
            if now < end:
                return end
        for fact, c in stage.facts:
            if not holds(fact, lead.lasts.get(c), now):
                return NEVER  # a fact can't begin to hold by time alone
        gap, emptiest = 0.0, 0
        for axis, threshold in stage.enter:
            if threshold - gains[axis] > gap:
                gap, emptiest = threshold - gains[axis], axis
        room[emptiest] = min(room[emptiest], gap - 2 * SLACK)
        if gap <= 2 * SLACK:  # losses alone hold it back: points on any of its axes may enter it
            for axis, _ in stage.enter:
                room[axis] = min(room[axis], 0.0)
        wait = max((self._until_met(axis, x, gains, losses) for axis, x in stage.enter), default=0)
        return now + wait if wait else NEVER

    def _fall(self, lead: Lead, now: int, here: int, gains: list[float], losses: list[float]) -> float:
        """No fall comes before it."""
        due = NEVER
        for fact, c in self.judge.facts[here]:
            if fact.lasts is not None:
                due = min(due, lead.lasts.get(c, 0) + fact.lasts)
        for axis, threshold in self.judge.leave[here]:
            bound, windows = threshold - SLACK - losses[axis], 0.0
            if lead.windows:
                windows = sum(
                    m.points for m in self._ending if m.axis == axis and any(end > now for end in jumps(m, lead))
                )
            if gains[axis] - windows < bound:
                due = min(due, _next_jump(self._ending, lead, now))
                windows = 0.0
            due = min(due, now + _until_below(gains[axis] - windows, bound, self.shortest[axis]))
        if lead.carts and self._sinking:
            due = min(due, _next_jump(self._sinking, lead, now))
        return max(due, lead.since + self.stages[here].dwell)

    def _until_met(self, axis: int, threshold: float, gains: list[float], losses: list[float]) -> float:
        """Milliseconds for which fading losses alone keep the axis below its threshold; 0 if it is met."""
        if gains[axis] + losses[axis] >= threshold - SLACK:
            return 0
        if not losses[axis]:
            return NEVER
        return max(1, _until_below(-losses[axis], gains[axis] - threshold + SLACK, self.shortest_loss[axis]))


def _lowest(stages: list[Above], axis: int) -> float:
    """The lowest score on this axis that, alone, enters one of the stages; a little less, for the slack."""
    alone = [
        threshold
        for stage in stages
        if not stage.facts and len(stage.enter) == 1
        for a, threshold in stage.enter
        if a == axis
    ]
    return min(alone, default=ENDLESS) - 2 * SLACK


def _next_jump(meters: list[Meter], lead: Lead, now: int) -> float:
    """The earliest jump of these signals after `now`."""
    return min((time for meter in meters for time in jumps(meter, lead) if time > now), default=NEVER)


def _shortest(half_lives: Iterable[int | None]) -> float:
    return min((h for h in half_lives if h is not None), default=NEVER)


def _until_below(amount: float, bound: float, half_life: float) -> float:
    """Milliseconds for which an amount that halves no faster than this stays at or above the bound; never more than true."""
    if bound <= 0 or (half_life == NEVER and amount >= bound):
        return NEVER
    return 0 if amount <= bound else max(0, ceil(half_life * log2(amount / bound)) - 2)
