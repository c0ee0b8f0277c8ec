"""What all pages share: the read model that they ask, the scoring model by whose words they speak, and the frame around them."""

from collections.abc import Awaitable
from datetime import UTC, datetime
from typing import Literal, TypeVar

from fastapi import Request
from fastapi.responses import HTMLResponse

from intentflow.console.ladder import steps
from intentflow.console.rendering import environment
from intentflow.domain.rules import AXES
from intentflow.model.load import Reading
from intentflow.readmodel.queries import ReadModel, StoreMissingError
from intentflow.wire.topic_names import TopicNames

Here = Literal["Overview", "Leads", "Model", "Rejections", ""]
Told = TypeVar("Told")


async def known(asked: Awaitable[Told]) -> tuple[Told | None, str]:
    """The answer, or what is wrong with the store."""
    try:
        return await asked, ""
    except StoreMissingError as error:
        return None, str(error)


class Desk:
    """Draws pages from what the read model says."""

    def __init__(self, ask: ReadModel, reading: Reading, names: TopicNames) -> None:
        self.ask, self.reading, self.names = ask, reading, names
        self.steps = steps(reading.model)
        self.templates = environment()

    def draw(self, template: str, **context: object) -> str:
        """A template with what all of them need."""
        given = {"now": datetime.now(UTC), "steps": self.steps, "axes": AXES}
        return self.templates.get_template(template).render(given | context)

    async def page(
        self, request: Request, template: str, here: Here, *, status: int = 200, live: str = "", **context: object
    ) -> HTMLResponse:
        """A whole page."""
        theme = request.cookies.get("theme", "")
        frame = {
            "here": here,
            "health": await self.ask.health(),
            "live": f"/live{live}",
            "theme": theme if theme in ("light", "dark") else "",
        }
        return HTMLResponse(self.draw(template, **frame | context), status)
