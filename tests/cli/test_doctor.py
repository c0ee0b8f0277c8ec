"""`intentflow doctor`: on the shop, and on what is broken."""

import json

import pytest

from intentflow.adapters.server_process import free_port

pytestmark = pytest.mark.broker


def examined(run, code, **more):
    told = json.loads(run("doctor", "--json", code=code, **more).stdout)
    assert told["well"] is (code == 0)
    return {one["what"]: one for one in told["checks"]}


def test_a_shop_that_is_well_is_told_check_by_check(run, shop):
    checks = examined(run, 0)
    assert set(checks) == {"packages", "model", "disk", "broker", "topics", "rights", "clock", "lag", "redis"}
    assert "wrong" not in {one["stands"] for one in checks.values()}
    assert "→" not in run("doctor").stdout.split("topics")[1].split("rights")[0]


@pytest.mark.parametrize(
    ("setting", "value", "what", "remedy"),
    [
        ("INTENTFLOW_MODEL", "nothing.yaml", "model", "INTENTFLOW_MODEL"),
        ("INTENTFLOW_REPLICATION", "3", "broker", "INTENTFLOW_REPLICATION"),
        ("INTENTFLOW_RETENTION_DAYS", "2", "topics", "intentflow topics plan"),
    ],
)
def test_what_is_wrong_is_told_with_what_to_do(setting, value, what, remedy, run):
    one = examined(run, 1, **{setting: value})[what]
    assert one["stands"] == "wrong"
    assert remedy in one["remedy"]


def test_where_partitions_differ_from_the_settings_the_rest_is_looked_at_as_it_is(run):
    """Asking for a partition that there is not takes 40 s, and ends as if somebody might not ask."""
    checks = examined(run, 1, INTENTFLOW_PARTITIONS="3")
    assert {name for name, one in checks.items() if one["stands"] == "wrong"} == {"topics"}


def test_an_app_without_topics_is_told_of_these_and_of_no_lag(run):
    checks = examined(run, 1, INTENTFLOW_PREFIX="nobody", INTENTFLOW_APP_ID="nobody")
    assert checks["topics"]["stands"] == "wrong"
    assert "lag" not in checks


def test_a_redis_that_does_not_answer_is_told_without_its_password(run):
    end = run("doctor", code=1, INTENTFLOW_REDIS_URL=f"redis://:geheim@127.0.0.1:{free_port()}/0")
    assert "does not answer" in end.stdout
    assert "geheim" not in end.output


def test_where_no_kafka_answers_the_rest_is_still_looked_at(run):
    checks = examined(run, 1, INTENTFLOW_BOOTSTRAP=f"127.0.0.1:{free_port()}")
    assert checks["broker"]["stands"] == "wrong"
    assert {"packages", "model", "disk", "redis"} <= set(checks)
    assert "topics" not in checks
    assert "intentflow up" in checks["broker"]["says"]
