"""The console as one ASGI app: the API, the pages, and the guard before both."""

from fastapi import FastAPI
from fastapi.responses import JSONResponse

from intentflow.console import problems, site
from intentflow.console.guard import Guard
from intentflow.console.openapi import api_app
from intentflow.readmodel.queries import ReadModel
from intentflow.settings import Settings


def create_app(settings: Settings, ask: ReadModel) -> FastAPI:
    """The app; it answers nothing with data in it but to the tokens that the settings know."""
    app = api_app()
    app.state.ask, app.state.streams = ask, 0
    app.add_api_route("/healthz", healthz, include_in_schema=False)
    problems.install(app)
    site.install(app, settings, ask)
    app.add_middleware(Guard, kept=settings.console_tokens, hosts=settings.console_hosts)
    return app


async def healthz() -> JSONResponse:
    """The console is up; whether all is well is for `/api/health` to say, and for those who have a token to know."""
    return JSONResponse({"status": "up"})
