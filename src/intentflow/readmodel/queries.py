"""The doors of the read model: every question that the API and the console ask, with a typed answer."""

import time
from collections.abc import AsyncIterator, Callable

from msgspec import Struct
from redis.asyncio import Redis

from intentflow.domain.fold import Fold
from intentflow.domain.rules import Axis
from intentflow.errors import RejectedError, ServerMissingError
from intentflow.model.load import Reading
from intentflow.readmodel.keys import Root
from intentflow.readmodel.lead_views import LeadDetail, WaysView
from intentflow.readmodel.model_views import ModelView
from intentflow.readmodel.views import ChangePage, Funnel, Health, LeadPage, Rates, RejectionPage, Sort

MOST_LEADS = 200  # of a page
MOST_CHANGES = 500


class BadCursorError(RejectedError):
    """A cursor that this read model did not give."""


class StoreMissingError(ServerMissingError):
    """Redis does not answer, or refuses us."""


class LeadFilter(Struct, frozen=True, kw_only=True):
    """Which leads are wanted: all that is given must hold. Times are epoch milliseconds; ranges are closed below and open above."""

    stage: str | None = None
    kind: str | None = None  # "lead" or "visitor"
    text: str | None = None  # the beginning of an id or of a company, whatever its case
    company: str | None = None  # whatever its case
    at_least: dict[Axis, float] = {}
    below: dict[Axis, float] = {}
    active_from: int | None = None
    active_before: int | None = None


ALL = LeadFilter()


def wall() -> int:
    """Now, in epoch milliseconds."""
    return time.time_ns() // 1_000_000


class ReadModel:
    """What is known of an app's leads, as of a moment ago. Every method raises `StoreMissingError` if Redis is not there."""

    def __init__(self, redis: "Redis", app_id: str, reading: Reading, now: Callable[[], int] = wall) -> None:
        """`redis` gives bytes, not text. `reading` is the scoring model that the workers run."""
        self._redis, self._root, self._reading, self._now = redis, Root(app_id), reading, now
        self._fold = Fold(reading.model)

    async def leads(
        self, wanted: LeadFilter = ALL, sort: Sort = "stage", cursor: str | None = None, limit: int = 50
    ) -> LeadPage:
        """A page of leads: the highest stage, the latest or the most points first.

        Raises `BadCursorError`, and `RejectedError` for a stage that the model doesn't have.
        """
        raise NotImplementedError

    async def lead(self, asked: str) -> LeadDetail | None:
        """A lead by its key, or by its id, e-mail or visitor id; None if there is none. Aliases lead to whose they are."""
        raise NotImplementedError

    async def ways(self, asked: str) -> WaysView | None:
        """What would move a lead up; None if there is none. Takes up to a second of computing."""
        raise NotImplementedError

    async def changes(self, after: str | None = None, limit: int = 50) -> ChangePage:
        """The latest changes, the newest first; with `after` those that came after it, in their order. Raises `BadCursorError`."""
        raise NotImplementedError

    def follow(self, after: str | None = None, beat_seconds: float = 15.0) -> AsyncIterator[ChangePage]:
        """Changes as they come, for ever, from `after` or from now on. A page without changes is a heartbeat."""
        raise NotImplementedError

    async def funnel(self, days: int = 14) -> Funnel:
        """How many leads stand in each stage, and came in on each of the last days (UTC)."""
        raise NotImplementedError

    async def rates(self, seconds: int = 300) -> Rates:
        """How many events are being scored."""
        raise NotImplementedError

    async def rejections(self, reason: str | None = None, cursor: str | None = None, limit: int = 50) -> RejectionPage:
        """The latest records that were refused, the newest first. Raises `BadCursorError`."""
        raise NotImplementedError

    async def health(self) -> Health:
        """Whether what is shown is whole and current. Answers whatever is down, Redis too."""
        raise NotImplementedError

    def model(self) -> ModelView:
        """The scoring model, with what `intentflow model check` finds in it."""
        raise NotImplementedError
