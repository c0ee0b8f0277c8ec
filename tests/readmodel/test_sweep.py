"""Scores fade in the indexes too, a little later than in the lead itself."""

from intentflow.adapters.redis_client import Client
from intentflow.readmodel.keys import Index, Keys
from intentflow.readmodel.sweep import Sweep
from tests.readmodel.town import DAY, FOLD, NOW, Feeder, Town


async def held(client: Client, keys: Keys, index: Index) -> dict[str, float]:
    """What an index holds of each lead."""
    shelves = [int(shelf) for shelf in await client.smembers(keys.shelves)]
    members = [await client.zrange(keys.by(index, shelf), 0, -1, withscores=True) for shelf in shelves]
    return {key.decode(): score for some in members for key, score in some}


async def test_a_lead_is_shown_as_of_now_and_its_place_follows_with_the_sweep(store):
    town = Town()
    town.signs_up("l:ada", NOW)
    feeder = await Feeder(store, town).begin()
    await feeder.feed()
    before = (await feeder.ask.leads()).leads[0].scores.engagement
    town.now += 60 * DAY
    (lead,) = (await feeder.ask.leads()).leads
    assert lead.scores.engagement < before / 1.9
    assert abs((await held(store, feeder.keys, "engagement"))["l:ada"] - before) < 1e-3
    assert await Sweep(store, feeder.keys, FOLD, 300.0).turn(town.now, 300.0, settled=True)
    assert abs((await held(store, feeder.keys, "engagement"))["l:ada"] - lead.scores.engagement) < 1e-5


async def test_an_index_that_lost_leads_is_noticed(store):
    town = Town()
    town.signs_up("l:ada", NOW)
    feeder = await Feeder(store, town).begin()
    await feeder.feed()
    sweep = Sweep(store, feeder.keys, FOLD, 300.0)
    assert await sweep.turn(town.now, 1.0, settled=True)
    await store.delete(feeder.keys.names)
    assert not await sweep.turn(town.now, 1.0, settled=True)


async def test_what_was_told_of_a_lead_that_is_no_more_goes_after_a_while(store):
    """A rebuild may read changes of a lead that was erased so long ago that nothing is left to say so."""
    town = Town()
    town.signs_up("l:ada", NOW)
    feeder = await Feeder(store, town).begin()
    await feeder.feed(topics=[town.names.changes])
    assert not (await feeder.ask.changes()).changes
    sweep = Sweep(store, feeder.keys, FOLD, 300.0)
    await sweep.turn(town.now, 1.0, settled=True)
    assert (await store.hlen(feeder.keys.told), await store.xlen(feeder.keys.feed)) == (1, 2)
    real = int((await store.time())[0]) * 1000
    await sweep.turn(real + 120_000, 1.0, settled=True)
    assert (await store.hlen(feeder.keys.told), await store.xlen(feeder.keys.feed)) == (0, 0)


async def test_old_seconds_and_days_are_dropped(store):
    feeder = await Feeder(store, Town()).begin()
    now = NOW // 1000
    await store.hset(feeder.keys.rates, mapping={f"{now}:c": 1, f"{now - 1000}:c": 2})
    await store.hset(feeder.keys.entered, mapping={"2026-05-01:mql": 1, "2020-05-01:mql": 2})
    await Sweep(store, feeder.keys, FOLD, 300.0).turn(NOW, 1.0, settled=True)
    assert await store.hkeys(feeder.keys.rates) == [f"{now}:c".encode()]
    assert await store.hkeys(feeder.keys.entered) == [b"2026-05-01:mql"]
