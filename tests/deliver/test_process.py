"""Delivery over a real Kafka to a real receiver."""

import asyncio
import random
from functools import partial

import pytest
from pydantic import SecretStr

from intentflow.adapters.embedded_kafka import EmbeddedKafka
from intentflow.deliver import hubspot as hubspot_rules
from intentflow.deliver.rows import Request
from intentflow.deliver.schema import WantedWritten
from intentflow.deliver.standing import ask_again, ask_all, open_letters
from intentflow.deliver.tenure import now_ms
from tests.deliver.hubspot_stand_in import HubSpot
from tests.deliver.made import change, endpoint, notice
from tests.deliver.receiver import Got, Receiver
from tests.deliver.rig import FAST, LOOPBACK, Rig, at, eventually, kill, until

pytestmark = pytest.mark.broker
LEADS = [f"l:{name}@x.example" for name in "abcdef"]


def _has_taken(receiver: Receiver, count: int) -> bool:
    return len(receiver.taken) >= count


@pytest.fixture
async def rig(kafka: EmbeddedKafka) -> Rig:
    made = Rig(kafka.bootstrap)
    await made.make()
    return made


async def test_changes_arrive_signed_once_and_in_each_leads_order(rig):
    async with Receiver() as receiver, rig.delivering(at(receiver.url)):
        await rig.publish(change(lead, n) for n in range(1, 6) for lead in LEADS)
        await until(lambda: len(receiver.got) == 30, "30 changes arrive")
    assert {lead: receiver.of(lead) for lead in LEADS} == {key: [1, 2, 3, 4, 5] for key in LEADS}
    assert receiver.got[0].headers["content-type"] == "application/cloudevents+json"
    assert await rig.lag() == 0
    assert await rig.rows() == {}


async def test_a_lead_whose_change_fails_waits_in_order_and_others_go_on(rig):
    def behaves(got: Got) -> int:
        return 500 if got.lead == LEADS[0] and got.sequence == 1 and got.attempt < 4 else 200

    async with Receiver(behaves) as receiver, rig.delivering(at(receiver.url)):
        await rig.publish(change(lead, n) for n in range(1, 4) for lead in LEADS)
        await until(lambda: len(receiver.taken) == 18, "18 changes are taken")
    assert {lead: receiver.of(lead) for lead in LEADS} == {key: [1, 2, 3] for key in LEADS}
    first_of_a = next(i for i, got in enumerate(receiver.got) if got.lead == LEADS[0] and got.taken)
    assert all(len([g for g in receiver.got[:first_of_a] if g.lead == lead and g.taken]) == 3 for lead in LEADS[1:])
    assert await rig.lag() == 0
    assert await rig.rows() == {}


async def test_a_process_that_is_killed_again_and_again_loses_nothing_and_repeats_only_what_it_sent(rig, tmp_path):
    file = tmp_path / "deliver.yaml"
    chance = random.Random(5)

    def behaves(got: Got) -> int:
        return 500 if got.attempt < 3 and chance.random() < 0.2 else 200

    async with Receiver(behaves) as receiver:
        file.write_text(
            f"deliver: 1\nendpoints:\n  crm:\n    url: {receiver.url}\n    secrets: [{{env: CRM_SECRET}}]\n"
            "    retry: [0s, 1s, 1s, 1s, 1s]\n    allow_networks: 127.0.0.0/8\n"
        )
        await rig.publish(change(lead, n) for n in range(1, 31) for lead in LEADS)
        for bound in (60, 120):
            child = rig.child(file)
            try:
                await until(partial(_has_taken, receiver, bound), f"{bound} are taken")
            finally:
                kill(child)
        async with rig.delivering(at(receiver.url)):
            await until(
                lambda: all(receiver.of(lead) == list(range(1, 31)) for lead in LEADS), "all are taken in order"
            )
            while await rig.lag() or await rig.rows():  # noqa: ASYNC110 - the broker tells nobody; what a killed one sent is sent again
                await asyncio.sleep(0.1)
        assert len({got.id for got in receiver.taken}) == 180
        assert {got.id: got.event for got in receiver.got} == {got.id: got.event for got in reversed(receiver.got)}
    assert (await rig.lag(), await rig.rows(), await rig.letters()) == (0, {}, [])


