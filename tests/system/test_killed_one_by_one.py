"""Kafka, Redis, the worker and the receiver of webhooks are killed, one at a time, while people come by.

The laws: what was answered well is in Kafka; what was acknowledged is counted; the console says in words what is missing, and is well
again by itself when that is back; every change arrives at the receiver at least once, in each lead's order, and what comes again comes
under the same id.
"""

import asyncio
import json
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Self

import pytest

from intentflow.adapters.embedded_command import EmbeddedCommand
from intentflow.adapters.embedded_kafka import EmbeddedKafka
from intentflow.adapters.embedded_valkey import EmbeddedValkey
from intentflow.adapters.server_process import free_port
from intentflow.collector.keyfile import add_key
from intentflow.console.tokens import make_token
from tests.deliver.made import SECRET
from tests.deliver.receiver import Receiver
from tests.system.records import read, settled
from tests.system.tracker import Tracker
from tests.system.verdict import nothing_lost_and_nothing_twice
from tests.system.whole import eventually
from tests.system.workers import App

pytestmark = [pytest.mark.broker, pytest.mark.slow]
PARTS = ("worker", "collector", "console", "deliver")
ENDPOINTS = """\
deliver: 1
endpoints:
  crm:
    url: {}
    secrets: [{{env: CRM_SECRET}}]
    retry: [0s, 1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s]
    allow_networks: 127.0.0.0/8
"""


class Standing:
    """A receiver of webhooks in a thread of its own, that can be ended and begun again on its port."""

    def __init__(self) -> None:
        self.receiver = Receiver(secret=SECRET)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)

    def begin(self) -> None:
        asyncio.run_coroutine_threadsafe(self.receiver.__aenter__(), self._loop).result(10)

    def end(self) -> None:
        asyncio.run_coroutine_threadsafe(self.receiver.__aexit__(), self._loop).result(10)

    def __enter__(self) -> Self:
        self._thread.start()
        self.begin()
        return self

    def __exit__(self, *_: object) -> None:
        self.end()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class Stack:
    """All parts, each of which can be killed and started again."""

    def __init__(self, kafka: EmbeddedKafka, valkey: EmbeddedValkey, folder: Path) -> None:
        self.kafka, self.valkey = kafka, valkey
        self.key, (self._token, kept) = add_key(folder / "collector-keys.yaml", "site", "server"), make_token("viewer")
        self.app = App(
            kafka.bootstrap, folder, partitions=2, redis_url=valkey.url, console_tokens=(kept,), deliver_endpoints=folder / "deliver.yaml",
            collector_ack_seconds=2, collector_port=free_port(), console_port=free_port(), collector_metrics_port=0,
            projector_metrics_port=0, deliver_metrics_port=0,
        )  # fmt: skip
        self.settings, self.names = self.app.settings, self.app.names
        self.parts = {name: EmbeddedCommand(name, self.settings, folder / f"{name}.log") for name in PARTS}

    def look_after(self) -> None:
        """What has ended by itself is started again, as `intentflow up` does."""
        for part in self.parts.values():
            if part.exit_code is not None:
                part.start()

    def health(self) -> dict[str, dict[str, str]]:
        """What the console says of each part."""
        with closing(HTTPConnection("127.0.0.1", self.settings.console_port, timeout=10)) as console:
            console.request("GET", "/api/health", headers={"Authorization": f"Bearer {self._token}"})
            return {part["name"]: part for part in json.load(console.getresponse())["parts"]}

    def says(self, part: str, words: str) -> bool:
        """Whether the console says this of a part that is not well."""
        found = self.health().get(part)
        return found is not None and found["state"] != "ok" and words in found["says"]

    def is_well(self) -> bool:
        """Whether the console says that all is well, webhooks too."""
        self.look_after()
        try:
            health = self.health()
        except OSError:
            return False
        return "webhooks" in health and all(part["state"] == "ok" for part in health.values())

    def kill(self, pid: int | None) -> None:
        """At once, as a machine that loses power, with all that belongs to it."""
        assert pid
        os.killpg(os.getpgid(pid), signal.SIGKILL)


