"""Changes into HubSpot, as its stand-in takes them."""

from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from intentflow.deliver.endpoint import Endpoint
from intentflow.deliver.queue import Delivery
from intentflow.deliver.sending import Sender
from tests.deliver.hubspot_stand_in import HubSpot
from tests.deliver.made import change, endpoint, told
from tests.deliver.rig import LOOPBACK

ANNA = "anna@x.example"
PROPERTIES = {"intentflow_stage": "stage", "intentflow_intent": "intent", "intentflow_treatment": "treatment"}


@pytest.fixture
async def hubspot() -> AsyncIterator[HubSpot]:
    async with HubSpot() as one:
        yield one


def at(hubspot: HubSpot, **other: object) -> Endpoint:
    return endpoint("hubspot", url=SecretStr(hubspot.url), networks=LOOPBACK, properties=PROPERTIES, **other)


def delivery(name: str, sequence: int, to: str, came_from: str = "prospect", **other: object) -> Delivery:
    said = change(f"l:{name}", sequence, to, **{"from": came_from}, **other)
    return Delivery(id=str(said["id"]), body=told(said).body, topic="t", offset=sequence, since=0)


async def send(to: Endpoint, *deliveries: Delivery) -> list[str]:
    async with Sender(to) as sender:
        return [answer.word for answer in await sender.send(deliveries)]


async def test_a_change_makes_a_contact_or_changes_it_with_what_was_asked_for(hubspot):
    assert await send(at(hubspot), delivery(ANNA, 1, "mql")) == ["ok"]
    assert hubspot.contacts[ANNA] == {
        "email": ANNA,
        "lifecyclestage": "marketingqualifiedlead",
        "intentflow_stage": "mql",
        "intentflow_intent": "4.25",
        "intentflow_treatment": "nurture",
    }
    assert hubspot.calls == [("upsert", 1, 200)]


async def test_a_lead_that_falls_has_its_stage_cleared_first_and_then_set(hubspot):
    await send(at(hubspot), delivery(ANNA, 1, "sql"))
    assert await send(at(hubspot), delivery(ANNA, 2, "prospect", came_from="sql")) == ["ok"]
    assert hubspot.history[ANNA] == ["salesqualifiedlead", "", "lead"]
    assert [call[0] for call in hubspot.calls] == ["upsert", "read", "upsert", "upsert"]


async def test_a_lead_that_comes_back_from_a_stage_without_a_name_there_falls_too(hubspot):
    await send(at(hubspot), delivery(ANNA, 1, "sql"))
    await send(at(hubspot), delivery(ANNA, 2, "disqualified", came_from="sql"))
    assert hubspot.contacts[ANNA]["lifecyclestage"] == "salesqualifiedlead"
    assert await send(at(hubspot), delivery(ANNA, 3, "prospect", came_from="disqualified")) == ["ok"]
    assert hubspot.history[ANNA] == ["salesqualifiedlead", "", "lead"]


async def test_a_stage_that_somebody_else_has_given_is_not_taken_away(hubspot):
    await send(at(hubspot), delivery(ANNA, 1, "sql"))
    hubspot.contacts[ANNA]["lifecyclestage"] = "customer"
    assert await send(at(hubspot), delivery(ANNA, 2, "prospect", came_from="sql")) == ["ok"]
    assert hubspot.contacts[ANNA]["lifecyclestage"] == "customer"
    assert hubspot.contacts[ANNA]["intentflow_stage"] == "prospect"


async def test_a_fall_that_was_cut_off_after_the_clearing_ends_well_when_it_is_tried_again(hubspot):
    await send(at(hubspot), delivery(ANNA, 1, "sql"))
    hubspot.statuses = [200, 200, 502]
    assert await send(at(hubspot), delivery(ANNA, 2, "mql", came_from="sql")) == ["error"]
    assert hubspot.contacts[ANNA]["lifecyclestage"] == ""
    assert await send(at(hubspot), delivery(ANNA, 2, "mql", came_from="sql")) == ["ok"]
    assert hubspot.contacts[ANNA]["lifecyclestage"] == "marketingqualifiedlead"


async def test_the_same_change_twice_changes_nothing(hubspot):
    for _ in range(2):
        await send(at(hubspot), delivery(ANNA, 1, "mql"))
    assert hubspot.history[ANNA] == ["marketingqualifiedlead"] * 2


async def test_a_hundred_leads_are_one_request_and_who_falls_among_them_two_more(hubspot):
    names = [f"p{n}@x.example" for n in range(100)]
    await send(at(hubspot), *(delivery(name, 1, "sql") for name in names))
    later = [delivery(name, 2, "mql", came_from="sql") for name in names[:30]]
    assert set(await send(at(hubspot), *later, *(delivery(name, 2, "sql") for name in names[30:]))) == {"ok"}
    assert hubspot.calls == [("upsert", 100, 200), ("read", 30, 200), ("upsert", 30, 200), ("upsert", 100, 200)]


@pytest.mark.parametrize("partial", [True, False])
async def test_one_bad_contact_fails_alone_whether_hubspot_tells_of_each_or_refuses_the_batch(partial):
    async with HubSpot(partial=partial) as hubspot:
        names = [f"p{n}@x.example" for n in range(9)]
        names[4] = "two@at@x.example"
        words = await send(at(hubspot), *(delivery(name, 1, "mql") for name in names))
        assert words == ["ok"] * 4 + ["refused"] + ["ok"] * 4
        assert len(hubspot.contacts) == 8


async def test_one_bad_contact_among_those_that_fall_holds_no_other_back(hubspot):
    bad = "two@at@x.example"
    await send(at(hubspot), delivery(ANNA, 1, "sql"))
    hubspot.contacts[bad] = {"email": bad, "lifecyclestage": "salesqualifiedlead"}
    words = await send(at(hubspot), *(delivery(name, 2, "mql", came_from="sql") for name in (ANNA, bad)))
    assert words == ["ok", "refused"]
    assert hubspot.contacts[ANNA]["lifecyclestage"] == "marketingqualifiedlead"


async def test_too_many_requests_is_no_failure_and_says_when_to_come_again(hubspot):
    hubspot.statuses = [429]
    async with Sender(at(hubspot)) as sender:
        (answer,) = await sender.send([delivery(ANNA, 1, "mql")])
        assert (answer.word, answer.until is not None) == ("throttled", True)
        assert [one.word for one in await sender.send([delivery(ANNA, 1, "mql")])] == ["ok"]


async def test_a_wrong_token_is_denied(hubspot):
    assert await send(at(hubspot, secrets=(SecretStr("pat-other"),)), delivery(ANNA, 1, "mql")) == ["denied"]
    assert hubspot.contacts == {}


async def test_a_lead_without_an_email_is_known_by_the_property_that_is_named_for_it(hubspot):
    known = at(hubspot, lead_id_property="shop_id")
    assert await send(known, delivery("4711", 1, "mql"), delivery(ANNA, 1, "mql")) == ["ok", "ok"]
    assert hubspot.contacts["4711"]["shop_id"] == "4711"
    assert [call[:2] for call in hubspot.calls] == [("upsert", 1), ("upsert", 1)]


async def test_what_is_no_change_is_unfit_and_holds_no_other_back(hubspot):
    foreign = Delivery(
        id="x", body=b'{"id": "x", "subject": "l:a@x", "data": {"id": "x"}}', topic="t", offset=0, since=0
    )
    assert await send(at(hubspot), foreign, delivery(ANNA, 1, "mql")) == ["unfit", "ok"]
