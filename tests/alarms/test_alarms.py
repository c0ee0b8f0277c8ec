"""The alerts that matter most call somebody on a running stack, and their runbooks lead back to health. All of them: `make alarms`."""

import pytest

from tests.alarms import of_doors, of_meaning, of_workers
from tests.alarms.all_scenes import unstaged
from tests.alarms.plant import plant
from tests.alarms.quick import in_a_hurry, without_times
from tests.alarms.scenes import noticed, until_well
from tests.alarms.watching import ALWAYS, FOLDER, is_installed
from tests.system.verdict import nothing_lost_and_nothing_twice

SCENES = of_workers.all_workers_end, of_workers.a_backlog, of_meaning.poison, of_doors.kafka_is_frozen


def test_every_alert_is_made_to_fire_by_a_scene():
    assert unstaged() == []


def test_rules_in_a_hurry_are_the_rules_that_ship_but_for_their_times():
    shipped = (FOLDER / "rules.yml").read_text()
    assert in_a_hurry(shipped) != shipped
    assert without_times(in_a_hurry(shipped)) == without_times(shipped)


@pytest.mark.broker
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_faults_call_somebody_and_the_runbooks_lead_back_to_health(tmp_path):
    if not is_installed():
        pytest.skip("Prometheus is not installed (on Debian: the package prometheus)")
    with plant(tmp_path) as one:
        for scene in SCENES:
            assert noticed(scene, one) >= scene.alerts | {ALWAYS}
        until_well(one, "all of them")
        nothing_lost_and_nothing_twice(one, path="none")
