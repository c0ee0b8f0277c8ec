"""Whoever is erased is gone from Redis, whichever topic is read first, however the log is cut."""

import itertools

import pytest

from intentflow.readmodel.erasures import ErasureLog, Mark
from intentflow.readmodel.views import ChangeView
from intentflow.wire.changes import decode_change
from tests.readmodel.town import NAMES, NOW, Feeder, Record, Town

EVERYTHING = (NAMES.changelog, NAMES.changes, NAMES.rejections)


async def holds(client, text: bytes) -> list[bytes]:
    """The keys in which a text is found, in a name or in what they hold."""
    found = []
    async for key in client.scan_iter(count=1000):
        dumped = repr(await dump(client, key)).encode()
        if text in key or text in dumped:
            found.append(key)
    return found


async def dump(client, key: bytes) -> object:
    kind = (await client.type(key)).decode()
    if kind == "hash":
        return await client.hgetall(key)
    if kind == "zset":
        return await client.zrange(key, 0, -1, withscores=True)
    if kind == "stream":
        return await client.xrange(key)
    return await (client.smembers(key) if kind == "set" else client.get(key))


def town_with_one_erased(buried: bool) -> Town:
    town = Town()
    town.signs_up("l:bob@acme.com", NOW)
    town.signs_up("l:ada@acme.com", NOW)
    town.refuses(b"l:ada@acme.com", b'{"email": "ada@acme.com"')
    town.erases("l:ada@acme.com")
    if buried:
        town.buries("l:ada@acme.com")
    return town


@pytest.mark.parametrize("buried", [False, True])
@pytest.mark.parametrize("order", list(itertools.permutations(EVERYTHING)))
async def test_nothing_of_an_erased_lead_is_left_whatever_is_read_first(store, order, buried):
    feeder = await Feeder(store, town_with_one_erased(buried)).begin()
    for topic in order:
        await feeder.feed(1, [topic])
    assert await holds(store, b"ada@") == []
    assert [lead.name for lead in (await feeder.ask.leads()).leads] == ["bob@acme.com"]
    assert {one.name for one in (await feeder.ask.changes()).changes} == {"bob@acme.com"}


async def test_a_lead_that_is_erased_while_it_is_shown_vanishes_from_lists_and_feeds(store):
    town = Town()
    town.signs_up("l:ada@acme.com", NOW)
    town.refuses(b"l:ada@acme.com", b"{")
    feeder = await Feeder(store, town).begin()
    await feeder.feed()
    assert len((await feeder.ask.changes()).changes) == 2
    town.erases("l:ada@acme.com")
    await feeder.feed()
    assert await holds(store, b"ada@") == []
    assert await feeder.ask.lead("ada@acme.com") is None
    assert not (await feeder.ask.rejections()).rejections


@pytest.mark.parametrize("step", [1, 3, 1000])
@pytest.mark.parametrize("buried", [False, True])
async def test_who_begins_anew_has_nothing_of_who_was_erased(store, step, buried):
    town = town_with_one_erased(buried)
    gone = {change_id(record) for record in town.topics[NAMES.changes] if record.key == b"l:ada@acme.com"}
    town.signs_up("l:ada@acme.com", NOW + 1000)
    feeder = await Feeder(store, town).begin()
    for topic in EVERYTHING:
        await feeder.feed(step, [topic])
    assert [one.sequence for one in await told_of(feeder, "ada@acme.com")] == ([2, 1] if buried else [5, 4])
    feeder = await Feeder(store, town).begin()
    for topic in EVERYTHING[::-1]:  # what was told anew may be forgotten with the rest, but nothing comes back
        await feeder.feed(step, [topic])
    assert gone.isdisjoint(one.id for one in await told_of(feeder, "ada@acme.com"))


async def told_of(feeder: Feeder, name: str) -> list[ChangeView]:
    detail = await feeder.ask.lead(name)
    assert detail is not None
    mine = [moment.change for moment in detail.timeline if moment.change is not None]
    assert {one.id for one in mine} == {one.id for one in (await feeder.ask.changes()).changes if one.name == name}
    return mine


def change_id(record: Record) -> str:
    assert record.value is not None
    return decode_change(record.value).id


async def test_a_mark_tells_nobody_who_was_erased(store):
    feeder = await Feeder(store, town_with_one_erased(buried=True)).begin()
    await feeder.feed()
    assert await store.hlen(feeder.root.erased) == 1
    assert b"ada" not in repr(await store.hgetall(feeder.root.erased)).encode()


async def test_a_tombstone_of_an_owner_that_was_fenced_off_erases_nobody(store):
    town = Town()
    town.signs_up("l:ada@acme.com", NOW)
    town.take(2)
    town.buries("l:ada@acme.com", epoch=1)
    town.rows = {}
    for step in (1, 1000):
        feeder = await Feeder(store, town).begin()
        await feeder.feed(step)
        assert [lead.name for lead in (await feeder.ask.leads()).leads] == ["ada@acme.com"]


def test_a_void_stub_erases_nobody():
    town = town_with_one_erased(buried=False)
    row = town.rows[b"l:ada@acme.com"]
    town.take(2)
    town.signs_up("l:ada@acme.com", NOW + 1000)
    town.zombie("l:ada@acme.com", row, epoch=1)
    log = ErasureLog()
    log.feed(town.topics[NAMES.changelog])
    assert log.rows[b"l:ada@acme.com"] == town.rows[b"l:ada@acme.com"]
    assert log.erased == {b"l:ada@acme.com": Mark(log.erased[b"l:ada@acme.com"].time, 3)}


def test_a_mark_covers_what_was_published_until_then_and_the_sequence_up_to_the_stubs():
    mark = Mark(time=100, sequence=7)
    assert mark.covers(100, 9)
    assert mark.covers(101, 7)
    assert not mark.covers(101, 8)
