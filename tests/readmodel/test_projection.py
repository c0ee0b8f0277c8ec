"""What batches of records make of the read model, on real servers."""

import pytest

from intentflow.domain.bonds import Bonds
from intentflow.domain.worth import code
from intentflow.errors import IntentflowError
from intentflow.readmodel.shelves import shelf_of
from intentflow.readmodel.store import MovedError
from intentflow.wire.rows import decode_row
from tests.readmodel.town import DAY, NAMES, NOW, Feeder, Record, Town, digest


async def test_a_lead_that_became_qualified_is_in_its_stage_with_its_change(store):
    town = Town()
    town.signs_up("l:ada@acme.com", NOW)
    feeder = await Feeder(store, town).begin()
    await feeder.feed()
    page = await feeder.ask.leads(sort="stage")
    assert [(lead.name, lead.stage, lead.company) for lead in page.leads] == [("ada@acme.com", "mql", "acme.com")]
    changes = (await feeder.ask.changes()).changes
    assert [(one.name, one.from_stage, one.to_stage, one.up) for one in changes] == [
        ("ada@acme.com", "prospect", "mql", True),
        ("ada@acme.com", "suspect", "prospect", True),
    ]
    assert {stage.stage: stage.leads for stage in (await feeder.ask.funnel()).stages}["mql"] == 1


async def test_any_cut_into_batches_ends_in_the_same(store):
    town = Town()
    for n in range(20):
        town.signs_up(f"l:{n}@acme.com", NOW + n * 1000)
    town.erases("l:3@acme.com")
    town.buries("l:3@acme.com")
    town.refuses(b"l:x", b"{", offset=7)
    found = []
    for step in (1, 7, 1000):
        feeder = await Feeder(store, town).begin()
        await feeder.feed(step)
        found.append(await digest(store, feeder.keys))
    for one in found[1:]:
        assert {what for what in found[0] | one if found[0].get(what) != one.get(what)} == set()
    assert set(found[0]) >= {
        ":rows",
        ":told",
        ":feed",
        ":refused",
        ":names",
        ":companies",
        f":by:fit:{shelf_of(code('mql'), b'l:')}",
    }


async def test_a_record_of_an_owner_that_was_fenced_off_is_void(store):
    town = Town()
    town.signs_up("l:ada", NOW)
    old = town.rows[b"l:ada"]
    town.take(2)
    town.happens(
        "l:ada", NOW + DAY, family="website_visit", action="view", page={"url": "https://shop.example/pricing"}
    )
    town.zombie("l:ada", old, epoch=1)
    town.zombie("l:nobody", old, epoch=1)
    for step in (1, 1000):
        feeder = await Feeder(store, town).begin()
        await feeder.feed(step)
        held = await store.hgetall(feeder.keys.rows)
        assert held == {b"l:ada": town.rows[b"l:ada"]}


async def test_a_change_that_was_published_again_is_told_once(store):
    town = Town()
    town.signs_up("l:ada", NOW)
    for change in list(town.topics[NAMES.changes]):
        town.tells(b"l:ada", change.value or b"")
    for step in (1, 1000):
        feeder = await Feeder(store, town).begin()
        await feeder.feed(step)
        assert [one.sequence for one in (await feeder.ask.changes()).changes] == [2, 1]
        assert sum(day.count for stage in (await feeder.ask.funnel(90)).stages for day in stage.entered) == 2


async def test_a_rejection_that_was_published_again_is_told_once(store):
    town = Town()
    for _ in range(2):
        town.refuses(b"l:ada", b"{", offset=7)
    town.refuses(b"l:ada", b"[", "wrong_type", offset=8)
    feeder = await Feeder(store, town).begin()
    await feeder.feed(1)
    page = await feeder.ask.rejections()
    assert [(one.source_offset, one.text) for one in page.rejections] == [(8, "["), (7, "{")]
    assert [(one.reason, one.count) for one in page.reasons] == [("not_json", 1), ("wrong_type", 1)]


async def test_what_the_collector_refused_is_counted_apart_from_what_the_worker_did(store):
    town = Town()
    town.refuses(b"l:ada", b"{", offset=7)
    for place in (0, 1):
        town.is_refused_at_the_door(b"[", place)
    feeder = await Feeder(store, town).begin()
    await feeder.feed(1)
    assert (await feeder.ask.rates()).refused_by_collector == 2
    assert len((await feeder.ask.rejections()).rejections) == 3


async def test_foreign_records_on_the_topics_are_counted_and_left_out(store):
    town = Town()
    foreign = [b"", b"{}", b"\xff", b'{"id": 1}']
    for topic in (NAMES.changes, NAMES.rejections):
        town.topics[topic] += [Record(n, NOW, b"k", value) for n, value in enumerate([*foreign, None])]
    feeder = await Feeder(store, town).begin()
    (writes,) = await feeder.feed()
    assert writes.strange == 2 * (len(foreign) + 1)
    assert not (await feeder.ask.changes()).changes


@pytest.mark.parametrize("step", [1, 1000])
async def test_a_clock_record_is_no_event_of_the_rates_either(store, step):
    town = Town()
    town.signs_up("l:ada", NOW)
    town.ticks()
    feeder = await Feeder(store, town).begin()
    await feeder.feed(step)
    town.ticks()
    await feeder.feed(step)
    rates = await feeder.ask.rates()
    assert (rates.counted, sum(second.counted for second in rates.series)) == (2, 2)


async def test_an_alias_is_no_lead_of_its_own_and_leads_to_whose_it_is(store):
    town = Town()
    town.happens("v:c0ffee", NOW, family="website_visit", action="view", page={"url": "https://shop.example/pricing"})
    town.signs_up("l:ada@acme.com", NOW)
    visitor = decode_row(town.rows[b"v:c0ffee"])
    feeder = await Feeder(store, town).begin()
    await feeder.feed()
    assert {lead.key for lead in (await feeder.ask.leads()).leads} == {"v:c0ffee", "l:ada@acme.com"}
    visitor.bonds = Bonds(alias=b"l:ada@acme.com")
    town.holds(b"v:c0ffee", visitor)
    await feeder.feed()
    assert {lead.key for lead in (await feeder.ask.leads()).leads} == {"l:ada@acme.com"}
    found = await feeder.ask.lead("c0ffee")
    assert found is not None
    assert (found.key, found.asked_for) == ("l:ada@acme.com", "v:c0ffee")


async def test_a_row_of_another_format_ends_the_projection_in_words_and_writes_nothing(store):
    town = Town()
    town.signs_up("l:ada", NOW)
    unreadable = Record(99, NOW, b"l:bob", (1).to_bytes(4, "big") + b"\x02" + bytes(8) + b"\xc1")
    town.topics[NAMES.changelog].append(unreadable)
    feeder = await Feeder(store, town).begin()
    with pytest.raises(IntentflowError, match="older than the worker"):
        await feeder.feed()
    assert await store.hlen(feeder.keys.rows) == 0


async def test_a_batch_from_elsewhere_than_where_redis_stands_is_not_taken(store):
    town = Town()
    town.signs_up("l:ada", NOW)
    feeder = await Feeder(store, town).begin()
    batch = await feeder._batch(1000, [NAMES.changelog])
    await feeder.take(batch)
    with pytest.raises(MovedError):
        await feeder.take(batch, expected={(NAMES.changelog, 0): None})
    await feeder.client.hdel(feeder.keys.rows, "l:ada")
    with pytest.raises(MovedError):
        await feeder.take(batch)
