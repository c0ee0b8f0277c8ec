"""A rebuild on a real Kafka: the old read model serves until the new one does, whatever goes wrong."""

import asyncio
import contextlib

import pytest

from intentflow.errors import ConfigError, IntentflowError
from intentflow.readmodel.pulse import decode_pulse
from tests.readmodel.stage import until
from tests.readmodel.town import NOW, Feeder

pytestmark = pytest.mark.broker


async def test_the_old_one_serves_until_the_new_one_does_and_the_projector_goes_on_with_that(stage):
    async with stage.projecting():
        await until(stage.is_current)
        old = await stage.generations.serving()
        async for progress in stage.rebuild().run():
            assert len((await stage.ask.leads(limit=200)).leads) == 30
            assert (await stage.generations.serving() == old) is not progress.serves
        new = await stage.generations.serving()
        assert (progress.generation, progress.built, progress.leads) == (new, 1.0, 30)
        await until(lambda: says_so(stage, new))
        stage.town.signs_up("l:new@acme.com", NOW)
        await stage.publish()
        await until(stage.is_current)
        assert await stage.same_as_anew()
        assert await stage.generations.known() == {new}
        assert await stage.generations.serving() == new


async def says_so(stage, number) -> bool:
    """Whether the projector feeds that one, though nothing happens."""
    pulse = decode_pulse(await stage.client.get(stage.root.pulse))
    return pulse is not None and pulse.generation == number


async def test_who_follows_the_feed_is_told_to_begin_anew(stage):
    async with stage.projecting():
        await until(stage.is_current)
        before = await stage.ask.changes()
        assert not (await stage.ask.changes(before.cursor)).reset
        async for _ in stage.rebuild().run():
            pass
        after = await stage.ask.changes(before.cursor)
        assert after.reset
        assert {one.id for one in after.changes} <= {one.id for one in before.changes}


async def test_a_second_rebuild_is_refused_while_one_runs(stage):
    first = stage.rebuild().run()
    await anext(first)
    with pytest.raises(ConfigError, match="a rebuild runs already"):
        await anext(stage.rebuild().run())
    await first.aclose()


async def test_a_rebuild_that_is_stopped_halfway_leaves_nothing_behind(stage):
    feeder = await Feeder(stage.client, stage.town).begin()
    rebuild = stage.rebuild().run()
    await anext(rebuild)
    await rebuild.aclose()
    assert await stage.generations.known() == {feeder.keys.number}
    left = [key async for key in stage.client.scan_iter() if key.startswith(f"{stage.root.prefix}:17".encode())]
    assert {key.split(b":")[2] for key in left} <= {str(feeder.keys.number).encode()}


async def test_without_room_for_two_the_old_one_serves_on(stage):
    feeder = await Feeder(stage.client, stage.town).begin()
    await feeder.feed()
    used = (await stage.client.info("memory"))["used_memory"]
    await stage.client.config_set("maxmemory", used + 1024)
    with pytest.raises(ConfigError, match="Redis is full"):
        async for _ in stage.rebuild().run():
            pass
    assert await stage.generations.serving() == feeder.keys.number
    assert len((await stage.ask.leads(limit=200)).leads) == 30
    await stage.client.config_set("maxmemory", 0)


async def test_a_redis_that_is_flushed_meanwhile_ends_the_rebuild(stage):
    rebuild = stage.rebuild().run()
    await anext(rebuild)
    await stage.client.flushall()
    stage.town.signs_up("l:new@acme.com", NOW)
    await stage.publish()
    with pytest.raises(IntentflowError, match="flushed"):
        async for _ in rebuild:
            pass
    with contextlib.suppress(StopAsyncIteration, asyncio.CancelledError):
        await rebuild.aclose()
