"""A whole run: what is scheduled is done, while more and more of the load may be sent."""

import time
from collections.abc import Callable
from pathlib import Path
from random import Random

from tests.faults.brokers import Cluster
from tests.faults.kinds import FAULTS
from tests.faults.plan import Plan, steps
from tests.faults.rig import Rig
from tests.faults.tally import Tally

FIRST = 0.02  # of all events, before the first fault


def hold(plan: Plan, cluster: Cluster, folder: Path, tell: Callable[[Rig, str, float], None]) -> Tally:
    """A whole run, judged. `tell` hears of each fault before it happens, and how far the run is, from 0 to 1.

    Raises `StuckError`; whatever happens, no worker is left.
    """
    rig = Rig(plan, cluster, folder)
    try:
        rig.start()
        rig.allow(FIRST)
        rig.until(rig.some_open, 60)
        _do(rig, plan, tell)
        tell(rig, "drain", 1.0)
        tally = rig.finish()
        if plan.verify:
            tell(rig, f"verify; {len(tally.verdict.wrong)} kinds of mistakes so far,", 1.0)
            rig.verify()
        return tally
    finally:
        rig.feeder.stop()
        rig.crew.end()


def _do(rig: Rig, plan: Plan, tell: Callable[[Rig, str, float], None]) -> None:
    begun = time.monotonic()
    counted = 0 if plan.minutes else sum(1 for _ in steps(plan))
    for number, step in enumerate(steps(plan), 1):
        part = (time.monotonic() - begun) / 60 / plan.minutes if plan.minutes else number / counted
        if plan.minutes and part >= 1:
            return
        rig.allow(part)
        tell(rig, step.fault, part)
        FAULTS[step.fault](rig, Random(step.seed), step.size)
        rig.check()
