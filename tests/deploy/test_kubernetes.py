"""The manifests: valid by Kubernetes' own schemas, complete, careful, and saying nothing that the settings don't know."""

from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
from ruamel.yaml import YAML

from intentflow.settings import Settings

FOLDER = Path(__file__).parents[2] / "deploy" / "kubernetes"
VERSIONS = ("1.30", "1.34")
PREFIX = "INTENTFLOW_"
Manifest = dict[str, Any]


def documents(path: Path) -> list[Manifest]:
    return [each for each in YAML(typ="safe").load_all(path) if each]


BASE = documents(FOLDER / "base" / "kustomization.yaml")[0]
MANIFESTS: list[Manifest] = [each for name in BASE["resources"] for each in documents(FOLDER / "base" / name)]
PODS = {
    each["metadata"]["name"]: each["spec"]["template"]["spec"]
    for each in MANIFESTS
    if each["kind"] in ("Deployment", "StatefulSet", "Job")
}
SAID = dict(line.split("=", 1) for line in (FOLDER / "base" / "settings.env").read_text().split())


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda each: f"{each['kind']} {each['metadata']['name']}")
def test_each_is_valid_by_the_schemas_of_kubernetes(manifest):
    for version in VERSIONS:
        kubernetes_validate.validate(manifest, version, strict=True)


def test_every_file_is_used_and_every_file_that_is_used_is_there():
    used = {*BASE["resources"], "kustomization.yaml", "settings.env", "deliver.example.yaml"}
    assert {path.name for path in (FOLDER / "base").iterdir()} == used


def test_what_is_said_is_a_setting_and_makes_valid_settings(monkeypatch):
    overlay = documents(FOLDER / "hosted-kafka" / "kustomization.yaml")[0]
    more = dict(each.split("=", 1) for made in overlay["configMapGenerator"] for each in made["literals"])
    in_pods = {e["name"] for pod in PODS.values() for c in pod["containers"] for e in c.get("env", [])}
    names = {name.removeprefix(PREFIX).lower() for name in {*SAID, *more, *in_pods}}
    assert names <= set(Settings.model_fields)
    for name, value in {**SAID, **more, "INTENTFLOW_SASL_USERNAME": "u", "INTENTFLOW_SASL_PASSWORD": "p"}.items():
        monkeypatch.setenv(name, value)
    assert Settings().kafka.logs_in


def test_ports_are_those_that_the_settings_say():
    ports = {
        (name, port["name"]): port["containerPort"]
        for name, pod in PODS.items()
        for container in pod["containers"]
        for port in container.get("ports", [])
    }
    said = {
        ("worker", "metrics"): "METRICS_PORT",
        ("collector", "http"): "COLLECTOR_PORT",
        ("collector", "metrics"): "COLLECTOR_METRICS_PORT",
        ("console", "http"): "CONSOLE_PORT",
        ("console", "metrics"): "PROJECTOR_METRICS_PORT",
        ("deliver", "metrics"): "DELIVER_METRICS_PORT",
    }
    assert {place: ports[place] for place in said} == {place: int(SAID[PREFIX + name]) for place, name in said.items()}


def test_no_container_is_root_writes_to_its_image_or_may_ask_the_cluster():
    for pod in PODS.values():
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        for container in pod["containers"]:
            context = container["securityContext"]
            assert context["readOnlyRootFilesystem"] is True
            assert context["allowPrivilegeEscalation"] is False
            assert context["capabilities"] == {"drop": ["ALL"]}
            assert "memory" in container["resources"]["limits"]
            assert ":" in container["image"] or container["image"] == "intentflow"  # the overlay names its version


def test_a_worker_that_recovers_is_neither_ready_nor_killed():
    [container] = PODS["worker"]["containers"]
    paths = {kind: container[f"{kind}Probe"]["httpGet"]["path"] for kind in ("startup", "readiness", "liveness")}
    assert paths == {"startup": "/started", "readiness": "/ready", "liveness": "/live"}
    probe = container["startupProbe"]
    assert probe["periodSeconds"] * probe["failureThreshold"] >= 1800


def test_nothing_is_open_that_no_policy_opens():
    policies = {each["metadata"]["name"]: each["spec"] for each in MANIFESTS if each["kind"] == "NetworkPolicy"}
    assert policies["nothing-by-default"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    [out] = policies["deliver-goes-out"]["egress"]
    assert {"10.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"} <= set(out["to"][0]["ipBlock"]["except"])


def test_whoever_takes_pods_away_takes_one_at_a_time():
    budgets = {each["metadata"]["name"] for each in MANIFESTS if each["kind"] == "PodDisruptionBudget"}
    several = {
        each["metadata"]["name"] for each in MANIFESTS if each["kind"] in ("Deployment", "StatefulSet") and each["spec"]["replicas"] > 1
    }  # fmt: skip
    assert several == budgets
