"""docker-compose.yml says nothing that the settings don't know, and docker-compose can read it."""

import re
import shutil
import subprocess
from typing import Any

import pytest
from ruamel.yaml import YAML

from intentflow.adapters.embedded_kafka import SETTINGS
from intentflow.adapters.probe import answers
from intentflow.settings import Settings
from tests.house.tree import ROOT

OURS = ("worker", "collector", "console", "deliver")
COMPOSE: dict[str, Any] = YAML(typ="safe").load(ROOT / "docker-compose.yml")
PREFIX = "INTENTFLOW_"


def environment(service: str) -> dict[str, str]:
    """What a service is told by its environment."""
    told: dict[str, str] = COMPOSE["services"][service].get("environment", {})
    return {name: re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value) for name, value in told.items()}


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


def test_prometheus_scrapes_the_ports_that_the_services_are_told():
    said = {
        "worker": "METRICS_PORT",
        "collector": "COLLECTOR_METRICS_PORT",
        "console": "PROJECTOR_METRICS_PORT",
        "deliver": "DELIVER_METRICS_PORT",
    }
    config = YAML(typ="safe").load(ROOT / "deploy" / "prometheus" / "prometheus.yml")
    scraped = {(d["names"][0], d["port"]) for job in config["scrape_configs"] for d in job["dns_sd_configs"]}
    assert scraped == {(service, int(environment(service)[PREFIX + name])) for service, name in said.items()}


def test_none_of_ours_is_root_writes_to_its_image_or_lacks_a_health_check():
    for name in OURS:
        service = COMPOSE["services"][name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["healthcheck"]["test"][:4] == ["CMD", "python", "-m", "intentflow.adapters.probe"]
    assert "USER intentflow" in (ROOT / "deploy" / "Dockerfile").read_text()


def test_no_port_is_open_to_other_machines():
    ports = [port for service in COMPOSE["services"].values() for port in service.get("ports", [])]
    assert ports
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


def test_a_health_check_says_what_is_wrong():
    assert answers("http://127.0.0.1:1/live")
    assert "no address" in answers("file:///etc/passwd")


def test_of_three_brokers_one_may_be_lost():
    for number in (1, 2, 3):
        told = environment(f"kafka-{number}")
        assert told["KAFKA_NODE_ID"] == str(number)
        assert (told["KAFKA_DEFAULT_REPLICATION_FACTOR"], told["KAFKA_MIN_INSYNC_REPLICAS"]) == ("3", "2")