async def test_a_receiver_that_is_gone_for_a_while_is_left_alone_and_gets_all_in_order_when_it_is_back(rig):
    async with Receiver() as receiver:
        await rig.publish(change(lead, 1) for lead in LEADS)
        port = receiver.port
        async with rig.delivering(at(receiver.url, retry=(0,) + (200,) * 15)) as process:
            await until(lambda: len(receiver.taken) == 6, "6 are taken")
            await receiver.__aexit__()
            await rig.publish(change(lead, n) for n in (2, 3) for lead in LEADS)
            outlet = process.deliverer.outlets["crm"]
            await until(lambda: outlet.circuit.state(now_ms()) == "open", "the circuit opens")
            attempts = process.deliverer.counts["attempts", "crm", "unreachable"]
            assert process.metrics.registry.get_sample_value(
                "intentflow_deliver_circuit", {"endpoint": "crm", "state": "open"}
            ) in (0, 1)
            async with Receiver(port=port) as back:
                await rig.ask(Request(endpoint="crm", ask="resume"))
                await until(lambda: len(back.taken) == 12, "12 are taken")
            assert {lead: back.of(lead) for lead in LEADS} == {lead: [2, 3] for lead in LEADS}
            assert attempts <= 5 + process.deliverer.outlets["crm"].endpoint.concurrency
    assert await rig.lag() == 0


async def test_what_is_given_up_is_a_dead_letter_and_can_be_sent_again(rig):
    is_well = [False]

    def behaves(got: Got) -> int:
        return 200 if is_well[0] or got.lead != LEADS[0] else 422

    async with Receiver(behaves) as receiver, rig.delivering(at(receiver.url, retry=(0, 100))):
        await rig.publish(change(lead, n) for n in (1, 2) for lead in LEADS[:2])
        await until(
            lambda: [g.sequence for g in receiver.got if g.lead == LEADS[0]] == [1, 1, 2, 2], "both are tried twice"
        )
        await eventually(lambda: open_letters(rig.settings, "crm"), 2)
        letters = await open_letters(rig.settings)
        told = [(one.lead, one.reason, one.attempts, one.detail) for one in letters]
        assert told == [(LEADS[0], "exhausted", 2, "refused: HTTP 422")] * 2
        assert receiver.of(LEADS[1]) == [1, 2]
        is_well[0] = True
        assert await ask_again(rig.settings, letters) == 2
        await until(lambda: receiver.of(LEADS[0]) == [1, 2], "both are taken, in order")
    assert await open_letters(rig.settings) == []
    assert [letter.id for letter in await rig.letters()] == [f"{LEADS[0]}#1", f"{LEADS[0]}#2"]


async def test_an_endpoint_that_is_gone_is_disabled_until_an_operator_says_otherwise(rig):
    is_gone = [True]
    async with Receiver(lambda _: 410 if is_gone[0] else 200) as receiver:
        async with rig.delivering(at(receiver.url)):
            await rig.publish([change(LEADS[0], 1)])
            await eventually(lambda: open_letters(rig.settings), 1)
        async with rig.delivering(at(receiver.url)):
            await rig.publish([change(LEADS[0], 2)])
            await eventually(lambda: open_letters(rig.settings), 2)
            assert [(got.sequence, got.taken) for got in receiver.got] == [(1, False)]
            is_gone[0] = False
            await ask_all(rig.settings, Request(endpoint="crm", ask="resume"))
            assert await ask_again(rig.settings, await open_letters(rig.settings)) == 2
            await until(lambda: receiver.of(LEADS[0]) == [1, 2], "both are taken, in order")
            await rig.publish([change(LEADS[0], 3)])
            await until(lambda: receiver.of(LEADS[0]) == [1, 2, 3], "the third is taken")
    assert await rig.rows() == {}


