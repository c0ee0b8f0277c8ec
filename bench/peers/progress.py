"""How far an arm had come, and when: read off what it published, and off its processor time."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from msgspec import Struct

from bench.peers.inputs import PARTITIONS, Input

Point = tuple[float, int]  # seconds, records that are through by then
Sample = tuple[float, float]  # seconds, processor seconds so far


class Pace(Struct, frozen=True):
    """How fast it was, from the first change that was seen to the last."""

    events_per_second: float
    second_half: float
    cpu_us_per_event: float


def points(seen: Iterable[tuple[float, str]], given: Input) -> list[Point]:
    """The curve: each time at which something came out, with the records that must have been read by then."""
    reached, curve = [0] * PARTITIONS, list[Point]()
    for at, event_id in seen:
        partition, place = given.place(event_id)
        reached[partition] = max(reached[partition], place)
        if curve and curve[-1][0] == at:
            curve.pop()
        curve.append((at, sum(reached)))
    return curve


def pace(curve: Sequence[Point], samples: Sequence[Sample]) -> Pace:
    """Events a second and processor time an event. Raises ValueError if all came out at once."""
    (begin, first), (end, last) = curve[0], curve[-1]
    half, through = next((at, n) for at, n in curve if n >= last / 2)
    if end <= begin:
        raise ValueError("everything came out at once: more events are needed for a figure")
    cpu = cpu_at(samples, end) - cpu_at(samples, begin)
    later = (last - through) / (end - half) if end > half else 0.0
    return Pace((last - first) / (end - begin), later, cpu / (last - first) * 1e6)


def cpu_at(samples: Sequence[Sample], at: float) -> float:
    """Processor seconds at a time, on the line between the samples around it."""
    for (early, less), (late, more) in pairwise(samples):
        if early <= at <= late:
            return less + (more - less) * (at - early) / (late - early)
    return samples[0][1] if at < samples[0][0] else samples[-1][1]
