"""What goes wrong, as a person in a browser reads it: a page where a program gets a problem as JSON."""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from intentflow.console.desk import Desk
from intentflow.errors import RejectedError
from intentflow.readmodel.queries import StoreMissingError

Handler = Callable[[Request, Any], Awaitable[Response]]


class Said(NamedTuple):
    """A problem in words."""

    status: int
    head: str
    says: str
    passes: bool = False  # by itself: the page tries again


def install(app: FastAPI, desk: Desk) -> None:
    """Whoever asks for a page is answered with one; all others as before."""
    for kind in (HTTPException, RequestValidationError, RejectedError, StoreMissingError, Exception):
        app.add_exception_handler(kind, _paged(desk, cast("Handler", app.exception_handlers[kind])))


def _paged(desk: Desk, before: Handler) -> Handler:
    async def handler(request: Request, error: Exception) -> Response:
        if request.url.path.startswith("/api/") or "text/html" not in request.headers.get("accept", ""):
            return await before(request, error)
        said = said_of(error)
        again = request.url.path + (f"?{request.url.query}" if request.url.query else "") if said.passes else ""
        return await desk.page(
            request, "problem.html", "", status=said.status, head=said.head, says=said.says, again=again
        )

    return handler


def said_of(error: Exception) -> Said:
    """The error in words; of one of ours nothing but that."""
    if isinstance(error, StoreMissingError):
        return Said(503, "Not to be read just now", str(error), passes=True)
    if isinstance(error, HTTPException) and error.status_code == 404:
        return Said(404, "No such page", "There is nothing at this address.")
    if isinstance(error, HTTPException):
        return Said(error.status_code, "Not like this", str(error.detail))
    if isinstance(error, RejectedError):
        return Said(400, "Not like this", str(error))
    if isinstance(error, RequestValidationError):
        return Said(422, "Not like this", "The request is not as it must be.")
    return Said(
        500,
        "This is our mistake",
        "The console's log says more. Nothing was lost: it only shows what is kept elsewhere.",
    )