async def test_processes_share_the_partitions_and_take_over_from_each_other(rig):
    async with Receiver() as receiver, rig.delivering(at(receiver.url)) as one:
        await rig.publish(change(lead, 1) for lead in LEADS)
        await until(lambda: len(receiver.taken) == 6, "6 are taken")
        async with rig.delivering(at(receiver.url)) as other:
            await until(lambda: {len(one.deliverer.partitions), len(other.deliverer.partitions)} == {1}, "each has one")
            await rig.publish(change(lead, 2) for lead in LEADS)
            await until(lambda: len({got.id for got in receiver.taken}) == 12, "12 are taken")
            assert (
                one.deliverer.counts["delivered", "crm", ""] > 6 or other.deliverer.counts["delivered", "crm", ""] > 0
            )
        await until(lambda: len(one.deliverer.partitions) == 2, "one has both")
        await rig.publish(change(lead, 3) for lead in LEADS)
        await until(lambda: all(receiver.of(lead) == [1, 2, 3] for lead in LEADS), "18 are taken in order")
    assert await rig.lag() == 0


async def test_every_endpoint_gets_what_it_asked_for_and_foreign_records_stop_nobody(rig):
    async with Receiver() as sales, Receiver() as shop:
        wanted = WantedWritten.model_validate({"to": ["sql"]})
        async with rig.delivering(at(sales.url, "sales", when=wanted), at(shop.url, "shop", notices=True)):
            await rig.put(rig.names.changes, b"\xff\x00 no change", LEADS[0].encode())
            await rig.put(rig.names.delivery_requests, b"{}", LEADS[0].encode())
            await rig.publish([change(LEADS[0], 1, "mql"), change(LEADS[0], 2, "sql"), notice(LEADS[0], "k9")])
            await until(lambda: (len(sales.taken), len(shop.taken)) == (1, 3), "four are taken")
            await eventually(lambda: open_letters(rig.settings), 2)
    assert [got.event["data"]["to"] for got in sales.taken] == ["sql"]
    assert [got.event["type"] for got in shop.taken].count("intentflow.cart-notice") == 1
    letters = await rig.letters()
    assert {(one.endpoint, one.reason) for one in letters} == {("-", "unreadable")}
    assert b"\xff\x00 no change" in {one.body for one in letters}


async def test_what_lies_there_already_is_left_alone_if_that_is_said(rig):
    async with Receiver() as receiver:
        await rig.publish([change(LEADS[0], 1)])
        async with rig.delivering(at(receiver.url), from_now=True) as process:
            await until(lambda: len(process.deliverer.partitions) == 2, "the partitions are taken")
        await rig.publish([change(LEADS[0], 2)])
        async with rig.delivering(at(receiver.url), from_now=True):
            await until(lambda: receiver.taken, "one is taken")
    assert receiver.of(LEADS[0]) == [2]


async def test_changes_reach_hubspot_and_a_lead_falls_there_too(rig, monkeypatch):
    monkeypatch.setattr(hubspot_rules, "PAUSE_MS", 200)
    async with HubSpot() as hubspot:
        hubspot.statuses = [429, 200, 502]
        to = endpoint("hubspot", url=SecretStr(hubspot.url), networks=LOOPBACK, retry=FAST)
        async with rig.delivering(to) as process:
            moves = ["prospect", "mql", "sql", "prospect"]
            await rig.publish(
                change(lead, n, moves[n], **{"from": moves[n - 1]}) for n in (1, 2, 3) for lead in [*LEADS, "l:4711"]
            )
            await until(lambda: process.deliverer.counts["delivered", "hubspot", ""] == 18, "18 are delivered")
    stages = [*("marketingqualifiedlead", "salesqualifiedlead"), "", "lead"]
    assert [list(dict.fromkeys(hubspot.history[lead[2:]])) for lead in LEADS] == [stages] * 6
    assert process.deliverer.counts["skipped", "hubspot", "no_email"] == 3
    assert {status for _, _, status in hubspot.calls} >= {200, 429, 502}
