"""A lease is one process's at a time."""

from intentflow.readmodel.lease import Lease


async def test_who_holds_it_keeps_it_and_nobody_else_gets_it_until_it_is_given_back(store):
    first, second = Lease(store, "lease"), Lease(store, "lease")
    assert await first.hold()
    assert await first.hold()
    assert not await second.hold()
    await second.release()
    assert not await second.hold()
    await first.release()
    assert await second.hold()
    assert not await first.hold()


async def test_it_is_free_again_when_its_holder_is_gone(store):
    first, second = Lease(store, "lease"), Lease(store, "lease")
    assert await first.hold()
    assert 0 < await store.pttl("lease") <= 10_000
    await store.delete("lease")  # as if its time were over
    assert await second.hold()


async def test_it_is_kept_in_a_redis_that_is_full(store):
    lease = Lease(store, "lease")
    assert await lease.hold()
    await store.config_set("maxmemory", 1)
    assert await lease.hold()
    await store.config_set("maxmemory", 0)
