"""The site that people see, on the app that has the API: pages, their stream, files, and their way of saying what is wrong."""

from fastapi import FastAPI, Request

from intentflow.console import problem_pages
from intentflow.console.desk import Desk
from intentflow.console.guard import role_in
from intentflow.console.live import Live
from intentflow.console.pages import Pages
from intentflow.console.refused import Refusals
from intentflow.console.static_files import KeptFiles
from intentflow.readmodel.queries import ReadModel
from intentflow.settings import Settings
from intentflow.wire.topic_names import TopicNames


def install(app: FastAPI, settings: Settings, ask: ReadModel) -> None:
    """The app has the site too. To be called after everything that handles errors is in place."""
    desk = Desk(ask, ask.reading, TopicNames(settings.prefix, settings.app_id))
    app.mount("/static", KeptFiles(), name="static")
    for part in (Pages(desk), Live(desk), Refusals(desk, settings, may_replay)):
        app.include_router(part.router())
    problem_pages.install(app, desk)


def may_replay(request: Request) -> bool:
    """Whether who asks is an operator."""
    return role_in(request.scope) == "operator"
