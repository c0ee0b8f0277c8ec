"""Pages of leads: every lead once, in order, whatever the ties and the sizes of pages."""

import random
from typing import get_args

import pytest

from intentflow.readmodel.keys import INDEXES, Index, Root
from intentflow.readmodel.listing import Listing
from intentflow.readmodel.shelves import shelf_of
from intentflow.readmodel.standing import Standing
from intentflow.readmodel.views import Sort
from intentflow.readmodel.wanted import LeadFilter
from intentflow.readmodel.writes import Writes

STAGES = [3, 2, 0]  # codes, the highest first
KEYS = Root("list").generation(1)
LEADS = 200


def standings(seed: int) -> dict[bytes, Standing]:
    """Leads with few different numbers, so that many are tied; some names begin alike."""
    dice, found = random.Random(seed), {}
    for n in range(LEADS):
        key = (b"v:" if dice.random() < 0.3 else b"l:") + f"{dice.choice(['ann', 'anna', 'Bo', 'ö'])}{n}".encode()
        numbers = {index: float(dice.choice([-1.5, 0, 0, 0, 7, 1e12])) for index in INDEXES}
        company = dice.choice([b"", b"acme", b"acme.com"])
        name = key[2:].decode().lower().encode()
        found[key] = Standing(shelf=shelf_of(dice.choice(STAGES), key), numbers=numbers, name=name, company=company)
    return found


async def written(client, found: dict[bytes, Standing]) -> None:
    writes, pipe = Writes(), client.pipeline()
    for key, standing in found.items():
        writes.moved(key, None, standing)
    writes.apply(pipe, Root("list"), KEYS)
    await pipe.execute()


def shelves(kind: str | None = None, stages: list[int] = STAGES) -> list[list[int]]:
    kinds = [b"l:", b"v:"] if kind is None else [b"v:" if kind == "visitor" else b"l:"]
    return [[shelf_of(stage, key) for key in kinds] for stage in stages]


async def paged(client, wanted: LeadFilter, sort: Sort, limit: int) -> list[bytes]:
    """All pages in a row."""
    cursor, found = None, []
    while True:
        listing = Listing(client, KEYS, shelves(wanted.kind), wanted, sort)
        page = await listing.page(cursor, limit)
        assert len(page.keys) <= limit
        found += page.keys
        if page.next is None:
            return found
        cursor = page.next


def in_order(found: dict[bytes, Standing], sort: Sort) -> list[bytes]:
    index: Index = "since" if sort == "stage" else sort
    order = sorted(found, key=lambda key: (found[key].numbers[index], key), reverse=True)
    if sort != "stage":
        return order
    return sorted(order, key=lambda key: [n for n, some in enumerate(shelves()) if found[key].shelf in some])


@pytest.mark.parametrize("limit", [3, 50])
async def test_pages_hold_every_lead_once_in_order(store, limit):
    found = standings(limit)
    await written(store, found)
    for sort in get_args(Sort):
        assert await paged(store, LeadFilter(), sort, limit) == in_order(found, sort)


@pytest.mark.parametrize("gathered", [0, 50, 3000])
async def test_a_filter_leaves_the_same_whether_leads_are_gathered_or_walked_through(store, gathered, monkeypatch):
    monkeypatch.setattr("intentflow.readmodel.listing.GATHERED", gathered)
    found = standings(5)
    await written(store, found)
    cases = [
        (LeadFilter(kind="visitor"), lambda key, one: key.startswith(b"v:")),
        (LeadFilter(text="ANNA"), lambda key, one: one.name.startswith(b"anna")),
        (LeadFilter(text="Ö"), lambda key, one: one.name.startswith("ö".encode())),
        (LeadFilter(text="acme"), lambda key, one: one.company.startswith(b"acme")),
        (LeadFilter(company="ACME"), lambda key, one: one.company == b"acme"),
        (LeadFilter(at_least={"fit": 7}), lambda key, one: one.numbers["fit"] >= 7),
        (LeadFilter(below={"fit": 7}), lambda key, one: one.numbers["fit"] < 7),
        (LeadFilter(active_from=0, active_before=7), lambda key, one: 0 <= one.numbers["active"] < 7),
        (
            LeadFilter(company="acme", at_least={"fit": 0, "intent": 7}, kind="lead"),
            lambda key, one: (
                one.company == b"acme" and min(one.numbers["fit"], one.numbers["intent"] - 7) >= 0 and key[:1] == b"l"
            ),
        ),
    ]
    for wanted, holds in cases:
        some = {key: one for key, one in found.items() if holds(key, one)}
        for sort in ("stage", "intent"):
            assert (wanted, await paged(store, wanted, sort, 9)) == (wanted, in_order(some, sort))


async def test_how_many_there_are_is_told_if_that_is_known(store):
    found = standings(6)
    await written(store, found)
    wanted = (LeadFilter(), LeadFilter(kind="visitor"), LeadFilter(text="bo"))
    pages = [await Listing(store, KEYS, shelves(one.kind), one, "fit").page(None, 5) for one in wanted]
    assert [page.total for page in pages] == [
        LEADS,
        sum(key.startswith(b"v:") for key in found),
        sum(one.name.startswith(b"bo") for one in found.values()),
    ]


async def test_a_page_that_would_walk_for_long_is_cut_short_and_goes_on(store, monkeypatch):
    monkeypatch.setattr("intentflow.readmodel.listing.GATHERED", 0)
    monkeypatch.setattr("intentflow.readmodel.listing.WALKED", 50)
    monkeypatch.setattr("intentflow.readmodel.listing.STEP", 20)
    found = standings(7)
    await written(store, found)
    wanted = LeadFilter(below={"fit": 0})
    first = await Listing(store, KEYS, shelves(), wanted, "fit").page(None, 5)
    assert (first.keys, first.next is not None) == ([], True)
    some = {key: one for key, one in found.items() if one.numbers["fit"] < 0}
    assert await paged(store, wanted, "fit", 5) == in_order(some, "fit")


async def test_a_lead_that_moves_between_two_pages_is_not_told_twice_and_hides_nobody(store):
    found = standings(8)
    await written(store, found)
    first = await Listing(store, KEYS, shelves(), LeadFilter(), "fit").page(None, 70)
    moved = first.keys[-1]  # the very one that the cursor names
    writes, pipe = Writes(), store.pipeline()
    writes.moved(moved, found[moved], found[moved]._replace(numbers={**found[moved].numbers, "fit": 1e15}))
    writes.apply(pipe, Root("list"), KEYS)
    await pipe.execute()
    rest = await Listing(store, KEYS, shelves(), LeadFilter(), "fit").page(first.next, LEADS)
    assert first.keys + rest.keys == in_order(found, "fit")
