"""When time alone moves a lead: the exact first millisecond.

Between two jumps (a window left, a cart abandoned, a fact or a wait over) every positive part of a score falls and every negative one
rises. A lead without negative parts can therefore rise at a jump alone, and falls where its score meets the threshold, which false position
finds in a few looks. With negative parts both ends of an interval bound the scores inside it, and bisection finds the first millisecond
without missing one. `room.py` says when to search at all.
"""

from collections.abc import Callable

from intentflow.domain.lead import Lead
from intentflow.domain.rules import ScoringModel
from intentflow.domain.stages import SLACK, Judge
from intentflow.domain.worth import Sums, jumps, scores_of

ROUNDING = 1e-12  # of bounds; it can only make the search look once more
IMPATIENT = 40  # looks after which false position gives way to bisection
Known = dict[int, tuple[Sums, Sums]]  # time -> what was read of the lead


class Due:
    """The due times of a model's leads."""

    def __init__(self, model: ScoringModel, judge: Judge) -> None:
        self.stages, self.judge, self.scores = model.stages, judge, judge.scores
        self._waits = [(rung.code, rung.cool_down) for rung in judge.rungs if rung.cool_down]
        self._lasting = [(c, fact.lasts) for fact, c in self.scores.facts if fact.lasts is not None]

    def next_move(self, lead: Lead, until: int, known: Known | None = None) -> int | None:
        """The first millisecond in (clock, until] at which judging would move the lead, or None."""
        known = {} if known is None else known
        falling = not self.scores.may_lose(lead)
        start, found = lead.clock + 1, sorted({j for j in self._jumps(lead) if lead.clock < j <= until})
        jumped = min(lead.room) <= 0 or found[:1] == [start]
        for jump in [*found, until + 1]:
            if jump > start:
                end = jump - 1
                move = (
                    self._first_of_falling(lead, start, end, known, jumped)
                    if falling
                    else self._first(lead, start, end, known)
                )
                if move is not None:
                    return move
                start, jumped = jump, True
        return None

    def read(self, lead: Lead, at: int, known: Known) -> tuple[Sums, Sums]:
        """What the lead is worth then."""
        if at not in known:
            known[at] = self.scores.sums(self.scores.worths(lead, at))
        return known[at]

    def _jumps(self, lead: Lead) -> list[int]:
        """Every time at which something else than fading may happen."""
        times = [lead.since + self.judge.rungs[self.judge.stage_of(lead)].dwell]
        if lead.left:
            times += [lead.left[c] + wait for c, wait in self._waits if c in lead.left]
        if lead.lasts:
            times += [lead.lasts[c] + lasts for c, lasts in self._lasting if c in lead.lasts]
        if lead.entered:
            times += [self.judge.handed_until(rung, lead) for rung in self.judge.rungs if rung.hand_offs is not None]
        if lead.profile:
            times += self.scores.fit.ends(lead.profile)
        if lead.windows or lead.carts:
            times += [end for meter in self.scores.moving for end in jumps(meter, lead)]
        return times

    def _first_of_falling(self, lead: Lead, low: int, high: int, known: Known, jumped: bool) -> int | None:
        """The first move in [low, high], an interval without jumps inside, of a lead whose scores only fall there."""
        judge, here = self.judge, self.judge.stage_of(lead)
        if jumped and judge.move(lead, low, scores_of(self.read(lead, low, known)[0])) is not None:
            return low
        if not here or low < lead.since + judge.rungs[here].dwell:
            return None
        if not judge.leaves(here, lead, high, scores_of(self.read(lead, high, known)[0])):
            return None
        leave = judge.rungs[here].leave

        def left(at: int) -> float:
            scores = scores_of(self.read(lead, at, known)[0])
            return min(scores[axis] - (threshold - SLACK) for axis, threshold in leave)

        if judge.leaves(here, lead, low, scores_of(self.read(lead, low, known)[0])):
            return low
        return first_below_zero(left, low, high)

    def _first(self, lead: Lead, low: int, high: int, known: Known) -> int | None:
        """The first move in [low, high], an interval without jumps inside."""
        if low > high or not self._may_move(lead, low, high, known):
            return None
        if low == high:
            scores = scores_of(self.read(lead, low, known)[0])
            return low if self.judge.move(lead, low, scores) is not None else None
        middle = (low + high) // 2
        found = self._first(lead, low, middle, known)
        return found if found is not None else self._first(lead, middle + 1, high, known)

    def _may_move(self, lead: Lead, low: int, high: int, known: Known) -> bool:
        """False only if no judging in [low, high] moves the lead."""
        before, after = self.read(lead, low, known)[0], self.read(lead, high, known)[0]
        upper = [before[axis] + after[axis + 3] + ROUNDING for axis in range(3)]
        lower = [after[axis] + before[axis + 3] - ROUNDING for axis in range(3)]
        judge, here = self.judge, self.judge.stage_of(lead)
        if here and judge.may_fall(here, lead, low) and judge.leaves(here, lead, low, lower):
            return True
        return judge.may_rise(lead, low, upper)


def first_below_zero(value: Callable[[int], float], low: int, high: int) -> int:
    """The first whole number at which a falling function is below 0; it is not at `low`, and it is at `high`.

    The Illinois variant of false position: about a dozen looks where bisection takes thirty.
    """
    above, below, side = value(low), value(high), 0
    looks = 0
    while high - low > 1:
        looks += 1
        part = above / (above - below) if looks < IMPATIENT else 0.5
        middle = min(max(low + int((high - low) * part), low + 1), high - 1)
        found = value(middle)
        if found < 0:
            high, below = middle, found
            above = above / 2 if side < 0 else above
            side = -1
        else:
            low, above = middle, found
            below = below / 2 if side > 0 else below
            side = 1
    return high
