"""The protocol of delivery under faults, schedule by schedule."""

import pytest

from tests.deliver.world import World


@pytest.mark.parametrize("start", range(0, 400, 100))
def test_nothing_is_lost_nor_out_of_order_over_crashes_zombies_and_failing_receivers(start):
    wrong = {}
    for seed in range(start, start + 100):
        world = World(seed)
        for _ in range(300):
            world.step()
        world.heal()
        if found := world.wrong():
            wrong[seed] = found
    assert wrong == {}
