"""What is said of webhooks, and who says it."""

import pytest

from intentflow.adapters.redis_client import Client, connect
from intentflow.readmodel.deliverers import Deliverer, Endpoint, Say, deliverers, part_of
from intentflow.readmodel.keys import Root
from intentflow.readmodel.pulse import STALE_SECONDS
from tests.readmodel.town import NOW

STALE = NOW - int(STALE_SECONDS * 1000) - 1


def said(state: str = "closed", waiting: int = 0, at: int = NOW, name: str = "crm") -> Deliverer:
    return Deliverer(at, (Endpoint(name, state, waiting),))


@pytest.mark.parametrize(
    ("all_said", "state", "says"),
    [
        ([said()], "ok", "All webhooks are delivered."),
        ([said(waiting=3), said(waiting=4)], "ok", "Webhooks are delivered; 7 wait."),
        ([said(), said("open", 1200)], "degraded", "crm does not take webhooks; 1,200 changes wait"),
        ([said("half_open", 1), said("open", 1, name="erp")], "degraded", "crm, erp do not take webhooks"),
        ([said("disabled")], "degraded", "crm asked for no more webhooks"),
        ([said("open", at=STALE), said()], "ok", "All webhooks are delivered."),
        ([said(at=STALE)], "down", "start `intentflow deliver`"),
    ],
)
def test_what_is_wrong_with_webhooks_is_said_with_what_to_do(all_said, state, says):
    part = part_of(all_said, NOW)
    assert part is not None
    assert (part.name, part.state) == ("webhooks", state)
    assert says in part.says
    assert part.says.endswith(".")


def test_where_nobody_delivers_nothing_is_said():
    assert part_of([], NOW) is None


async def test_each_says_its_own_and_forgets_who_was_killed_and_is_gone_when_it_ends(store: Client):
    root = Root("shop")
    await store.hset(root.deliverers, "killed", b'{"at":1,"endpoints":[]}')
    await store.hset(root.deliverers, "foreign", b"\xff")
    one, other = (Say(store, root, who) for who in ("one", "other"))
    for say in (one, other):
        await say.well(said())
    assert await deliverers(store, root.deliverers) == {b"one": said(), b"other": said()}
    await one.ended()
    assert list(await deliverers(store, root.deliverers)) == [b"other"]


async def test_without_redis_nothing_is_said_and_nothing_happens():
    say = Say(connect("redis://127.0.0.1:1/0"), Root("shop"), "one")
    await say.well(said())
    await say.ended()
