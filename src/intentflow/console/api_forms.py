"""What a request to the API may ask for: checked, with meanings for the OpenAPI document."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from intentflow.domain.rules import AXES, Axis
from intentflow.readmodel.queries import MOST_LEADS, LeadFilter
from intentflow.readmodel.views import Sort

Points = Annotated[float | None, Field(ge=-1e9, le=1e9, allow_inf_nan=False)]
Word = Annotated[str | None, Field(min_length=1, max_length=128)]


class LeadQuery(BaseModel):
    """Which leads, in which order. All filters that are given must hold."""

    model_config = ConfigDict(extra="forbid")

    stage: Word = Field(None, description="they stand in this stage")
    kind: Literal["lead", "visitor"] | None = Field(None, description="known, or still a visitor")
    q: Word = Field(None, description="id or company begins so, whatever its case")
    company: Word = Field(None, description="of this company, whatever its case")
    engagement_min: Points = Field(None, description="engagement at least so much")
    engagement_below: Points = Field(None, description="engagement below")
    fit_min: Points = Field(None, description="fit at least so much")
    fit_below: Points = Field(None, description="fit below")
    intent_min: Points = Field(None, description="intent at least so much")
    intent_below: Points = Field(None, description="intent below")
    active_from: datetime | None = Field(None, description="latest event then or later; RFC 3339")
    active_before: datetime | None = Field(None, description="latest event before; RFC 3339")
    sort: Sort = Field(
        "stage",
        description="by stage (the highest first, then who came into it last), or by a number, the largest first",
    )
    cursor: Annotated[str | None, Field(max_length=400)] = Field(None, description="`next` of the page before")
    limit: Annotated[int, Field(ge=1, le=MOST_LEADS)] = Field(50, description="leads of a page, at most")

    def wanted(self) -> LeadFilter:
        """The filter in the read model's words."""
        least: dict[Axis, float | None] = {axis: getattr(self, f"{axis}_min") for axis in AXES}
        below: dict[Axis, float | None] = {axis: getattr(self, f"{axis}_below") for axis in AXES}
        return LeadFilter(
            stage=self.stage,
            kind=self.kind,
            text=self.q,
            company=self.company,
            at_least={axis: points for axis, points in least.items() if points is not None},
            below={axis: points for axis, points in below.items() if points is not None},
            active_from=_milliseconds(self.active_from),
            active_before=_milliseconds(self.active_before),
        )


LeadsWanted = Annotated[LeadQuery, Query()]


def _milliseconds(time: datetime | None) -> int | None:
    return None if time is None else int(time.timestamp() * 1000)
