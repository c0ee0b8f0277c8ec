"""The overview's parts as the templates take them."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from intentflow.console.ladder import Step
from intentflow.console.rendering import count, day
from intentflow.readmodel.views import DayCount, Funnel, Rates

SECONDS = 300  # that the chart of events looks back
DAYS = 14  # that the small charts of the funnel look back


class Row(NamedTuple):
    """A stage of the funnel."""

    step: Step
    leads: int
    of_largest: float
    share: float
    entered: tuple[float, ...]  # by day, of the largest
    today: int
    told: str
    first_aside: bool


def rows(funnel: Funnel, steps: Mapping[str, Step]) -> list[Row]:
    """The stages as they are drawn: from low to high, those that stand aside last."""
    found = {stage.stage: stage for stage in funnel.stages}
    largest = max((stage.leads for stage in funnel.stages), default=0) or 1
    made, was_aside = list[Row](), False
    for step in steps.values():
        if (stage := found.get(step.name)) is None:
            continue
        most = max((one.count for one in stage.entered), default=0) or 1
        made.append(
            Row(
                step=step,
                leads=stage.leads,
                of_largest=stage.leads / largest,
                share=stage.leads / (funnel.total or 1),
                entered=tuple(one.count / most for one in stage.entered),
                today=stage.entered[-1].count if stage.entered else 0,
                told=_told(stage.entered),
                first_aside=step.aside and not was_aside,
            )
        )
        was_aside = step.aside
    return made


def _told(entered: Sequence[DayCount]) -> str:
    return ", ".join(f"{day(datetime.fromisoformat(one.day))}: {count(one.count)}" for one in entered[-3:])


def series(rates: Rates) -> str:
    """Events in each second up to `as_of`, those without any too, as the chart takes them: seconds since 1970, and numbers."""
    end = int(rates.as_of.timestamp())
    found = {int(one.at.timestamp()): one.counted + one.duplicate + one.rejected for one in rates.series}
    seconds = range(end - SECONDS, end)
    return json.dumps([list(seconds), [found.get(second, 0) for second in seconds]], separators=(",", ":"))
