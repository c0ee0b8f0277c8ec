"""`intentflow lag`, on the shop."""

import json
import re

import pytest

from intentflow.wire.control import encode_clock
from tests.system.records import send

pytestmark = pytest.mark.broker


def behind(run, topic):
    """How many records of a topic are not committed, by partition."""
    told = json.loads(run("lag", "--json").stdout)
    return {one["partition"]: one["records"] for one in told["partitions"] if one["topic"] == topic}


def test_what_is_committed_is_not_behind_and_what_came_since_is_in_records_and_in_seconds(run, shop):
    assert set(behind(run, shop.names.events).values()) == {0}
    before = behind(run, shop.names.control)
    clock = encode_clock(1_700_000_000_000)
    send(shop, [clock] * 3, topic=shop.names.control)
    after = behind(run, shop.names.control)
    [number] = [number for number in after if after[number] != before[number]]
    assert after[number] == before[number] + 3
    told = json.loads(run("lag", "--json").stdout)
    assert told["group"] == shop.settings.app_id
    assert 0 < told["seconds"] < 300
    run("lag", "--over", "0", code=1)
    assert "records behind, the oldest of them" in run("lag", "--over", "300").stdout
    assert re.search(rf"{shop.names.control} +{number} ", run("lag", "--partitions").stdout)


def test_a_group_that_nobody_knows_is_refused_with_the_name_of_ours(run, shop):
    assert shop.settings.app_id in str(run("lag", "--group", "nobody", code=1).exception)
