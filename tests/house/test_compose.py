"""docker-compose.yml says nothing that the settings don't know, and docker-compose can read it."""

import shutil
import subprocess
from typing import Any

import pytest
from ruamel.yaml import YAML

from intentflow.adapters.embedded_kafka import SETTINGS
from intentflow.settings import Settings
from tests.house.tree import ROOT

COMPOSE: dict[str, Any] = YAML(typ="safe").load(ROOT / "docker-compose.yml")
PREFIX = "INTENTFLOW_"


def environment(service: str) -> dict[str, str]:
    """What a service is told by its environment."""
    told: dict[str, str] = COMPOSE["services"][service].get("environment", {})
    return told


def test_every_variable_is_a_setting():
    names = {
        n.removeprefix(PREFIX).lower() for s in COMPOSE["services"] for n in environment(s) if n.startswith(PREFIX)
    }
    assert names
    assert names <= set(Settings.model_fields)


def test_the_workers_environment_makes_valid_settings(monkeypatch):
    for name, value in environment("worker").items():
        monkeypatch.setenv(name, value)
    assert Settings().bootstrap == "kafka:19092"


def test_the_worker_speaks_to_a_door_that_kafka_opens_to_it():
    assert (
        f"INSIDE://{environment('worker')['INTENTFLOW_BOOTSTRAP']}"
        in environment("kafka")["KAFKA_ADVERTISED_LISTENERS"]
    )


def test_kafka_is_told_what_the_embedded_one_is_told():
    """Addresses and folders aside: those are the container's own."""
    embedded = dict(line.split("=", 1) for line in SETTINGS.splitlines() if "=" in line and not line.startswith("#"))
    told = {n.removeprefix("KAFKA_").lower().replace("_", "."): v for n, v in environment("kafka").items()}
    behaviour = [
        name for name in told if name in embedded and name.split(".")[0] in ("auto", "group", "offsets", "transaction")
    ]
    assert len(behaviour) >= 6
    assert {name: told[name] for name in behaviour} == {name: embedded[name] for name in behaviour}


def test_the_images_have_a_version_and_no_host():
    images = [s["image"] for s in COMPOSE["services"].values() if "image" in s]
    assert [i for i in images if ":" not in i or i.endswith(":latest") or "." in i.split("/")[0].split(":")[0]] == []


def test_nothing_is_open_to_other_machines():
    ports = [port for s in COMPOSE["services"].values() for port in s.get("ports", ())]
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


def test_docker_compose_reads_it():
    program = shutil.which("docker-compose")
    if program is None:
        pytest.skip("docker-compose is not installed (Debian and Ubuntu have it as the package docker-compose)")
    config = subprocess.run(
        [program, "-f", "docker-compose.yml", "config"], cwd=ROOT, capture_output=True, check=False, text=True
    )
    assert config.returncode == 0, config.stderr
    assert YAML(typ="safe").load(config.stdout)["services"].keys() == COMPOSE["services"].keys()
