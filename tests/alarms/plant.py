"""All of intentflow as processes, watched by a real Prometheus: what a fault is done to."""

import asyncio
import contextlib
import http.client
import itertools
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from intentflow.adapters.embedded_command import EmbeddedCommand, environment
from intentflow.adapters.embedded_kafka import EmbeddedKafka
from intentflow.adapters.embedded_valkey import EmbeddedValkey
from intentflow.adapters.producing import BatchProducer
from intentflow.adapters.server_process import LOCALHOST, free_port
from intentflow.adapters.topics import ensure
from intentflow.collector.keyfile import add_key
from intentflow.deliver.topics import topics as deliver_topics
from intentflow.wire.murmur2 import partition_of
from tests.alarms.endpoint import ENDPOINTS, SIGNING, Endpoint
from tests.alarms.watching import ALWAYS, Prometheus
from tests.system.records import Sending, make_topics
from tests.system.workers import App, until

WORKERS = ("worker-a", "worker-b")
PARTS = (*WORKERS, "collector", "console", "deliver")
PATIENCE_SECONDS = 90.0
numbers = itertools.count(1)


class Plant(App):
    """Two workers, collector, console with its projector, deliverer; Kafka, Valkey and a receiver of webhooks."""

    def __init__(self, kafka: EmbeddedKafka, valkey: EmbeddedValkey, endpoint: Endpoint, folder: Path) -> None:
        self.kafka, self.valkey, self.endpoint = kafka, valkey, endpoint
        self.key = add_key(folder / "collector-keys.yaml", "site", "server")
        (folder / "deliver.yaml").write_text(ENDPOINTS.format(port=endpoint.port))
        doors = ("collector", "collector_metrics", "console", "projector_metrics", "deliver_metrics")
        ports: dict[str, object] = {f"{door}_port": free_port() for door in doors}
        super().__init__(
            kafka.bootstrap, folder, partitions=8, clock="wall", redis_url=valkey.url, deliver_endpoints=folder / "deliver.yaml",
            collector_ack_seconds=1.0, session_timeout=10, chunk=5000, **ports,
        )  # fmt: skip
        self.metrics_ports = {name: free_port() for name in WORKERS}
        self.parts: dict[str, EmbeddedCommand] = {}
        said = self.settings
        self.prometheus = Prometheus(folder / "prometheus", {
            "intentflow-worker": list(self.metrics_ports.values()), "intentflow-collector": [said.collector_metrics_port],
            "intentflow-console": [said.projector_metrics_port], "intentflow-deliver": [said.deliver_metrics_port],
        })  # fmt: skip

    def start(self, *names: str, **settings: object) -> None:
        """These parts run, with these settings changed."""
        for name in names:
            own: dict[str, object] = {}
            if name in WORKERS:  # each as on a machine of its own
                own = {"metrics_port": self.metrics_ports[name], "data": self.folder / name}
            changed = self.settings.model_copy(update={**own, **settings})
            command = name.partition("-")[0]
            self.parts[name] = EmbeddedCommand(command, changed, self.folder / f"{name}.log")
            self.parts[name].start()

    def stop(self, *names: str) -> None:
        """These have ended, told to."""
        for name in names:
            self.parts[name].stop()

    def again(self, *names: str, **settings: object) -> None:
        """Stopped and started with these settings changed."""
        self.stop(*names)
        self.start(*names, **settings)

    def process(self, name: str) -> int:
        """The process that does the work: a worker's is a child of what looks after it."""
        pid = self.parts[name].pid
        assert pid is not None, f"{name} has ended"
        if name not in WORKERS:
            return pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return int(children[0]) if children else 0

    def say(self, *command: str, finds: int = 0) -> str:
        """What a command of an operator prints; it ends with exit code `finds`."""
        done = subprocess.run(
            [sys.executable, "-m", "intentflow", *command], env=environment(self.settings), capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == finds, f"{command}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout

    def post(self, number: int) -> int:
        """The status that the collector answers to an event."""
        said = {"userId": f"u{number}", "event": "Newsletter Signed Up", "messageId": f"m{number}-{time.time()}"}
        header = {"content-type": "application/json", "authorization": f"Bearer {self.key}"}
        with contextlib.closing(
            http.client.HTTPConnection(LOCALHOST, self.settings.collector_port, timeout=10)
        ) as door:
            door.request("POST", "/v1/track", json.dumps(said), header)
            return door.getresponse().status

    def put(self, records: Iterable[Sending], seconds_old: float = 0.0, shift: int = 0) -> None:
        """Onto the events topic, received so long ago; `shift` partitions away from where they belong."""
        asyncio.run(self._put(records, round((time.time() - seconds_old) * 1000), shift))

    async def _put(self, records: Iterable[Sending], at: int, shift: int) -> None:
        count = self.settings.partitions
        async with BatchProducer(self.settings.kafka) as producer:
            for key, value in records:
                await producer.add(self.names.events, (partition_of(key or b"", count) + shift) % count, key, value, at)

    def ailments(self) -> list[str]:
        """What is not well, in words; empty if every part answers, no record waits, and nobody is called."""
        wanted = {
            "sum(up)": len(PARTS),
            "sum(intentflow_lag_records)": 0,
            "sum(intentflow_partitions)": self.settings.partitions,
        }
        found = {query: self.prometheus.value(query) for query in wanted}
        said = [
            f"{query} is {found[query]}, should be {should}"
            for query, should in wanted.items()
            if found[query] != should
        ]
        return [*said, *sorted(self.prometheus.called() ^ {ALWAYS})]

    def is_well(self) -> bool:
        """Whether nothing is not."""
        return not self.ailments()


def newcomers(count: int) -> Iterator[Sending]:
    """People who were never here: each signs up for the newsletter, confirms it, and so changes its stage."""
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    for _ in range(count):
        who = f"new-{next(numbers)}"
        for action in ("signup", "confirm"):
            event = {
                "event_id": f"{who}-{action}",
                "lead_id": who,
                "occurred_at": now,
                "family": "newsletter_signup",
                "action": action,
            }
            yield f"l:{who}".encode(), json.dumps(event).encode()


@contextlib.contextmanager
def frozen(*processes: int) -> Iterator[None]:
    """They stand still, with their connections open."""
    for pid in processes:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in processes:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


@contextlib.contextmanager
def over_and_over(do: Callable[[], object], pause: float = 0.0) -> Iterator[None]:
    """Something is done again and again by a thread, until the end of the block."""
    over = threading.Event()

    def go() -> None:
        while not over.is_set():
            do()
            over.wait(pause)

    thread = threading.Thread(target=go, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@contextlib.contextmanager
def plant(folder: Path) -> Iterator[Plant]:
    """All of it, well, until the end of the block."""
    with contextlib.ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setenv("ALARMS_SECRET", SIGNING)
        kafka = stack.enter_context(EmbeddedKafka(folder))
        valkey = stack.enter_context(EmbeddedValkey(folder))
        endpoint = stack.enter_context(Endpoint())
        one = stack.enter_context(Plant(kafka, valkey, endpoint, folder))
        make_topics(one)
        asyncio.run(ensure(kafka.bootstrap, deliver_topics(one.settings)))
        stack.callback(lambda: one.stop(*one.parts))
        one.start(*PARTS)
        stack.enter_context(one.prometheus)
        until(one.is_well, "health", PATIENCE_SECONDS)
        yield one
