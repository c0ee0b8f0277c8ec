"""How long a lead need not be looked at: `room`, the points that may come in, and `due`, the time that may pass, before it could move.

Both are bounds from one reading of the lead, cheap and never wrong on the late side; `due.py` searches for the exact time when one is
met. A sum of fading parts is never less than one part of the same size that fades with their mean rate (Jensen's inequality): one
logarithm gives a time before which the sum can't have fallen to a threshold.
"""

from collections.abc import Iterable
from math import ceil, log2

from intentflow.domain.lead import Lead
from intentflow.domain.notices import Notices
from intentflow.domain.stages import SLACK, Judge, Rung
from intentflow.domain.worth import Meter, Sums, holds, jumps, scores_of

NEVER = float("inf")
LAST = 1 << 62  # ms; what fades so slowly is looked at then
ENDLESS = 1e300  # points


class Room:
    """The bounds of a model's leads."""

    def __init__(self, judge: Judge, notices: Notices) -> None:
        self._judge, self._notices, scores = judge, notices, judge.scores
        meters = scores.meters
        above = [judge.rungs[here + 1 :] for here in range(len(judge.rungs))]
        self._above = above
        self._rest = [[rung for rung in rungs if rung.facts or len(rung.enter) != 1] for rungs in above]
        self._several = [[rung for rung in rungs if not rung.facts and len(rung.enter) != 1] for rungs in above]
        self._lowest = [[_lowest(rungs, axis) for axis in range(3)] for rungs in above]
        self._ends_raise = [m for m in scores.repeated.values() if not m.positive]
        self._ends_lower = [m for m in scores.repeated.values() if m.positive]
        self._starts_raise = [m for m in scores.abandoned if m.positive]
        self._starts_lower = [m for m in scores.abandoned if not m.positive]
        self._groups = [(group.cap, axis, slot, 1 << slot - 6) for group, axis, slot in scores.groups]
        self._shortest_loss = [
            min(
                (m.signal.half_life for m in meters if m.axis == a and not m.positive and m.signal.half_life),
                default=NEVER,
            )
            for a in range(3)
        ]
        empty = Lead([], [])
        self.refresh(empty, 0, *scores.sums([]))
        self._empty = empty.room, empty.paid

    def first_rungs(self) -> tuple[list[tuple[float, int, int, int]], bool, tuple[float, ...]]:
        """What is asked of those in the first stage: the groups, as cap, axis, slot and bit; whether each stage asks for a fact or for one
        score alone; and the lowest of these scores by axis.
        """
        return self._groups, not self._several[0], tuple(self._lowest[0])

    def begin(self, lead: Lead) -> None:
        """Set `due` and `room` of a lead that has seen nothing."""
        room, lead.paid = self._empty
        lead.due, lead.room = 0, room.copy()

    def refresh(self, lead: Lead, now: int, sums: Sums, fading: Sums) -> None:
        """Set `due` and `room` as of `now`, up to which all that was due has happened, with what was read at `now`."""
        here = self._judge.stage_of(lead)
        due = self._fall(lead, now, here, sums, fading) if here else NEVER
        if lead.left or lead.entered or sums[3] or sums[4] or sums[5] or self._judge.any_bars(lead, now):
            room = [ENDLESS, ENDLESS, ENDLESS]
            for rung in self._above[here]:
                due = min(due, self._look_up(lead, now, rung, room, sums))
        else:
            engagement, fit, intent = self._lowest[here]
            room = [engagement - sums[0], fit - sums[1], intent - sums[2]]
            lasts = lead.lasts
            for rung in self._rest[here] if lasts else self._several[here]:
                if not rung.needs or (lasts and rung.needs in lasts):  # a fact can't begin to hold by time alone
                    self._look_up(lead, now, rung, room, sums)
        if lead.carts:
            due = min(due, self._carts(lead, now, room), self._notices.next_at(lead) or NEVER)
        if lead.profile:
            due = min(due, self._judge.scores.fit.next_end(lead.profile, now))
        if lead.windows and self._ends_raise:
            due = min(due, _next_jump(self._ends_raise, lead, now))
        if min(room) <= 0 and self._judge.may_rise(lead, now, scores_of(sums)):
            due = float(now + 1)
        paid = 0
        for cap, axis, slot, bit in self._groups:
            more = cap - sums[slot]
            if more <= 0:
                paid |= bit
            elif room[axis] > more:
                room[axis] -= more
                paid |= bit
        lead.room, lead.paid = room, paid
        lead.due = 0 if due == NEVER else max(now + 1, int(min(due, LAST)))

    def _carts(self, lead: Lead, now: int, room: list[float]) -> float:
        """Take the points of carts that are yet to be abandoned off the room; if they don't fit, that moment is to be looked at."""
        due = NEVER
        for meter in self._starts_raise:
            starts = [start for start in jumps(meter, lead) if start > now]
            if starts:
                points = min(meter.points * len(starts), meter.cap)
                if room[meter.axis] > points:
                    room[meter.axis] -= points
                else:
                    due = min(due, *starts)
        return due

    def _look_up(self, lead: Lead, now: int, rung: Rung, room: list[float], sums: Sums) -> float:
        """Make room for a stage above; returns a time before which time alone lets nobody enter it."""
        if rung.unless or lead.left or lead.entered:
            opens = self._opens(lead, now, rung)
            if opens > now:
                return opens
        for fact, c in rung.facts:
            if not holds(fact, lead.lasts.get(c) if lead.lasts else None, now):
                return NEVER  # a fact can't begin to hold by time alone
        gap, emptiest = 0.0, 0
        for axis, threshold in rung.enter:
            if threshold - sums[axis] > gap:
                gap, emptiest = threshold - sums[axis], axis
        room[emptiest] = min(room[emptiest], gap - 2 * SLACK)
        if gap <= 2 * SLACK:  # losses alone hold it back: points on any of its axes may enter it
            for axis, _ in rung.enter:
                room[axis] = min(room[axis], 0.0)
        wait = max((self._until_met(axis, x, sums) for axis, x in rung.enter), default=0)
        return now + wait if wait else NEVER

    def _opens(self, lead: Lead, now: int, rung: Rung) -> float:
        """A time before which its cool-down, its hand-offs or what bars it keep the stage closed; one that is over if nothing does."""
        opens = float(self._judge.handed_until(rung, lead)) if lead.entered else 0.0
        if rung.cool_down and lead.left and rung.code in lead.left:
            opens = max(opens, lead.left[rung.code] + rung.cool_down)
        lasts = lead.lasts or {}
        for fact, c in rung.unless:
            if holds(fact, lasts.get(c), now):
                opens = max(opens, NEVER if fact.lasts is None else lasts[c] + fact.lasts)
        return opens

    def _until_met(self, axis: int, threshold: float, sums: Sums) -> float:
        """Milliseconds for which fading losses alone keep the axis below its threshold; 0 if it is met."""
        gains, losses = sums[axis], sums[axis + 3]
        if gains + losses >= threshold - SLACK:
            return 0
        if not losses:
            return NEVER
        return max(1, _until_below(-losses, gains - threshold + SLACK, self._shortest_loss[axis]))

    def _fall(self, lead: Lead, now: int, here: int, sums: Sums, fading: Sums) -> float:
        """No fall comes before it."""
        due, rung = NEVER, self._judge.rungs[here]
        for fact, c in rung.facts:
            if fact.lasts is not None:
                due = min(due, (lead.lasts.get(c, 0) if lead.lasts else 0) + fact.lasts)
        for axis, threshold in rung.leave:
            gains, bound = sums[axis], threshold - SLACK - sums[axis + 3]
            if lead.windows:
                passing = sum(
                    m.points for m in self._ends_lower if m.axis == axis and any(end > now for end in jumps(m, lead))
                )
                if gains - passing < bound:
                    due = min(due, _next_jump(self._ends_lower, lead, now))
                else:
                    gains -= passing
            due = min(due, now + _until_below(gains, bound, gains / fading[axis] if fading[axis] else NEVER))
        if lead.carts and self._starts_lower:
            due = min(due, _next_jump(self._starts_lower, lead, now))
        if rung.unless and self._judge.is_barred(rung, lead, now):  # as far as this model has not judged it yet
            return now
        return max(due, lead.since + rung.dwell)


def _lowest(rungs: list[Rung], axis: int) -> float:
    """The lowest score on this axis that, alone, enters one of the stages; a little less, for the slack."""
    alone = (
        threshold
        for rung in rungs
        if not rung.facts and len(rung.enter) == 1
        for a, threshold in rung.enter
        if a == axis
    )
    return min(alone, default=ENDLESS) - 2 * SLACK


def _next_jump(meters: Iterable[Meter], lead: Lead, now: int) -> float:
    """The earliest jump of these signals after `now`."""
    return min((time for meter in meters for time in jumps(meter, lead) if time > now), default=NEVER)


def _until_below(amount: float, bound: float, half_life: float) -> float:
    """Milliseconds for which an amount that halves no faster than this stays at or above the bound; never more than true."""
    if bound <= 0 or (half_life == NEVER and amount >= bound):
        return NEVER
    return 0 if amount <= bound else max(0, ceil(half_life * log2(amount / bound)) - 2)
