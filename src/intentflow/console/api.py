"""The API: every question of the read model over HTTP, as JSON. Errors are problems (`problems.py`); who may ask, the guard has seen to."""

from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, HTTPException, Path, Query, Request

from intentflow.console.api_forms import LeadsWanted
from intentflow.console.problems import MEDIA_TYPE
from intentflow.readmodel.lead_views import LeadDetail, WaysView
from intentflow.readmodel.model_views import ModelView
from intentflow.readmodel.queries import MOST_REJECTIONS, ReadModel
from intentflow.readmodel.views import Funnel, Health, LeadPage, Rates, RejectionPage

Asked = Annotated[
    str, Path(max_length=300, description="a lead's key (l:..., v:...), or its id, e-mail address or visitor id")
]
Told = TypeVar("Told")
Responses = dict[int | str, dict[str, Any]]


def told(*statuses: int) -> Responses:
    """The problems that a question may be answered with, besides those that any may be."""
    words = {400: "a cursor, or a stage, that there is not", 404: "no such lead", 422: "not as it must be"}
    words |= {401: "no token, or none of ours", 503: "Redis does not answer; ask again after `Retry-After` seconds"}
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": words[status], "content": content} for status in (*statuses, 401, 503)}


def ask_of(request: Request) -> ReadModel:
    """The read model that the app was made with."""
    ask: ReadModel = request.app.state.ask
    return ask


router = APIRouter(prefix="/api")


@router.get("/leads", responses=told(400, 422), summary="Leads, page by page")
async def leads(request: Request, wanted: LeadsWanted) -> LeadPage:
    """A page of leads. Scores are exact as of now; order and ranges go by numbers that may be some minutes old (docs/read-model.md)."""
    return await ask_of(request).leads(wanted.wanted(), wanted.sort, wanted.cursor, wanted.limit)


@router.get("/leads/{asked:path}/ways", responses=told(404, 422), summary="What would move a lead up")
async def ways(request: Request, asked: Asked) -> WaysView:
    """Found by trying, which may take a second."""
    return _found(await ask_of(request).ways(asked), asked)


@router.get("/leads/{asked:path}", responses=told(404, 422), summary="One lead, with all that is known of it")
async def lead(request: Request, asked: Asked) -> LeadDetail:
    """The scores now with their receipts, what is missing for the stages above, what happened, and the score over time."""
    return _found(await ask_of(request).lead(asked), asked)


@router.get("/model", responses=told(), summary="The scoring model")
async def model(request: Request) -> ModelView:
    """The model that leads are read with, in words, and what is doubtful about it."""
    return ask_of(request).model()


@router.get("/funnel", responses=told(422), summary="How many leads stand where")
async def funnel(request: Request, days: Annotated[int, Query(ge=1, le=90)] = 14) -> Funnel:
    """By stage: how many stand there now, and came in on each of the last days (UTC)."""
    return await ask_of(request).funnel(days)


@router.get("/rates", responses=told(422), summary="How many events are scored")
async def rates(request: Request, seconds: Annotated[int, Query(ge=1, le=900)] = 300) -> Rates:
    """By second, as the worker's books say."""
    return await ask_of(request).rates(seconds)


@router.get("/rejections", responses=told(400, 422), summary="What was refused")
async def rejections(
    request: Request,
    reason: Annotated[str | None, Query(max_length=64, description="of this reason alone")] = None,
    cursor: Annotated[str | None, Query(max_length=100)] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_REJECTIONS)] = 50,
) -> RejectionPage:
    """The latest, the newest first, with as many of their bytes as are kept here. All of them are on the rejections topic."""
    return await ask_of(request).rejections(reason, cursor, limit)


@router.get("/health", responses={401: told()[401]}, summary="Whether all of it is well")
async def health(request: Request) -> Health:
    """Answers whatever is down; the status is 200 as long as the console itself is up."""
    return await ask_of(request).health()


def _found(answer: Told | None, asked: str) -> Told:
    if answer is None:
        raise HTTPException(
            404, f"{asked[:100]}: no such lead; leads are known by their id, e-mail or visitor id, as events name them"
        )
    return answer
