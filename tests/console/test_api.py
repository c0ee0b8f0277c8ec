"""The API over HTTP: what it answers, and what it says to what it cannot answer."""

from typing import Any

import pytest
from aiohttp import ClientSession
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intentflow.adapters.redis_client import connect
from intentflow.console.app import create_app
from intentflow.readmodel.queries import ReadModel
from intentflow.settings import Settings
from tests.console.conftest import VIEWER, served
from tests.readmodel.town import NAMES, READING


async def answer(session, path: str, **query: str) -> tuple[int, Any]:
    async with session.get(path, params=query) as response:
        return response.status, await response.json(content_type=None)


async def test_leads_are_listed_with_the_highest_stage_first(viewer):
    status, page = await answer(viewer, "/api/leads")
    assert status == 200
    assert [(lead["name"], lead["stage"], lead["kind"]) for lead in page["leads"]] == [
        ("ada@acme.com", "mql", "lead"),
        ("c0ffee", "suspect", "visitor"),
    ]
    assert (page["next"], page["total"]) == (None, 2)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"stage": "mql"}, ["ada@acme.com"]),
        ({"kind": "visitor"}, ["c0ffee"]),
        ({"q": "C0F"}, ["c0ffee"]),
        ({"q": "acme"}, ["ada@acme.com"]),
        ({"company": "ACME.com"}, ["ada@acme.com"]),
        ({"engagement_min": "25"}, ["ada@acme.com"]),
        ({"engagement_below": "25"}, ["c0ffee"]),
        ({"active_before": "2020-01-01T00:00:00Z"}, []),
        ({"sort": "intent", "limit": "1"}, ["c0ffee"]),
    ],
)
async def test_a_filter_leaves_who_is_wanted(viewer, query, names):
    status, page = await answer(viewer, "/api/leads", **query)
    assert (status, [lead["name"] for lead in page["leads"]]) == (200, names)


@pytest.mark.parametrize(
    ("path", "query", "status", "says"),
    [
        ("/api/leads", {"sort": "luck"}, 422, "errors"),
        ("/api/leads", {"colour": "red"}, 422, "errors"),
        ("/api/leads", {"engagement_min": "nan"}, 422, "errors"),
        ("/api/leads", {"limit": "201"}, 422, "errors"),
        ("/api/leads", {"stage": "nowhere"}, 400, "the model has suspect"),
        ("/api/leads", {"cursor": "AAAA"}, 400, "begin again without one"),
        ("/api/changes", {"after": "AAAA"}, 400, "begin again without one"),
        ("/api/rejections", {"cursor": "1-2"}, 400, "begin again without one"),
        ("/api/leads/nobody", {}, 404, "no such lead"),
        ("/api/leads/nobody/ways", {}, 404, "no such lead"),
        ("/api/nothing", {}, 404, "Not Found"),
    ],
)
async def test_what_cannot_be_answered_is_a_problem_that_says_why(viewer, path, query, status, says):
    async with viewer.get(path, params=query) as response:
        assert (response.status, response.content_type) == (status, "application/problem+json")
        told = await response.json(content_type=None)
        assert told["status"] == status
        assert says in told["detail"]


async def test_one_lead_is_told_with_all_that_is_known(viewer):
    status, lead = await answer(viewer, "/api/leads/ada@acme.com")
    assert status == 200
    assert (lead["key"], lead["stage"], lead["company"]) == ("l:ada@acme.com", "mql", "acme.com")
    assert sum(one["points"] for one in lead["receipts"] if one["axis"] == "engagement") == pytest.approx(
        lead["scores"]["engagement"], abs=1e-5
    )
    assert [moment["title"] for moment in lead["timeline"] if moment["kind"] == "change"] == [
        "prospect → mql",
        "suspect → prospect",
    ]
    assert lead["curve"]["future"][0]["engagement"] == pytest.approx(lead["scores"]["engagement"], abs=1e-5)
    assert lead["falls_at"] is not None
    assert lead["newsletter"]["stands"] == "confirmed"


async def test_the_rest_of_the_questions_are_answered(viewer):
    for path in ("model", "funnel", "rates", "rejections", "changes", "health", "leads/ada@acme.com/ways"):
        status, told = await answer(viewer, f"/api/{path}")
        assert (path, status) == (path, 200)
        assert told


async def test_the_bytes_of_a_rejection_are_told_as_they_are(viewer):
    _, page = await answer(viewer, "/api/rejections")
    (one,) = page["rejections"]
    assert one["text"] == '{"<script>alert(1)</script>'
    assert (one["source_topic"], one["source_offset"], one["reason"]) == (NAMES.events, 7, "not_json")


async def test_a_store_that_is_gone_is_a_problem_with_the_time_to_wait():
    nowhere = ReadModel(connect("redis://127.0.0.1:1/0"), NAMES.app_id, READING)
    bearer = {"Authorization": f"Bearer {VIEWER[0]}"}
    app = create_app(Settings(console_tokens=(VIEWER[1],)), nowhere)
    async with served(app) as site, ClientSession(site, headers=bearer) as session:
        async with session.get("/api/leads") as response:
            assert (response.status, response.headers["Retry-After"]) == (503, "5")
        status, health = await answer(session, "/api/health")
        assert (status, health["state"]) == (200, "down")
        assert "Redis does not answer" in health["parts"][0]["says"]


FOREIGN = st.one_of(st.text(max_size=40), st.sampled_from(["l:", "v:", "..", "%2e%2e/x", "l:\0", "0-0", "1-2-3", "é"]))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=FOREIGN, other=FOREIGN)
async def test_no_foreign_id_or_query_is_our_error(viewer, name, other):
    for path, query in (
        (f"/api/leads/{name}", {}),
        ("/api/leads", {"q": name, "cursor": other}),
        ("/api/leads", {"stage": name, "company": other}),
        ("/api/changes", {"after": name}),
        ("/api/rejections", {"cursor": name, "reason": other}),
        (f"/api/{name}", {name: other}),
    ):
        async with viewer.get(path, params=query) as response:
            assert response.status < 500
