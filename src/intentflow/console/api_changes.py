"""Changes over HTTP: as a list, or as they come, as server-sent events that a browser's `EventSource` reads.

The id of an event is its place in the feed. A browser that comes back sends it as `Last-Event-ID`, and misses nothing that is still kept.

| event | data | says |
|---|---|---|
| `change` | a change, as in the list | a lead moved |
| `reset` | `{}` | changes were missed that are not kept any more: read the list again |
| `trouble` | a problem | Redis does not answer; the stream goes on by itself |

A comment every fifteen seconds keeps proxies from hanging up.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Annotated, Any

from fastapi import APIRouter, Header, HTTPException, Query, Request
from fastapi.responses import Response
from sse_starlette import EventSourceResponse, ServerSentEvent

from intentflow.console.api import ask_of, told
from intentflow.readmodel.cursors import decode_feed_cursor
from intentflow.readmodel.queries import MOST_CHANGES, ReadModel, StoreMissingError
from intentflow.readmodel.views import ChangePage

STREAM = "text/event-stream"
MOST_STREAMS = 200  # open at once: each holds a connection to Redis
BEAT_SECONDS = 15
AGAIN_SECONDS = 2.0
router = APIRouter(prefix="/api")
Cursor = Annotated[str | None, Query(max_length=100, description="the `cursor` of a page or a change")]
LastId = Annotated[str | None, Header(max_length=100, description="of a stream that goes on: the id of its last event")]
STREAMED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "a list; or, if `Accept` asks for it, a stream",
        "content": {STREAM: {"schema": {"type": "string"}}},
    }
}


@router.get(
    "/changes",
    response_model=ChangePage,
    responses=STREAMED | told(400, 422),
    summary="Changes: the latest, those after a cursor, or as they come",
)
async def changes(
    request: Request,
    after: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=MOST_CHANGES)] = 50,
    last_event_id: LastId = None,
) -> Any:
    """The latest changes, the newest first; with `after` those that came after it, in their order.

    With `Accept: text/event-stream` a stream of those to come, from `Last-Event-ID` or `after` on if one is given.
    """
    if STREAM not in request.headers.get("accept", ""):
        return await ask_of(request).changes(after, limit)
    return stream(request, last_event_id or after)


def stream(request: Request, after: str | None) -> Response:
    """Changes as they come. Raises `BadCursorError`."""
    if after is not None:
        decode_feed_cursor(after)
    state = request.app.state
    if state.streams >= MOST_STREAMS:
        raise HTTPException(503, f"{MOST_STREAMS} streams are open, which is the most", {"Retry-After": "30"})
    return EventSourceResponse(
        _events(state, ask_of(request), after), ping=BEAT_SECONDS, headers={"X-Accel-Buffering": "no"}
    )


async def _events(state: Any, ask: ReadModel, after: str | None) -> AsyncIterator[ServerSentEvent]:
    state.streams += 1
    try:
        while True:
            try:
                async with aclosing(ask.follow(after)) as pages:
                    async for page in pages:
                        after = page.cursor
                        for event in events_of(page):
                            yield event
            except StoreMissingError as error:
                yield ServerSentEvent(json.dumps({"status": 503, "detail": str(error)}), event="trouble")
                await asyncio.sleep(AGAIN_SECONDS)
    finally:
        state.streams -= 1


def events_of(page: ChangePage) -> list[ServerSentEvent]:
    """A page of changes as events; of one without changes the id alone, so that who comes back goes on from there."""
    if page.reset:
        return [ServerSentEvent("{}", event="reset", id=page.cursor)]
    return [ServerSentEvent(one.model_dump_json(), event="change", id=one.cursor) for one in page.changes]
