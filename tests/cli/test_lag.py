"""`intentflow lag`, on the shop."""

import json
import re

import pytest

from intentflow.wire.control import encode_clock
from tests.system.records import send

pytestmark = pytest.mark.broker


def test_a_group_that_has_all_is_behind_by_nothing_and_one_that_has_not_in_records_and_seconds(run, shop, kafka):
    told = json.loads(run("lag", "--json").stdout)
    assert (told["group"], told["records"], told["seconds"]) == (shop.settings.app_id, 0, 0.0)
    assert {one["topic"] for one in told["partitions"]} == {
        shop.names.events,
        shop.names.identities,
        shop.names.control,
    }
    assert "0 records behind" in run("lag", "--over", "5").stdout

    send(shop, [(*encode_clock(1_700_000_000_000),)] * 3, topic=shop.names.control)
    told = json.loads(run("lag", "--json").stdout)
    [behind] = [one for one in told["partitions"] if one["records"]]
    assert (behind["topic"], behind["records"], behind["end"] - (behind["committed"] or 0)) == (
        shop.names.control,
        3,
        3,
    )
    assert 0 < told["seconds"] < 60
    run("lag", "--over", "0", code=1)
    assert re.search(rf"{shop.names.control} +{behind['partition']} ", run("lag", "--partitions").stdout)


def test_a_group_that_nobody_knows_is_refused_with_the_name_of_ours(run, shop):
    assert shop.settings.app_id in str(run("lag", "--group", "nobody", code=1).exception)
