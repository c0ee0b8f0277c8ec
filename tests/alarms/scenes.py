"""What a scene is: a fault, the alerts that must call somebody for it, and what their runbooks say to do."""

import time
from collections.abc import Callable, Generator
from typing import NamedTuple

from tests.alarms.plant import PATIENCE_SECONDS, Plant
from tests.alarms.watching import ALWAYS
from tests.system.workers import until


class Scene(NamedTuple):
    """`play` causes the fault, yields while it is to be noticed, and then does what the runbooks say."""

    name: str
    alerts: frozenset[str]
    play: Callable[[Plant], Generator[None]]

    @property
    def cause(self) -> str:
        """The fault and its cure, in words."""
        return " ".join((self.play.__doc__ or "").split())


class Seen(NamedTuple):
    """What came of a scene. Seconds are from the fault until it was noticed and mended, and from there until all was well."""

    scene: Scene
    mended: float
    cured: float
    besides: frozenset[str]  # alerts that fired too


def scene(*alerts: str) -> Callable[[Callable[[Plant], Generator[None]]], Scene]:
    """A scene in which these must fire."""
    return lambda play: Scene(play.__name__, frozenset(f"Intentflow{alert}" for alert in alerts), play)


def noticed(one: Scene, plant: Plant) -> set[str]:
    """The fault is caused, all that must call somebody does, and the runbooks are followed; what fired is returned."""
    fired: set[str] = set()

    def all_fire() -> bool:
        fired.update(plant.prometheus.firing())
        return one.alerts <= fired

    play = one.play(plant)
    next(play)
    try:
        until(all_fire, f"{sorted(one.alerts)} to fire", PATIENCE_SECONDS)
    except AssertionError as error:
        play.close()
        raise AssertionError(f"{error}; only {sorted(fired)} did") from None
    assert next(play, "over") == "over"
    return fired


def until_well(plant: Plant, after: str) -> set[str]:
    """Wait until all is well; what fired until then is returned."""
    fired: set[str] = set()

    def is_well() -> bool:
        fired.update(plant.prometheus.firing())
        return plant.is_well()

    try:
        until(is_well, f"health after {after}", 2 * PATIENCE_SECONDS)
    except AssertionError as error:
        raise AssertionError(f"{error}: {plant.ailments()}") from None
    return fired


def played(one: Scene, plant: Plant) -> Seen:
    """The alerts of a scene have fired, and all is well again. Fails with what did not happen."""
    begun = time.monotonic()
    fired = noticed(one, plant)
    mended = time.monotonic()
    fired |= until_well(plant, one.name)
    return Seen(one, mended - begun, time.monotonic() - mended, frozenset(fired - one.alerts - {ALWAYS}))
