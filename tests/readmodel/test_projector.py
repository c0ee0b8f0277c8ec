"""The projector on a real Kafka, whatever happens to Redis: flushed, killed, full, robbed; and with another projector beside it."""

import asyncio
import os
import signal

import pytest

from intentflow.readmodel.running import ended
from tests.readmodel.conftest import make_server
from tests.readmodel.stage import Stage, answered, until
from tests.readmodel.town import NOW

pytestmark = pytest.mark.broker


async def test_what_is_on_the_topics_is_shown_and_what_comes_follows(stage):
    async with stage.projecting():
        await until(stage.is_current)
        assert await stage.same_as_anew()
        assert len((await stage.ask.leads(limit=200)).leads) == 30
        stage.town.signs_up("l:new@acme.com", NOW)
        await stage.publish()
        await until(stage.is_current)
        assert (await stage.ask.changes(limit=1)).changes[0].name == "new@acme.com"

        async def says_so() -> bool:
            return bool((await stage.ask.health()).parts[1].says == "Up to date with Kafka.")

        await until(says_so)
        funnel = await stage.ask.funnel()

        async def is_told() -> bool:
            told = {
                one.stage: stage.metrics.registry.get_sample_value(
                    "intentflow_projector_stage_leads", {"stage": one.stage}
                )
                for one in funnel.stages
            }
            return told == {one.stage: one.leads for one in funnel.stages}

        assert funnel.total > 30
        await until(is_told)
    stage.metrics.leads(False)
    assert stage.metrics.registry.get_sample_value("intentflow_projector_stage_leads", {"stage": "suspect"}) is None


async def test_a_redis_that_was_flushed_is_filled_again(stage):
    async with stage.projecting():
        await until(stage.is_current)
        before = await stage.generations.serving()
        await stage.client.flushall()
        stage.town.signs_up("l:new@acme.com", NOW)
        await stage.publish()
        await until(stage.is_current)
        assert await stage.generations.serving() != before
        assert await stage.same_as_anew()


@pytest.mark.parametrize("lost", ["rows", "index", "positions"])
async def test_a_redis_that_lost_a_part_is_built_anew(stage, lost):
    async with stage.projecting():
        await until(stage.is_current)
        number = await stage.generations.serving()
        keys = stage.root.generation(number)
        shelves = [int(shelf) for shelf in await stage.client.smembers(keys.shelves)]
        gone = {
            "rows": [keys.rows],
            "index": [keys.by("fit", shelf) for shelf in shelves],
            "positions": [keys.positions],
        }
        await stage.client.delete(*gone[lost])

        async def is_anew() -> bool:
            return (await stage.generations.serving()) not in (None, number) and await stage.is_current()

        await until(is_anew)
        assert await stage.same_as_anew()
        assert await stage.generations.known() == {await stage.generations.serving()}


async def test_a_redis_that_is_full_says_so_and_catches_up_once_it_has_room(stage):
    async with stage.projecting():
        await until(stage.is_current)
        used = (await stage.client.info("memory"))["used_memory"]
        await stage.client.config_set("maxmemory", used - 1024)
        stage.town.signs_up("l:new@acme.com", NOW)
        await stage.publish()

        async def says_so() -> bool:
            health = await stage.ask.health()
            return any("Redis is full" in part.says for part in health.parts)

        await until(says_so)
        assert len((await stage.ask.leads(limit=200)).leads) == 30
        await stage.client.config_set("maxmemory", 0)
        await until(stage.is_current)
        assert await stage.same_as_anew()


async def test_of_two_projectors_one_stands_by_and_takes_over(stage):
    async with stage.projecting() as first:
        await until(stage.is_current)
        async with stage.projecting():
            await asyncio.sleep(0.3)
            await ended(first)
            stage.town.signs_up("l:new@acme.com", NOW)
            await stage.publish()
            await until(stage.is_current)
            assert await stage.same_as_anew()


async def test_a_redis_that_was_killed_and_started_again_goes_on_where_it_stands(kafka, kind, tmp_path):
    server = make_server(kind, tmp_path)
    with server:
        stage = Stage(kafka.bootstrap, server.url)
        port = server.port
        await stage.begin()
        stage.town.signs_up("l:ada@acme.com", NOW)
        await stage.publish()
        async with stage.projecting():
            await until(stage.is_current)
            number = await stage.generations.serving()
            os.kill(server.pid, signal.SIGKILL)
            again = make_server(kind, tmp_path, port)
            server.__exit__(None, None, None)
            with again:
                stage.town.signs_up("l:new@acme.com", NOW)
                await stage.publish()
                await until(lambda: answered(stage))
                assert await stage.same_as_anew()
                assert number is not None
    await stage.client.aclose()
