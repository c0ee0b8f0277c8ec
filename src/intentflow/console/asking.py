"""What the form above the leads asks for: from a query string to a filter, and back to a query string.

A value that makes no sense is taken for none: the form then shows what was really asked.
"""

import math
from collections.abc import Mapping
from typing import cast, get_args
from urllib.parse import urlencode

from msgspec import Struct
from msgspec.structs import asdict, replace

from intentflow.domain.rules import AXES, DAY, Axis
from intentflow.readmodel.queries import LeadFilter
from intentflow.readmodel.views import Sort

HOUR = 3_600_000
ACTIVE = {"": 0, "1h": HOUR, "1d": DAY, "7d": 7 * DAY, "30d": 30 * DAY}  # -> milliseconds
ACTIVITIES = (("", "any time"), ("1h", "an hour"), ("1d", "a day"), ("7d", "a week"), ("30d", "30 days"))
KINDS = ("lead", "visitor")
SORTS: tuple[Sort, ...] = get_args(Sort)
LONGEST = 128  # characters that are searched for


class Asked(Struct, frozen=True, kw_only=True):
    """What was asked, as the form shows it."""

    q: str = ""
    stage: str = ""
    kind: str = ""
    axis: Axis = "engagement"
    least: str = ""
    active: str = ""
    sort: Sort = "stage"
    cursor: str = ""

    @property
    def is_blank(self) -> bool:
        """Whether no filter is set."""
        return not (self.q or self.stage or self.kind or self.least or self.active)

    def wanted(self, now: int) -> LeadFilter:
        """The filter, at `now` in epoch milliseconds."""
        return LeadFilter(
            text=self.q or None,
            stage=self.stage or None,
            kind=self.kind or None,
            at_least={self.axis: float(self.least)} if self.least else {},
            active_from=now - ACTIVE[self.active] if self.active else None,
        )

    def address(self, **other: str) -> str:
        """Where the same is asked with something else; from the first page on, unless a cursor is given."""
        given = asdict(replace(self, cursor="")) | other
        blank = asdict(Asked())
        said = {name: value for name, value in given.items() if value != blank[name] and (name != "axis" or self.least)}
        return f"/leads?{urlencode(said)}" if said else "/leads"


def asked_in(query: Mapping[str, str], stages: Mapping[str, object]) -> Asked:
    """What a query string asks for."""
    return Asked(
        q=query.get("q", "").strip()[:LONGEST],
        stage=_one_of(stages, query.get("stage", "")),
        kind=_one_of(KINDS, query.get("kind", "")),
        axis=cast("Axis", _one_of(AXES, query.get("axis", "")) or "engagement"),
        least=_number(query.get("least", "")),
        active=_one_of(ACTIVE, query.get("active", "")),
        sort=cast("Sort", _one_of(SORTS, query.get("sort", "")) or "stage"),
        cursor=query.get("cursor", ""),
    )


def _one_of(allowed: object, given: str) -> str:
    return given if given in allowed else ""  # type: ignore[operator]


def _number(text: str) -> str:
    try:
        number = float(text)
    except ValueError:
        return ""
    return f"{number:g}" if math.isfinite(number) else ""
