"""All arms are told the same job, and nothing that they run on is without its sum."""

import re

import pytest

from bench.peers.arms import ARMS
from bench.peers.job import HALF_LIFE, POINTS, THRESHOLD
from bench.peers.resolving import HERE
from intentflow.adapters.jars import pinned
from intentflow.domain.rules import AXES
from intentflow.model.load import load

JAVA = sorted((HERE / "java").glob("*.java"))
LOCKS = sorted((HERE / "requirements").glob("*.txt"))


@pytest.mark.parametrize("source", JAVA, ids=lambda path: path.name)
def test_a_java_arm_has_the_points_the_half_life_and_the_threshold_of_the_job(source):
    text = source.read_text()
    assert {family: float(points) for family, points in re.findall(r'"(\w+)", ([\d.]+)', text)} == POINTS
    found = re.search(r"HALF_LIFE = (\d+) \* 86_400_000\.0, THRESHOLD = ([\d.]+);", text)
    assert found is not None
    days, threshold = found.groups()
    assert int(days) * 86_400_000 == HALF_LIFE
    assert float(threshold) == THRESHOLD


def test_the_model_has_the_points_the_half_life_and_the_threshold_of_the_job():
    text = (HERE / "model.yaml").read_text()
    signals = re.findall(r"family: (\w+)\}, axis: engagement, points: ([\d.]+), half_life: 14d", text)
    assert {family: float(points) for family, points in signals} == POINTS
    assert "enter: {engagement: 60}" in text
    assert "engagement" in AXES
    assert load(str(HERE / "model.yaml")).name == "peers"


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.stem)
def test_a_python_arm_has_a_sum_for_each_package(lock):
    entries = re.split(r"\n(?=[a-z0-9])", lock.read_text())
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("jars", sorted((HERE / "java").glob("*.sha256")), ids=lambda path: path.stem)
def test_a_java_arm_has_a_sum_for_each_jar_and_none_in_two_versions(jars):
    listed = pinned(jars)
    assert all(re.fullmatch("[0-9a-f]{64}", jar.sha256) for jar in listed)
    modules = [jar.coordinate.rsplit(":", 1)[0] for jar in listed]
    assert len(modules) == len(set(modules))


def test_every_arm_has_a_name_of_its_own_and_says_where_its_state_is_durable():
    assert len({arm.name for arm in ARMS}) == len(ARMS)
    assert [arm.name for arm in ARMS if not arm.state] == []
