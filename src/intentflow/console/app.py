"""The console as one ASGI app: the API, the pages, and the guard before both."""

from fastapi import FastAPI
from fastapi.responses import JSONResponse

from intentflow import __version__
from intentflow.console import api, api_changes, problems, site
from intentflow.console.guard import Guard
from intentflow.readmodel.queries import ReadModel
from intentflow.settings import Settings

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
    site.install(app, settings, ask)
    app.add_middleware(Guard, kept=settings.console_tokens, hosts=settings.console_hosts)
    return app


async def healthz() -> JSONResponse:
    """The console is up; whether all is well is for `/api/health` to say, and for those who have a token to know."""
    return JSONResponse({"status": "up"})
