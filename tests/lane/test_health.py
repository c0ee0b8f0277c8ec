from pathlib import Path

from intentflow.lane.health import checks_of
from intentflow.lane.lane import Lane
from intentflow.lane.metrics import Metrics
from intentflow.lane.reader import Progress
from intentflow.settings import Settings
from intentflow.wire.topic_names import TopicNames


def lane(tmp_path: Path) -> Lane:
    return Lane(Settings(data=tmp_path), TopicNames(), lambda _: None, Metrics())  # type: ignore[arg-type,return-value]


async def test_a_worker_that_recovers_has_not_started_and_is_alive(tmp_path):
    found = lane(tmp_path)
    checks = checks_of(found)
    assert checks["started"]() == checks["ready"]() == "waiting for partitions of group intentflow"
    found.reading = Progress(3, 10, 2)
    assert checks["ready"]() == "recovering: 3 of 10 records of intentflow-leads-changelog are read"
    assert checks["live"]() == ""


async def test_a_worker_without_partitions_is_ready_once_it_is_in_its_group(tmp_path):
    found = lane(tmp_path)
    found.open(1)
    assert checks_of(found)["ready"]() == ""


async def test_who_has_started_stays_so_over_a_rebalance_in_which_it_is_not_ready(tmp_path):
    found = lane(tmp_path)
    checks = checks_of(found)
    found.open(1)
    assert checks["started"]() == ""
    found.close()
    assert checks["started"]() == ""
    assert checks["ready"]() != ""


async def test_an_event_loop_that_does_not_turn_is_not_alive(tmp_path):
    found = lane(tmp_path)
    found.beat -= found.settings.stall_timeout + 60
    assert checks_of(found)["live"]().startswith("the event loop has not turned for 1")
