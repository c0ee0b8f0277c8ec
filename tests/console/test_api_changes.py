"""Changes as they come, over a stream that breaks and goes on."""

import asyncio
import json
from typing import Any

import pytest
from aiohttp import ClientSession

from intentflow.console import api_changes
from tests.console.conftest import VIEWER
from tests.readmodel.town import NOW

ASKS = {"Accept": "text/event-stream"}


async def event(response) -> dict[str, Any]:
    """The next event of a stream; comments are passed over."""
    found: dict[str, Any] = {}
    while True:
        line = (await response.content.readline()).decode().rstrip("\r\n")
        if line and not line.startswith(":"):
            name, _, value = line.partition(": ")
            found[name] = value
        elif not line and found:
            return found | {"data": json.loads(found["data"])}


async def test_a_change_is_told_as_it_comes(viewer, feeder):
    async with viewer.get("/api/changes", headers=ASKS) as response:
        assert response.content_type == "text/event-stream"
        assert response.headers["X-Accel-Buffering"] == "no"
        feeder.town.signs_up("l:new@acme.com", NOW)
        telling = asyncio.create_task(told_from(feeder, response))
        first, second = await telling
    assert [(one["event"], one["data"]["name"], one["data"]["to_stage"]) for one in (first, second)] == [
        ("change", "new@acme.com", "prospect"),
        ("change", "new@acme.com", "mql"),
    ]
    assert second["id"] == second["data"]["cursor"]


async def told_from(feeder, response) -> tuple[dict[str, Any], dict[str, Any]]:
    await asyncio.sleep(0.2)  # the stream has begun
    await feeder.feed()
    return await event(response), await event(response)


async def test_who_comes_back_gets_what_was_missed(viewer, feeder):
    async with viewer.get("/api/changes") as response:
        cursor = (await response.json())["cursor"]
    feeder.town.signs_up("l:new@acme.com", NOW)
    await feeder.feed()
    async with viewer.get("/api/changes", headers=ASKS | {"Last-Event-ID": cursor}) as response:
        found = [await event(response), await event(response)]
    assert [one["data"]["sequence"] for one in found] == [1, 2]
    async with viewer.get("/api/changes", headers=ASKS | {"Last-Event-ID": found[0]["id"]}) as response:
        assert (await event(response))["data"]["sequence"] == 2
    async with viewer.get("/api/changes", params={"after": found[0]["id"]}) as response:
        assert [one["sequence"] for one in (await response.json())["changes"]] == [2]


async def test_who_comes_back_to_another_read_model_is_told_to_begin_anew(viewer, feeder):
    async with viewer.get("/api/changes") as response:
        cursor = (await response.json())["cursor"]
    await feeder.begin()
    await feeder.feed()
    async with viewer.get("/api/changes", headers=ASKS | {"Last-Event-ID": cursor}) as response:
        assert (await event(response))["event"] == "reset"


async def test_a_store_that_goes_away_is_told_and_the_stream_goes_on(site, feeder, valkey, monkeypatch):
    monkeypatch.setattr(api_changes, "AGAIN_SECONDS", 0.05)
    async with (
        ClientSession(site, headers={"Authorization": f"Bearer {VIEWER[0]}"}) as session,
        session.get("/api/changes", headers=ASKS) as response,
    ):
        await asyncio.sleep(0.2)
        await feeder.client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        assert (await event(response))["event"] == "trouble"
        feeder.town.signs_up("l:new@acme.com", NOW)
        await feeder.feed()
        found = await event(response)
        while found["event"] == "trouble":
            found = await event(response)
        assert found["data"]["name"] == "new@acme.com"


async def test_so_many_streams_may_be_open_and_a_closed_one_makes_room(viewer, site, monkeypatch):
    monkeypatch.setattr(api_changes, "MOST_STREAMS", 1)
    async with viewer.get("/api/changes", headers=ASKS) as first:
        assert first.status == 200
        await asyncio.sleep(0.2)
        async with viewer.get("/api/changes", headers=ASKS) as second:
            assert (second.status, second.content_type) == (503, "application/problem+json")
    for _ in range(100):
        async with viewer.get("/api/changes", headers=ASKS) as third:
            if third.status == 200:
                return
        await asyncio.sleep(0.05)
    pytest.fail("a closed stream makes no room")