@contextmanager
def standing(folder: Path) -> Iterator[tuple[Stack, Standing]]:
    """The whole stack, well, until the end of the block."""
    with ExitStack() as begun:
        begun.enter_context(pytest.MonkeyPatch.context()).setenv("CRM_SECRET", SECRET)
        kafka = begun.enter_context(EmbeddedKafka(folder))
        valkey = begun.enter_context(EmbeddedValkey(folder))
        crm = begun.enter_context(Standing())
        (folder / "deliver.yaml").write_text(ENDPOINTS.format(crm.receiver.url))
        stack = Stack(kafka, valkey, folder)
        for part in stack.parts.values():
            begun.enter_context(part)
        yield stack, crm


def killed_and_back(stack: Stack, crm: Standing) -> None:
    """One after the other is killed, is missed by the console in words, comes back, and all is well."""
    well = stack.is_well

    crm.end()
    eventually(lambda: stack.says("webhooks", "crm does not take webhooks"), "the receiver to be missed")
    crm.begin()
    eventually(well, "webhooks to be taken again")

    stack.kill(stack.valkey.pid)
    eventually(lambda: stack.says("redis", "Redis does not answer"), "Redis to be missed")
    stack.valkey.stop()
    stack.valkey.start()
    eventually(well, "Redis to be fed again")

    stack.kill(stack.parts["worker"].pid)
    eventually(lambda: stack.says("worker", "none is scored: start `intentflow worker`"), "the worker to be missed")
    stack.parts["worker"].stop()
    stack.parts["worker"].start()
    eventually(well, "the worker to have caught up")

    stack.kill(stack.kafka.pid)
    eventually(lambda: stack.says("kafka", "answer"), "Kafka to be missed")
    stack.kafka.stop()
    stack.kafka.start()
    eventually(well, "Kafka to be read again")


def test_whatever_is_killed_nothing_acknowledged_is_lost_and_the_console_says_what_is_missing(tmp_path: Path):
    with standing(tmp_path) as (stack, crm):
        tracker = Tracker(stack.settings.collector_port, stack.key)
        tracker.start()
        try:
            eventually(lambda: stack.is_well() and bool(crm.receiver.taken), "all to be well, and a first webhook")
            killed_and_back(stack, crm)
        finally:
            tracker.stop()
        eventually(lambda: is_settled(stack), "all to be scored and delivered")
        settled(stack.app)
        events, changes = (values(stack, topic) for topic in (stack.names.events, stack.names.changes))
        checked = nothing_lost_and_nothing_twice(stack.app)
    assert tracker.refused
    assert tracker.acknowledged <= {event["event_id"] for event in events}
    assert checked.rejections == 0
    assert_delivered(changes, crm.receiver)


def is_settled(stack: Stack) -> bool:
    """Whether nothing waits any more, as the console says."""
    if not stack.is_well():
        return False
    health = stack.health()
    said = health["worker"]["says"], health["webhooks"]["says"]
    return said == ("All that came in is scored.", "All webhooks are delivered.")


def values(stack: Stack, topic: str) -> list[dict[str, Any]]:
    """What lies in a topic."""
    return [json.loads(record.value) for record in read(stack.app, topic)]


def assert_delivered(changes: list[dict[str, Any]], receiver: Receiver) -> None:
    """Each change that was published arrived, in its lead's order; what arrived again came under the same id."""
    published = {(change["lead"], change["sequence"]): change["id"] for change in changes}
    assert published
    assert {(got.lead, got.sequence, got.id) for got in receiver.taken} == {
        (*which, one) for which, one in published.items()
    }
    for lead in {lead for lead, _ in published}:
        told = receiver.of(lead)
        assert told == list(range(1, len(told) + 1))
