"""The alerts: promtool takes them, each was seen to fire and not to fire, each has its page, and none asks for what nobody tells."""

import re
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import typer
from ruamel.yaml import YAML

from intentflow.cli.main import app
from intentflow.metrics import PARTS
from intentflow.settings import Settings

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy" / "prometheus"
RULES: list[dict[str, Any]] = [
    rule for group in YAML(typ="safe").load(FOLDER / "rules.yml")["groups"] for rule in group["rules"]
]
ALERTS = [rule for rule in RULES if "alert" in rule]
JOBS = {job for rule in RULES for job in re.findall(r'job="(intentflow-\w+)"', rule["expr"])}
TESTS: list[dict[str, Any]] = YAML(typ="safe").load(FOLDER / "rules.test.yml")["tests"]


def promtool(*arguments: str) -> str:
    """What promtool says of these; the test fails with it if it is not content."""
    if shutil.which("promtool") is None:
        pytest.skip("promtool is not installed (on Debian: the package prometheus)")
    done = subprocess.run(["promtool", *arguments], cwd=FOLDER, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_promtool_takes_the_configuration_and_the_rules():
    assert "SUCCESS" in promtool("check", "config", "prometheus.yml")
    assert "SUCCESS" in promtool("check", "rules", "rules.yml")


def test_each_alert_fires_where_it_should_and_nowhere_else():
    assert "SUCCESS" in promtool("test", "rules", "rules.test.yml")


def test_each_alert_has_a_case_in_which_it_fires_and_one_in_which_it_does_not():
    cases = {case["name"] for case in TESTS}
    always = {"IntentflowDeadMansSwitch does not fire"}
    wanted = {f"{alert['alert']} {verb}" for alert in ALERTS for verb in ("fires", "does not fire")} - always
    assert wanted <= cases


def test_each_alert_says_how_bad_it_is_what_is_wrong_and_where_to_read_on():
    assert {alert["labels"]["severity"] for alert in ALERTS} == {"critical", "warning", "none"}
    assert [alert["alert"] for alert in ALERTS if not alert["annotations"]["summary"].strip()] == []
    assert [page for alert in ALERTS if not (ROOT / (page := alert["annotations"]["runbook_url"])).exists()] == []


def test_each_page_belongs_to_an_alert_and_says_what_it_means_how_to_look_and_what_to_do():
    pages = {path.relative_to(ROOT).as_posix() for path in (ROOT / "docs" / "runbooks").glob("*.md")}
    assert pages == {alert["annotations"]["runbook_url"] for alert in ALERTS}
    headings = {tuple(re.findall(r"^## (.*)", (ROOT / page).read_text(), flags=re.MULTILINE)) for page in sorted(pages)}
    assert headings == {("What it means", "How to look", "What to do")}


def test_no_rule_asks_for_a_metric_that_nobody_tells():
    told = {one.exposed for metrics in PARTS.values() for one in metrics}
    asked = {name for rule in RULES for name in re.findall(r"\bintentflow_[a-z_]+", rule["expr"])}
    assert {name for name in asked if re.sub(r"_(bucket|sum|count)$", "", name) not in told} == set()


@pytest.mark.parametrize("name", ["prometheus.yml", "local.yml"])
def test_a_configuration_of_prometheus_is_taken_and_has_the_jobs_that_the_rules_ask_for(name: str):
    assert "SUCCESS" in promtool("check", "config", name)
    assert {job["job_name"] for job in YAML(typ="safe").load(FOLDER / name)["scrape_configs"]} >= JOBS


def test_in_a_cluster_the_jobs_are_named_after_the_components_of_the_pods():
    """Debian's promtool knows no Kubernetes: what it would find is read off the manifests."""
    [job] = YAML(typ="safe").load(FOLDER / "kubernetes.yml")["scrape_configs"]
    named = next(rule for rule in job["relabel_configs"] if rule.get("target_label") == "job")
    assert named["source_labels"] == ["__meta_kubernetes_pod_label_app_kubernetes_io_component"]
    pods = [
        each["spec"]["template"] for path in sorted((ROOT / "deploy" / "kubernetes" / "base").glob("*.yaml"))
        for each in YAML(typ="safe").load_all(path) if each and "template" in each.get("spec", {})
    ]  # fmt: skip
    scraped = [pod for pod in pods if "prometheus.io/scrape" in pod["metadata"].get("annotations", {})]
    ports = [[port["name"] for one in pod["spec"]["containers"] for port in one["ports"]] for pod in scraped]
    assert all("metrics" in names for names in ports)
    found = {pod["metadata"]["labels"]["app.kubernetes.io/component"] for pod in scraped}
    assert JOBS | {"intentflow-console", "intentflow-deliver"} == {f"intentflow-{name}" for name in found}


def test_beside_the_stack_of_make_up_prometheus_scrapes_the_ports_that_are_set_by_default():
    jobs = YAML(typ="safe").load(FOLDER / "local.yml")["scrape_configs"]
    ports = {target.partition(":")[2] for job in jobs for target in job["static_configs"][0]["targets"]}
    names = ("metrics_port", "collector_metrics_port", "projector_metrics_port")
    assert ports == {str(Settings.model_fields[name].default) for name in names}


def test_the_alertmanager_knows_the_alerts_that_it_names_and_tells_each_severity_to_somebody():
    said = YAML(typ="safe").load(ROOT / "deploy" / "alertmanager" / "alertmanager.yml")
    named = set(re.findall(r"Intentflow\w+", (ROOT / "deploy" / "alertmanager" / "alertmanager.yml").read_text()))
    assert named <= {alert["alert"] for alert in ALERTS} | {"IntentflowLagging"}
    receivers = {one["name"] for one in said["receivers"]}
    assert {said["route"]["receiver"], *(route["receiver"] for route in said["route"]["routes"])} == receivers


def test_a_runbook_names_commands_and_settings_that_there_are_with_all_that_they_must_be_told():
    wrong = []
    for page in sorted((ROOT / "docs" / "runbooks").glob("*.md")):
        for said in re.findall(r"`intentflow ([^`]+)`", page.read_text()):
            command: Any = typer.main.get_command(app)
            words = said.split()
            while words and words[0] in getattr(command, "commands", ()):
                command = command.commands[words.pop(0)]
            options = {name for one in command.params for name in one.opts if name.startswith("--")}
            needed = sum(one.param_type_name == "argument" and one.required for one in command.params)
            given = sum(word.isupper() and not before.startswith("--") for before, word in pairwise(["", *words]))
            if given < needed or {word for word in words if word.startswith("--")} - options:
                wrong.append((page.name, said))
        names = re.findall(r"`INTENTFLOW_(\w+)`", page.read_text())
        wrong += [(page.name, name) for name in names if name.lower() not in Settings.model_fields]
    assert wrong == []
