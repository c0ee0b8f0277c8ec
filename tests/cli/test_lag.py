"""`intentflow lag`, on the shop."""

import gc
import json
import re

import pytest

from intentflow.adapters.server_process import free_port
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


def test_where_there_is_no_topic_nobody_is_said_to_keep_up(run):
    end = run("lag", "--over", "60", code=2, INTENTFLOW_PREFIX="nobody", INTENTFLOW_APP_ID="nobody")
    assert "is INTENTFLOW_PREFIX right?" in str(end.exception)


def test_partitions_are_those_that_there_are_whatever_the_settings_say(run, shop):
    told = json.loads(run("lag", "--json", INTENTFLOW_PARTITIONS="5").stdout)
    assert {one["partition"] for one in told["partitions"]} == {0, 1}


def test_where_no_kafka_answers_no_client_is_left_open(run, caplog):
    run("lag", code=69, INTENTFLOW_BOOTSTRAP=f"127.0.0.1:{free_port()}")
    gc.collect()
    assert "Unclosed" not in caplog.text


def test_a_group_that_nobody_knows_is_refused_with_the_name_of_ours(run, shop):
    assert shop.settings.app_id in str(run("lag", "--group", "nobody", code=1).exception)
