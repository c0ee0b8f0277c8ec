"""The dashboards: written by code, asking only for what is told; and with a real Prometheus beside a running stack each panel has data."""

import asyncio
import json
import re
import runpy
import shutil
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from intentflow.adapters.embedded_kafka import EmbeddedKafka
from intentflow.adapters.embedded_parts import EmbeddedParts
from intentflow.adapters.embedded_valkey import EmbeddedValkey
from intentflow.adapters.producing import BatchProducer
from intentflow.adapters.server_process import free_port
from intentflow.collector.keyfile import add_key
from intentflow.metrics import PARTS
from intentflow.settings import Settings
from intentflow.simulate.stream import traffic
from intentflow.wire.murmur2 import partition_of
from intentflow.wire.topic_names import TopicNames

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy" / "grafana" / "dashboards"
MADE = runpy.run_path(str(ROOT / "deploy" / "grafana" / "make.py"))
PANELS: list[tuple[str, str, str]] = [  # dashboard, panel, query
    (path.stem, panel["title"], target["expr"].replace("$__rate_interval", "30s"))
    for path in sorted(FOLDER.glob("*.json"))
    for panel in json.loads(path.read_text())["panels"]
    for target in panel["targets"]
]
SECONDS = 40.0
OF_THE_CLIENT = {"process_resident_memory_bytes", "process_cpu_seconds_total"}


def test_the_files_are_written_by_the_code():
    files: dict[str, str] = MADE["files"]()
    found = {path.name: path.read_text() for path in FOLDER.glob("*.json")}
    assert found == files, "write them again: python deploy/grafana/make.py"


def test_no_panel_asks_for_a_metric_that_nobody_tells():
    told = {one.exposed for metrics in PARTS.values() for one in metrics} | OF_THE_CLIENT
    names = re.compile(r"\b(?:intentflow|process)_[a-z_]+")
    asked = {re.sub(r"_(bucket|sum|count)$", "", name) for _, _, query in PANELS for name in names.findall(query)}
    assert asked - told == set()


@pytest.fixture(scope="module")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with EmbeddedValkey(tmp_path_factory.mktemp("valkey")) as server:
        yield server.url


@pytest.fixture(scope="module")
def prometheus(kafka: EmbeddedKafka, valkey: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Prometheus that scrapes a worker that has scored, the collector and the console with its projector; its address."""
    if shutil.which("prometheus") is None:
        pytest.skip("Prometheus is not installed (on Debian: the package prometheus)")
    folder, (own, worker, door, collector, projector) = (
        tmp_path_factory.mktemp("prometheus"),
        (free_port() for _ in range(5)),
    )
    key = add_key(folder / "collector-keys.yaml", "site", "server")
    settings = Settings(
        bootstrap=kafka.bootstrap, app_id="dashboards", prefix="dashboards", partitions=4, data=folder, metrics_port=worker,
        collector_port=door, collector_metrics_port=collector, projector_metrics_port=projector, console_port=free_port(),
        redis_url=valkey,
    )  # fmt: skip
    config = {
        "global": {"scrape_interval": "1s"},
        "scrape_configs": [
            {"job_name": f"intentflow-{name}", "static_configs": [{"targets": [f"127.0.0.1:{port}"]}]}
            for name, port in (("worker", worker), ("collector", collector), ("console", projector))
        ],
    }
    (folder / "prometheus.yml").write_text(json.dumps(config))  # JSON is YAML
    command = ["prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/tsdb"]
    with EmbeddedParts(settings), (folder / "prometheus.log").open("wb") as log:
        process = subprocess.Popen([*command, f"--web.listen-address=127.0.0.1:{own}"], stdout=log, stderr=log)
        try:
            _until_ready(worker)
            _until_ready(collector)
            for seed in (1, 2):  # twice: a rate needs a before
                asyncio.run(_send(settings, seed))
                _call(door, key, seed)
                time.sleep(3)
            yield f"http://127.0.0.1:{own}"
        finally:
            process.terminate()
            process.wait()


def _until_ready(port: int) -> None:
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=2) as answer:
                assert answer.status == 200
                return
        except OSError:
            assert time.monotonic() < deadline, "the worker did not get ready"
            time.sleep(0.2)


def _call(port: int, key: str, number: int) -> None:
    """An event over HTTP."""
    said = {"userId": f"u{number}", "event": "Newsletter Signed Up", "messageId": f"m{number}", "writeKey": key}
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/v1/track", json.dumps(said).encode(), {"content-type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - our own, on loopback
        assert answer.status == 200


async def _send(settings: Settings, seed: int) -> None:
    """A shop's days, received now."""
    now, names = int(time.time() * 1000), TopicNames(settings.prefix, settings.app_id)
    async with BatchProducer(settings.kafka) as producer:
        for _, key, value in traffic(seed, 150, now, 10):
            await producer.add(names.events, partition_of(key, settings.partitions), key, value, now)


def ask(address: str, query: str) -> list[Any]:
    """The samples of a query; a query that does not parse is an error."""
    asked = f"{address}/api/v1/query?{urllib.parse.urlencode({'query': query})}"
    with urllib.request.urlopen(asked, timeout=10) as answer:  # noqa: S310 - our own, on loopback
        found: list[Any] = json.load(answer)["data"]["result"]
        return found


@pytest.mark.broker
def test_each_query_of_each_panel_has_data_while_a_stack_runs(prometheus):
    empty = list(PANELS)
    deadline = time.monotonic() + SECONDS
    while empty and time.monotonic() < deadline:
        empty = [(name, title, query) for name, title, query in empty if not ask(prometheus, query)]
        time.sleep(0.5)
    assert empty == []
