"""'Due: the first millisecond t after the lead's clock at which judging would move it' (`docs/semantics.md`), in two ways.

`every_millisecond` asks at each one. `safe_strides` can be used over weeks, and cannot miss a change either:

- Whether judging at t moves a lead depends on times (facts, windows, carts, dwells, cool-downs), whose answers change
  only at turning points, and on comparisons of scores with thresholds. No stride goes beyond the next turning point,
  where it asks again.
- Between turning points each part only fades, that is, it goes steadily towards 0; so does the sum of parts that
  have the same half-life and neither cap nor group. So over a stride each of these ends at least as far from where it
  began as it ever was on the way. A group gets no further than its members together, and never above its cap. Hence
  the sum of these distances over an axis is a bound of how far its score gets on the way.
- A stride is safe if on each axis that sum is at most the distance of its score to the nearest threshold. So no
  comparison changes on the way, and judging there gives what it gave before: nothing. The next to be asked at is the
  millisecond after a safe stride; that is always at least one millisecond on.
- Nothing fades faster than in proportion to what it is worth, or to its cap if that is less. So as long as this speed
  takes for the distance to the threshold is safe, and so is twice as long, and twice that, as far as the bound says so.

`GUARD` is more than the rounding errors of a score: some 1e-16 of the sum of its parts for each of its terms.
"""

from collections.abc import Callable
from math import log
from typing import NamedTuple

from intentflow.domain.rules import AXES, Axis
from intentflow.oracle.judging import SLACK, Standing, judged, turning_points
from intentflow.oracle.worth import Pieces, within

GUARD = 1e-12

Search = Callable[[Pieces, Standing, int], int | None]


def every_millisecond(pieces: Pieces, standing: Standing, until: int) -> int | None:
    """The due time if it is at or before `until`; asked at every millisecond."""
    return next((t for t in range(standing.clock + 1, until + 1) if judged(pieces, standing, t) is not None), None)


def safe_strides(pieces: Pieces, standing: Standing, until: int) -> int | None:
    """The due time if it is at or before `until`; asked only where it could be."""
    turns = sorted(turning_points(pieces, standing))
    t = standing.clock + 1
    while t <= until:
        if judged(pieces, standing, t) is not None:
            return t
        turn = next((turn for turn in turns if turn > t), until + 1)
        t += safe_stride(pieces, t, min(turn, until + 1) - t)
    return None


class Fading(NamedTuple):
    """Something that only fades: its worth at the time looked from, before its cap."""

    worth: float
    half_life: int | None
    cap: float | None = None

    def distance(self, stride: int) -> float:
        """How far from its worth it is after `stride` ms."""
        if self.half_life is None:
            return 0.0
        return abs(within(self.cap, self.worth) - within(self.cap, self.worth * 2.0 ** (-stride / self.half_life)))

    @property
    def speed(self) -> float:
        """No faster does it fade, in points a millisecond, from here on."""
        return 0.0 if self.half_life is None else abs(within(self.cap, self.worth)) * log(2) / self.half_life


class Together(NamedTuple):
    """A group: at most `cap`, whatever its members do."""

    members: list[Fading]
    cap: float

    def distance(self, stride: int) -> float:
        """How far from its worth it is at most on the way to `stride` ms."""
        worth = sum(within(member.cap, member.worth) for member in self.members)
        drift = sum(member.distance(stride) for member in self.members)
        low, here, high = (min(self.cap, x) for x in (worth - drift, worth, worth + drift))
        return max(here - low, high - here)

    @property
    def speed(self) -> float:
        """No faster does it change than its members do together."""
        return sum(member.speed for member in self.members)


def safe_stride(pieces: Pieces, t: int, longest: int) -> int:
    """Milliseconds, at least 1 and at most `longest`, before which no comparison of a score can change."""
    margins = margins_at(pieces, t)
    axes = [(fading_on(axis, pieces, t), margin) for axis, margin in margins.items()]

    def is_safe(stride: int) -> bool:
        return all(sum(part.distance(stride) for part in fading) <= margin for fading, margin in axes)

    if longest <= 1 or is_safe(longest):
        return longest
    speeds = [(margin, sum(part.speed for part in fading)) for fading, margin in axes]
    safe = int(min(margin / speed for margin, speed in speeds if speed))
    while is_safe(2 * safe + 1):
        safe = 2 * safe + 1
    return safe + 1


def fading_on(axis: Axis, pieces: Pieces, t: int) -> list[Fading | Together]:
    """What fades on an axis: groups, parts with a cap, and for each half-life the sum of the others."""
    groups: dict[str, list[Fading]] = {group.name: [] for group in pieces.model.groups}
    capped: list[Fading] = []
    sums: dict[int | None, float] = {}
    for part in pieces.parts:
        signal = part.signal
        if signal.axis != axis or not part.terms:
            continue  # what is nothing stays nothing
        worth = part.before_cap(t)
        if signal.group in groups:
            groups[signal.group].append(Fading(worth, signal.half_life, part.cap))
        elif part.cap is not None:
            capped.append(Fading(worth, signal.half_life, part.cap))
        else:
            sums[signal.half_life] = sums.get(signal.half_life, 0.0) + worth
    free = [Fading(worth, half_life) for half_life, worth in sums.items()]
    together = [Together(groups[group.name], group.cap) for group in pieces.model.groups if groups[group.name]]
    return [*capped, *free, *together]


def margins_at(pieces: Pieces, t: int) -> dict[Axis, float]:
    """How far the score of each axis is from the nearest threshold of any stage, less what may be a rounding error.

    An axis that no stage looks at is not among them.
    """
    thresholds: dict[Axis, set[float]] = {}
    for stage in pieces.model.stages:
        for axis, threshold in stage.enter + stage.leave:
            thresholds.setdefault(axis, set()).add(threshold - SLACK)
    scores, sizes = pieces.scores(t), dict.fromkeys(AXES, 1.0)
    for part in pieces.parts:
        sizes[part.signal.axis] += abs(part.worth(t))
    return {
        axis: max(0.0, min(abs(scores[axis] - threshold) for threshold in held) - GUARD * sizes[axis])
        for axis, held in thresholds.items()
    }
