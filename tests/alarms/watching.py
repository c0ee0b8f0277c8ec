"""A real Prometheus with the rules that ship, in a hurry, on the parts of a plant; and what it says of them."""

import contextlib
import json
import shutil
import subprocess
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ruamel.yaml import YAML

from intentflow.adapters.server_process import free_port
from tests.alarms.quick import in_a_hurry
from tests.system.workers import until

FOLDER = Path(__file__).parents[2] / "deploy" / "prometheus"
ALWAYS = "IntentflowDeadMansSwitch"


class Prometheus:
    """A context manager. `targets` are the ports of each job of the configuration that ships."""

    def __init__(self, folder: Path, targets: Mapping[str, Sequence[int]]) -> None:
        self.folder, self.port = folder, free_port()
        folder.mkdir(parents=True, exist_ok=True)
        shipped: dict[str, Any] = YAML(typ="safe").load(FOLDER / "prometheus.yml")
        shipped["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s", "scrape_timeout": "1s"}
        shipped["scrape_configs"] = [
            {"job_name": job, "static_configs": [{"targets": [f"127.0.0.1:{port}" for port in targets[job]]}]}
            for job in (one["job_name"] for one in shipped["scrape_configs"])
        ]
        shipped.pop("alerting", None)
        (folder / "prometheus.yml").write_text(json.dumps(shipped))  # JSON is YAML
        (folder / "rules.yml").write_text(in_a_hurry((FOLDER / "rules.yml").read_text()))

    def firing(self) -> set[str]:
        """The names of the alerts that fire."""
        return {alert["labels"]["alertname"] for alert in self._alerts() if alert["state"] == "firing"}

    def called(self) -> set[str]:
        """The same with those that are about to fire."""
        return {alert["labels"]["alertname"] for alert in self._alerts()}

    def value(self, query: str) -> float | None:
        """The one sample of a query; None if there is none."""
        found = self._get(f"query?{urllib.parse.urlencode({'query': query})}")["result"]
        return float(found[0]["value"][1]) if found else None

    def _answers(self) -> bool:
        with contextlib.suppress(OSError):
            return self._get("rules") is not None
        return False

    def _alerts(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._get("alerts")["alerts"]
        return found

    def _get(self, what: str) -> Any:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api/v1/{what}", timeout=10) as answer:
            return json.load(answer)["data"]

    def __enter__(self) -> Self:
        command = [
            "prometheus",
            f"--config.file={self.folder}/prometheus.yml",
            f"--storage.tsdb.path={self.folder}/tsdb",
        ]
        with (self.folder / "prometheus.log").open("wb") as log:
            address = f"--web.listen-address=127.0.0.1:{self.port}"
            self._process = subprocess.Popen([*command, address], stdout=log, stderr=log, start_new_session=True)
        until(self._answers, f"Prometheus: {self.folder}/prometheus.log")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait()


def is_installed() -> bool:
    """Whether there is a Prometheus to be had."""
    return shutil.which("prometheus") is not None
