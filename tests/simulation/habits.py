"""What one schedule is like: how fast each thing goes and how often each fault comes. Each schedule draws its own, so that the
rare combinations come up too (swarm testing: Groce et al., ISSTA 2012).
"""

from random import Random

from msgspec import Struct

from tests.simulation.traffic import MUCH, SECOND

FAULTS = (
    "crash",
    "freeze",
    "usurp",
    "thaw",
    "leave",
    "hand over",
    "start",
    "lose",
    "refuse",
    "repeat",
    "compact",
    "pause",
    "mark",
    "noise",
)


class Habits(Struct, frozen=True):
    """Chances are per step."""

    steps: int
    processes: int  # alive at once, at most
    in_flight: int  # writes that may be unsettled
    chunk: int  # records, at most
    tick: int  # ms that a step takes, at most
    faults: dict[str, float]  # fault -> its weight
    fault: float  # chance of any fault
    feed: float  # chance that records come in
    eager: float  # chance that requests land before processes go on
    deaf: float  # chance that a process waits rather than hears an answer
    hole: float  # chance that a fetch skips records
    told: int  # bytes that a lead may tell before a chunk is cut, and have waiting before others wait for it


def draw(dice: Random) -> Habits:
    """The habits of a schedule."""
    weights = {fault: dice.choice((0.0, 1.0, 1.0, 3.0)) for fault in FAULTS}
    weights["start"], weights["thaw"] = 2.0, 4.0
    weights["hand over"] = max(1.0, weights["hand over"])
    return Habits(
        steps=dice.randrange(40, 130),
        processes=dice.choice((1, 2, 3, 3)),
        in_flight=dice.choice((1, 2, 4, 16)),
        chunk=dice.choice((1, 3, 8)),
        tick=dice.choice((1, 5, 20)) * SECOND,
        faults=weights,
        fault=dice.choice((0.03, 0.08, 0.15, 0.25)),
        feed=dice.choice((0.05, 0.12)),
        eager=dice.choice((0.1, 0.4, 0.7)),
        deaf=dice.choice((0.0, 0.5)),
        hole=0.02 if dice.random() < 0.1 else 0.0,
        told=dice.choice((MUCH, 700, 0)),
    )


def calm(habits: Habits) -> Habits:
    """The same without faults, and quick: how every schedule ends."""
    return Habits(10_000, 1, 4, 1000, SECOND, {}, 0.0, 0.0, 0.4, 0.0, 0.0, habits.told)
