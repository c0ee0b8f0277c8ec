"""What an open page is told while it is open: one stream of server-sent events per page, with parts of it drawn anew.

| event | on | holds |
|---|---|---|
| `pill` | every page | the state of the whole, for the head of the page |
| `funnel` `rates` `health` | the overview | these parts, whenever they look different |
| `change` | the overview | rows of the feed, the newest first; of a flood the newest few alone |
| `stale` | the overview | changes were missed: read the feed again |
| `moved` | a lead's page | something happened to it |

The id of an event is the feed's cursor, so that a browser that comes back goes on from where it was.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple

from fastapi import APIRouter, HTTPException, Request
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.datastructures import State

from intentflow.console import overview
from intentflow.console.api_changes import BEAT_SECONDS, MOST_STREAMS
from intentflow.console.desk import Desk, known
from intentflow.readmodel.queries import BadCursorError, StoreMissingError
from intentflow.readmodel.views import ChangePage, ChangeView

PULSE_SECONDS = 1.0  # between two looks
AT_ONCE = 20  # changes drawn of one page
AGAIN_SECONDS = 1.0  # until the feed is tried again
WAITING = 50  # events that a slow browser may be behind


class Watching(NamedTuple):
    """What a page wants to be told."""

    is_overview: bool
    lead: str
    after: str | None


class Live:
    """The stream as a route."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._ask = desk, desk.ask
        self._looking, self._seen = asyncio.Lock(), dict[bool, tuple[float, dict[str, str]]]()

    def router(self) -> APIRouter:
        """The one route."""
        made = APIRouter(include_in_schema=False)
        made.add_api_route("/live", self.live, methods=["GET"])
        return made

    async def live(self, request: Request, view: str = "", lead: str = "", after: str = "") -> EventSourceResponse:
        """Events for as long as the page is open."""
        state = request.app.state
        if state.streams >= MOST_STREAMS:
            raise HTTPException(503, f"{MOST_STREAMS} streams are open, which is the most", {"Retry-After": "30"})
        began = request.headers.get("last-event-id") or after or None
        events = self._counted(state, Watching(view == "overview", lead, began))
        return EventSourceResponse(events, ping=BEAT_SECONDS, sep="\n", headers={"X-Accel-Buffering": "no"})

    async def _counted(self, state: State, watching: Watching) -> AsyncIterator[ServerSentEvent]:
        state.streams += 1
        try:
            async for event in self._events(watching):
                yield event
        finally:
            state.streams -= 1

    async def _events(self, watching: Watching) -> AsyncIterator[ServerSentEvent]:
        events = asyncio.Queue[ServerSentEvent](WAITING)
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(self._pulse(watching, events))]
            if watching.is_overview or watching.lead:
                running.append(tasks.create_task(self._feed(watching, events)))
            try:
                while True:
                    yield await events.get()
            finally:
                for task in running:
                    task.cancel()

    async def _pulse(self, watching: Watching, events: asyncio.Queue[ServerSentEvent]) -> None:
        """Sends a part whenever it looks different."""
        sent: dict[str, str] = {}
        while True:
            for name, drawn in (await self._parts(watching.is_overview)).items():
                if sent.get(name) != drawn:
                    sent[name] = drawn
                    await events.put(ServerSentEvent(drawn, event=name))
            await asyncio.sleep(PULSE_SECONDS)

    async def _parts(self, is_overview: bool) -> dict[str, str]:
        """As they look now; one look serves all pages of a kind for a second."""
        async with self._looking:
            at, parts = self._seen.get(is_overview, (-PULSE_SECONDS, {}))
            if time.monotonic() - at >= PULSE_SECONDS:
                parts = await self._look(is_overview)
                self._seen[is_overview] = time.monotonic(), parts
        return parts

    async def _look(self, is_overview: bool) -> dict[str, str]:
        health = await self._ask.health()
        parts = {"pill": self._desk.draw("pill.html", health=health)}
        if is_overview:
            parts |= {"health": self._desk.draw("health.html", health=health)}
            parts |= {"funnel": await self._funnel(), "rates": await self._rates()}
        return parts

    async def _funnel(self) -> str:
        funnel, trouble = await known(self._ask.funnel(overview.DAYS))
        rows = [] if funnel is None else overview.rows(funnel, self._desk.steps)
        topic = self._desk.names.events
        return self._desk.draw(
            "funnel.html", funnel=funnel, rows=rows, days=overview.DAYS, trouble=trouble, events_topic=topic
        )

    async def _rates(self) -> str:
        rates, trouble = await known(self._ask.rates(overview.SECONDS))
        series = "" if rates is None else overview.series(rates)
        return self._desk.draw("rates.html", rates=rates, series=series, trouble=trouble)

    async def _feed(self, watching: Watching, events: asyncio.Queue[ServerSentEvent]) -> None:
        """Sends changes as they come; through a store that is away for a while, too."""
        after = watching.after
        while True:
            try:
                async for page in self._ask.follow(after):
                    after = page.cursor or after
                    for event in self._told(page, watching):
                        await events.put(event)
            except StoreMissingError:
                await asyncio.sleep(AGAIN_SECONDS)
            except BadCursorError:
                after = None
                await events.put(ServerSentEvent("", event="stale"))

    def _told(self, page: ChangePage, watching: Watching) -> list[ServerSentEvent]:
        if watching.lead:
            mine = any(change.lead == watching.lead for change in page.changes)
            return [ServerSentEvent("", event="moved", id=page.cursor)] if mine or page.reset else []
        if page.reset:
            return [ServerSentEvent("", event="stale", id=page.cursor)]
        return [ServerSentEvent(self._rows(page.changes), event="change", id=page.cursor)] if page.changes else []

    def _rows(self, changes: Sequence[ChangeView]) -> str:
        return self._desk.draw("came.html", changes=changes[-AT_ONCE:][::-1])
