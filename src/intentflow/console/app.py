"""The console as one ASGI app: the API, the pages, and the guard before both."""

from collections.abc import MutableMapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from intentflow import __version__
from intentflow.console import api, api_changes, problems
from intentflow.console.guard import Guard, role_in
from intentflow.console.live import Live
from intentflow.console.pages import Desk, Pages
from intentflow.console.refused import Refusals
from intentflow.console.rendering import STATIC
from intentflow.readmodel.queries import ReadModel
from intentflow.settings import Settings
from intentflow.wire.topic_names import TopicNames

FOR_EVER = "public, max-age=31536000, immutable"
SAYS = """Leads, changes and the state of an intentflow. Everything here is read from its read model; nothing is scored here.

A token goes into `Authorization: Bearer ...`; `intentflow token create` makes one. Errors are problems as RFC 9457 has them.
Times are RFC 3339 in UTC. Fields may be added; none is taken away, or changes its meaning."""


def create_app(settings: Settings, ask: ReadModel) -> FastAPI:
    """The app; it answers nothing with data in it but to the tokens that the settings know."""
    app = FastAPI(
        title="intentflow",
        version=__version__,
        description=SAYS,
        openapi_url="/api/openapi.json",
        docs_url=None,  # its page loads scripts from elsewhere
        redoc_url=None,
    )
    app.state.ask, app.state.streams = ask, 0
    app.include_router(api.router)
    app.include_router(api_changes.router)
    app.add_api_route("/healthz", healthz, include_in_schema=False)
    problems.install(app)
    _add_pages(app, settings, ask)
    app.add_middleware(Guard, kept=settings.console_tokens, hosts=settings.console_hosts)
    return app


def _add_pages(app: FastAPI, settings: Settings, ask: ReadModel) -> None:
    desk = Desk(ask, ask.reading, TopicNames(settings.prefix, settings.app_id))
    for part in (Pages(desk), Live(desk), Refusals(desk, settings, may_replay)):
        app.include_router(part.router())
    app.mount("/static", Static(directory=str(STATIC)))

    async def not_so(request: Request, error: HTTPException) -> Response:
        if request.url.path.startswith(("/api/", "/static/")):
            return problems.problem(error.status_code, str(error.detail), dict(error.headers or {}))
        head = HTTPStatus(error.status_code).phrase
        says = "There is no such page." if error.status_code == 404 else str(error.detail)
        return await desk.page(request, "problem.html", "", status=error.status_code, head=head, says=says, again="")

    app.add_exception_handler(HTTPException, not_so)  # type: ignore[arg-type]  # it is given no other


class Static(StaticFiles):
    """Files that a browser may keep, if their address says which version they are."""

    def file_response(
        self, full_path: Any, stat_result: Any, scope: MutableMapping[str, Any], status_code: int = 200
    ) -> Response:
        """The file."""
        answer = super().file_response(full_path, stat_result, scope, status_code)
        answer.headers["Cache-Control"] = FOR_EVER if scope["query_string"].startswith(b"v=") else "no-cache"
        return answer


def may_replay(request: Request) -> bool:
    """Whether who asks is an operator."""
    return role_in(request.scope) == "operator"


async def healthz() -> JSONResponse:
    """The console is up; whether all is well is for `/api/health` to say, and for those who have a token to know."""
    return JSONResponse({"status": "up"})
