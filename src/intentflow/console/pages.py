"""The console's pages. What they show is the read model's; where that cannot be read, the page says so and comes back by itself."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from intentflow.console import one_lead, overview
from intentflow.console.asking import ACTIVITIES, Asked, asked_in
from intentflow.console.desk import Desk, known
from intentflow.console.drawing import picture
from intentflow.console.rendering import count
from intentflow.domain.rules import AXES
from intentflow.model.show import AXIS_WORDS
from intentflow.readmodel.queries import BadCursorError
from intentflow.readmodel.views import LeadPage

PAGE = 50  # leads, or rejections, of a page
NAMED = (("answers", "Three answers"), ("groups", "Groups"), ("facts", "Facts"), ("evidence", "Evidence"))


class Pages:
    """The pages as routes."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._ask = desk, desk.ask

    def router(self) -> APIRouter:
        """All of them."""
        made = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
        routes: Mapping[str, Callable[..., Awaitable[HTMLResponse]]] = {
            "/": self.overview,
            "/leads": self.leads,
            "/leads/{key:path}/ways": self.ways,
            "/leads/{key:path}": self.lead,
            "/model": self.model,
        }
        for path, draw in routes.items():
            made.add_api_route(path, draw, methods=["GET"])
        return made

    async def overview(self, request: Request) -> HTMLResponse:
        """How all leads stand, and what is happening."""
        (funnel, trouble), (rates, _), (changes, _) = await asyncio.gather(
            known(self._ask.funnel(overview.DAYS)), known(self._ask.rates(overview.SECONDS)), known(self._ask.changes(limit=30))
        )  # fmt: skip
        after = "" if changes is None else f"&after={quote(changes.cursor)}"
        return await self._desk.page(
            request,
            "overview.html",
            "Overview",
            live=f"?view=overview{after}",
            model=self._desk.reading.model,
            events_topic=self._desk.names.events,
            trouble=trouble,
            funnel=funnel,
            rows=[] if funnel is None else overview.rows(funnel, self._desk.steps),
            days=overview.DAYS,
            rates=rates,
            series="" if rates is None else overview.series(rates),
            changes=() if changes is None else changes.changes,
        )

    async def leads(self, request: Request) -> HTMLResponse:
        """A table of leads."""
        asked = asked_in(request.query_params, self._desk.steps)
        try:
            page, trouble = await known(self._found(asked))
        except BadCursorError:  # of a read model that was built anew meanwhile, or made up
            asked = asked_in({**request.query_params, "cursor": ""}, self._desk.steps)
            page, trouble = await known(self._found(asked))
        return await self._desk.page(
            request,
            "leads.html",
            "Leads",
            asked=asked,
            page=page,
            trouble=trouble,
            shown=_shown(page),
            activities=ACTIVITIES,
            columns=_columns(asked),
            first=asked.address(),
            next=asked.address(cursor=page.next) if page is not None and page.next else "",
            events_topic=self._desk.names.events,
        )

    async def _found(self, asked: Asked) -> LeadPage:
        now = int(datetime.now(UTC).timestamp() * 1000)
        return await self._ask.leads(asked.wanted(now), asked.sort, asked.cursor or None, PAGE)

    async def lead(self, request: Request, key: str) -> HTMLResponse:
        """One lead, and why it stands where it stands."""
        lead = await self._ask.lead(key)
        if lead is None:
            return await self._missing(request, key)
        return await self._desk.page(
            request,
            "lead.html",
            "Leads",
            live=f"?{urlencode({'lead': lead.key})}",
            lead=lead,
            outlook=one_lead.outlook(lead),
            receipts=one_lead.by_axis(lead.receipts),
            gaps=one_lead.gap_words(lead.missing),
            curve=one_lead.curve(lead),
            latest=one_lead.LATEST,
        )

    async def _missing(self, request: Request, key: str) -> HTMLResponse:
        says = f"{key}: nobody is known under this id. Leads are known by the id, e-mail address or visitor id that their events name."
        return await self._desk.page(
            request, "problem.html", "Leads", status=404, head="No such lead", says=says, again=""
        )

    async def ways(self, key: str) -> HTMLResponse:
        """What would move a lead up; a part of its page."""
        found, trouble = await known(self._ask.ways(key))
        if found is None:
            return HTMLResponse(self._desk.draw("said.html", says=trouble or "It is not known any more."))
        return HTMLResponse(self._desk.draw("ways.html", ways=found, by_stage=one_lead.by_stage(found)))

    async def model(self, request: Request) -> HTMLResponse:
        """The scoring model, for a meeting."""
        told = self._ask.model()
        axes = [(axis, AXIS_WORDS[axis], [s for s in told.signals if s.axis == axis]) for axis in AXES]
        axes = [(axis, said, signals) for axis, said, signals in axes if signals]
        named = [(id_, title, rules) for id_, title in NAMED if (rules := getattr(told, id_))]
        contents = [("stages", "Stages"), *((a, f"Signals of {a}") for a, _, _ in axes), *((i, t) for i, t, _ in named)]
        return await self._desk.page(
            request,
            "model.html",
            "Model",
            model=told,
            picture=picture(self._desk.reading.model),
            axes=axes,
            named=named,
            contents=[*contents, ("findings", "What to look at")],
        )


def _shown(page: LeadPage | None) -> str:
    """How many there are, as far as that is known."""
    if page is None:
        return ""
    if page.total is not None:
        return f"{count(page.total)} in all" if page.total else ""
    return f"{len(page.leads)} found" if page.next is None else f"{len(page.leads)} shown, and there are more"


class Column:
    """A column of the table that can be sorted by."""

    def __init__(self, asked: Asked, sort: str, said: str, css: str = "") -> None:
        self.sort, self.said, self.css = sort, said, css
        self.address = asked.address(sort=sort)


def _columns(asked: Asked) -> list[Column]:
    return [
        Column(asked, "stage", "stage"),
        Column(asked, "since", "since"),
        *(Column(asked, axis, axis, "num") for axis in AXES),
        Column(asked, "active", "active", "num"),
    ]
