"""Real workers of a real app: `python -m faust -A streams.scoring worker`, each a process."""

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from intentflow.adapters.embedded_command import environment
from intentflow.settings import Settings
from intentflow.wire.topic_names import TopicNames

ROOT = Path(__file__).parents[2]
LIMIT = 40.0  # seconds after which a wait is a failure


def until(holds: Callable[[], bool], what: str, limit: float = LIMIT) -> None:
    """Wait until it holds; fail with `what` if it never does."""
    deadline = time.monotonic() + limit
    while not holds():
        assert time.monotonic() < deadline, f"waited {limit} s for {what}"
        time.sleep(0.05)


class Worker:
    """One process, and what it has said."""

    def __init__(self, app: "App", name: str, env: dict[str, str], module: str) -> None:
        self.log = app.folder / f"{name}.log"
        command = [sys.executable, "-m", "faust", "-A", module, "worker", "-l", "info"]
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=env, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
            )

    @property
    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def openings(self) -> int:
        """How often it has taken partitions."""
        return self.said.count(" leads in ")

    def ready(self, openings: int = 1) -> Self:
        until(lambda: self.openings() >= openings or self.process.poll() is not None, f"{self.log} to take partitions")
        assert self.process.poll() is None, self.said[-3000:]
        return self

    def signal(self, number: int) -> None:
        if self.process.poll() is None:
            self.process.send_signal(number)

    def kill(self) -> None:
        self.signal(signal.SIGKILL)
        self.process.wait()

    def ended(self, limit: float = LIMIT) -> int:
        """Its exit code, when it ends by itself."""
        return self.process.wait(limit)

    def stop(self) -> int:
        self.signal(signal.SIGTERM)
        return self.ended(15)


class App:
    """One app with topics, group and changelog of its own on a shared broker; ends its workers when it is left."""

    def __init__(self, bootstrap: str, folder: Path, **more: object) -> None:
        name = f"t{uuid.uuid4().hex[:8]}"
        given: dict[str, object] = {
            "bootstrap": bootstrap, "app_id": name, "prefix": name, "data": folder, "metrics_port": 0, "partitions": 4, "clock": "records",
            "family_topics": False, "session_timeout": 3, "commit_interval": 0.2, "chunk": 200,
        }  # fmt: skip
        self.settings = Settings(**{**given, **more})  # type: ignore[arg-type]  # pydantic checks them
        self.names = TopicNames(name, name)
        self.folder = folder
        self.workers: list[Worker] = []

    def worker(self, module: str = "streams.scoring", **env: str) -> Worker:
        name = f"worker-{len(self.workers)}"
        own = {**environment(self.settings), "INTENTFLOW_WORKER": str(len(self.workers)), **env}
        worker = Worker(self, name, {**os.environ, **own}, module)
        self.workers.append(worker)
        return worker

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self.workers:
            worker.signal(signal.SIGCONT)
            worker.kill()
            if error is not None:
                sys.stderr.write(f"--- {worker.log}\n{worker.said[-6000:]}\n")
