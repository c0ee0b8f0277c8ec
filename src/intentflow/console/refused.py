"""The page of what was refused; operators may have records sent again.

A form is taken only from our own pages: it carries what its page's cookie holds, which no other site can read, and a browser that says
where a request comes from must say that it is here.
"""

import secrets
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse

from intentflow.adapters.replaying import Again, can_return, replay
from intentflow.console.desk import Desk, known
from intentflow.console.pages import PAGE
from intentflow.errors import ConfigError, IntentflowError
from intentflow.readmodel.queries import BadCursorError
from intentflow.readmodel.views import RejectionPage
from intentflow.settings import Settings
from intentflow.wire.rejections import Refused

CSRF = "csrf"
LISTED = 50  # of those that could not be sent again
Text = Annotated[str, Form(max_length=1000)]


class Refusals:
    """The page and the button as routes. `may_replay` says whether who asks is an operator."""

    def __init__(self, desk: Desk, settings: Settings, may_replay: Callable[[Request], bool]) -> None:
        self._desk, self._ask, self._settings, self._may_replay = desk, desk.ask, settings, may_replay

    def router(self) -> APIRouter:
        """Both."""
        made = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
        made.add_api_route("/rejections", self.rejections, methods=["GET"])
        made.add_api_route("/rejections/replay", self.again, methods=["POST"])
        return made

    async def rejections(self, request: Request, reason: str = "", cursor: str = "") -> HTMLResponse:
        """What was refused, by reason."""
        try:
            page, trouble = await known(self._found(reason, cursor))
        except BadCursorError:  # of a read model that was built anew meanwhile, or made up
            cursor = ""
            page, trouble = await known(self._found(reason, cursor))
        csrf = request.cookies.get(CSRF) or secrets.token_urlsafe(24)
        answer = await self._desk.page(
            request,
            "rejections.html",
            "Rejections",
            page=page,
            trouble=trouble,
            reason=reason,
            cursor=cursor,
            total=0 if page is None else sum(one.count for one in page.reasons),
            may_replay=self._may_replay(request),
            can_return=partial(can_return, self._desk.names),
            csrf=csrf,
            first=_address(reason=reason),
            next=_address(reason=reason, cursor=(page and page.next) or ""),
            rejections_topic=self._desk.names.rejections,
        )
        answer.set_cookie(CSRF, csrf, httponly=True, samesite="strict", secure=request.url.scheme == "https")
        return answer

    async def _found(self, reason: str, cursor: str) -> RejectionPage:
        return await self._ask.rejections(reason or None, cursor or None, PAGE)

    async def again(self, request: Request, csrf: Text = "", reason: Text = "", id: Text = "") -> HTMLResponse:  # noqa: A002 - the form's name for it
        """Sends one record again, or all with a reason."""
        if not self._may_replay(request):
            return await self._refuse(
                request, "Sending records again is for operators: ask for a token with that role."
            )
        if not _is_ours(request, csrf):
            return await self._refuse(
                request,
                "This form did not come from the console. Open the page of rejections and press the button there.",
            )
        if not (reason or id):
            return await self._refuse(request, "Nothing was said to be sent again.")
        try:
            told = [one async for one in self._replay(reason, id)]
        except ConfigError as error:
            return await self._desk.page(
                request, "problem.html", "Rejections", status=503, head="Not sent", says=str(error), again=""
            )
        except IntentflowError as error:
            says = f"{error} Some may have been sent; sent twice they count once."
            return await self._desk.page(
                request, "problem.html", "Rejections", status=503, head="Not all sent", says=says, again=""
            )
        left = [one for one in told if one.topic is None]
        return await self._desk.page(
            request, "replayed.html", "Rejections", sent=len(told) - len(left), left=left[:LISTED], many=len(left)
        )

    def _replay(self, reason: str, wanted: str) -> AsyncIterator[Again]:
        settings = self._settings
        number = "".join(wanted.split("/")[1:2])  # an id begins with a topic and a partition, unless it is no topic's
        is_placed = number.isdecimal() and int(number) < settings.partitions
        within = [int(number)] if is_placed else None

        def matches(refused: Refused) -> bool:
            return refused.id == wanted if wanted else refused.reason == reason

        return replay(settings.kafka, self._desk.names, matches, settings.partitions, within)

    async def _refuse(self, request: Request, says: str) -> HTMLResponse:
        return await self._desk.page(
            request, "problem.html", "Rejections", status=403, head="Not allowed", says=says, again=""
        )


def _is_ours(request: Request, csrf: str) -> bool:
    cookie = request.cookies.get(CSRF, "")
    from_here = request.headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")
    return from_here and bool(cookie) and secrets.compare_digest(cookie.encode(), csrf.encode())


def _address(**given: str) -> str:
    said = {name: value for name, value in given.items() if value}
    return f"/rejections?{urlencode(said)}" if said else "/rejections"
