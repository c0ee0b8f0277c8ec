"""What goes from a stream goes with its bytes, and nobody else notices."""

import pytest

from intentflow.adapters.redis_client import Client
from intentflow.readmodel.streams import without


async def rewritten(store: Client, goes: bytes) -> bool:
    rest = await without(store, "s", lambda fields: fields[b"c"] == goes)
    if rest is None:
        return False
    async with store.pipeline(transaction=True) as pipe:
        rest.write(pipe)
        await pipe.execute()
    return True


@pytest.fixture
async def filled(store: Client) -> Client:
    for value in (b"one", b"kanarienvogel", b"two"):
        await store.xadd("s", {b"c": value})
    return store


async def test_no_byte_of_an_entry_is_left_and_the_others_keep_their_ids(filled: Client):
    before = await filled.xrange("s")
    assert await rewritten(filled, b"kanarienvogel")
    assert await filled.xrange("s") == [before[0], before[2]]
    assert b"kanarienvogel" not in await filled.dump("s")


@pytest.mark.parametrize("goes", [b"two", b"kanarienvogel"])
async def test_a_stream_knows_its_last_id_and_how_many_it_ever_had(filled: Client, goes):
    before = await filled.xinfo_stream("s")
    await rewritten(filled, goes)
    after = await filled.xinfo_stream("s")
    for what in ("last-generated-id", "entries-added"):
        assert after[what] == before[what]
    await filled.xadd("s", {b"c": b"three"})
    assert (await filled.xrange("s"))[-1][1] == {b"c": b"three"}


async def test_a_stream_that_loses_all_is_empty_and_goes_on_behind_its_last_id(store: Client):
    last = await store.xadd("s", {b"c": b"kanarienvogel"}, id="99999999999999-5")
    assert await rewritten(store, b"kanarienvogel")
    assert b"kanarienvogel" not in await store.dump("s")
    assert (await store.xinfo_stream("s"))["last-generated-id"] == last
    assert await store.xadd("s", {b"c": b"next"}) == b"99999999999999-6"


async def test_where_nothing_goes_nothing_is_written(filled: Client):
    assert not await rewritten(filled, b"nobody")
