"""What goes wrong, as RFC 9457 has it: `application/problem+json` with a type, a title, what happened, and what to do."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from intentflow.errors import RejectedError
from intentflow.readmodel.queries import StoreMissingError

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 5


class Problem(BaseModel):
    """A problem, as RFC 9457 has it."""

    type: str = Field(description="what kind of problem: `about:blank` if the status says it all")
    title: str
    status: int
    detail: str = Field(description="what happened, and what to do")
    errors: list[dict[str, Any]] = Field(default=[], description="of a request that is not as it must be: each place")


def problem(status: int, detail: str, headers: dict[str, str] | None = None, **more: Any) -> JSONResponse:
    """A problem as an answer."""
    said = Problem(type="about:blank", title=HTTPStatus(status).phrase, status=status, detail=detail, **more)
    content = said.model_dump(exclude_defaults=True)
    return JSONResponse(content, status, headers, media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Whatever is raised below becomes a problem."""
    handlers: dict[Any, Callable[[Request, Any], Awaitable[Response]]] = {
        HTTPException: _http,
        RequestValidationError: _not_valid,
        RejectedError: _rejected,
        StoreMissingError: _store_missing,
        Exception: _unexpected,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)


async def _http(_: Request, error: HTTPException) -> Response:
    return problem(error.status_code, str(error.detail), dict(error.headers or {}))


async def _not_valid(_: Request, error: RequestValidationError) -> Response:
    places = [{"where": list(map(str, one["loc"])), "says": one["msg"]} for one in error.errors()]
    return problem(422, "the request is not as it must be; see `errors`", errors=places)


async def _rejected(_: Request, error: RejectedError) -> Response:
    return problem(400, str(error))


async def _store_missing(_: Request, error: StoreMissingError) -> Response:
    return problem(503, str(error), {"Retry-After": str(RETRY_SECONDS)})


async def _unexpected(_: Request, __: Exception) -> Response:
    """The log has the rest; whoever asks learns nothing of our inside."""
    return problem(500, "this is an error of ours; the console's log says more")
