"""Delivery over a real Kafka to a real receiver."""

import pytest

from intentflow.adapters.embedded_kafka import EmbeddedKafka
from tests.deliver.made import change
from tests.deliver.receiver import Got, Receiver
from tests.deliver.rig import Rig, at, until

pytestmark = pytest.mark.broker
LEADS = [f"l:{name}@x.example" for name in "abcdef"]


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
