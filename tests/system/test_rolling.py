"""Rolling upgrades under load, the hardest first: three workers, twelve partitions, and a changelog whose format changes."""

import os
import subprocess
import sys
import threading
import time

import pytest

from intentflow.adapters.embedded_command import environment
from intentflow.adapters.embedded_kafka import EmbeddedKafka
from tests.system.records import events, make_topics, send, settled
from tests.system.workers import ROOT, App

pytestmark = [pytest.mark.broker, pytest.mark.slow]
WORKERS = 3
NEXT = "tests.system.next_scoring"
RELEASE = {"INTENTFLOW_PURE": "1"}  # machine code of the core is of this release


def feed(app: App, over: threading.Event) -> threading.Thread:
    """Events until it is over."""

    def go() -> None:
        seed = 100
        while not over.is_set():
            send(app, events(300, 200, seed=seed))
            seed += 1
            time.sleep(0.2)

    thread = threading.Thread(target=go)
    thread.start()
    return thread


def verify(app: App, module: str) -> subprocess.CompletedProcess[str]:
    """What `intentflow verify` says, of this release or of the next."""
    command = [sys.executable, "-m", module, "verify", "--settled", "--path", "none"]
    env = {**os.environ, **environment(app.settings), **RELEASE, "NEXT": "writes"}
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)


def test_workers_that_are_replaced_one_by_one_while_the_changelogs_format_changes_lose_nothing_and_double_nothing(
    kafka: EmbeddedKafka, tmp_path
):
    """In two releases, as docs/operations.md says: the first reads the new format, the second writes it."""
    with App(kafka.bootstrap, tmp_path, partitions=12) as app:
        make_topics(app)
        running = [app.worker() for _ in range(WORKERS)]
        for worker in running:
            worker.ready()
        over = threading.Event()
        feeding = feed(app, over)
        try:
            for release in ("reads", "writes"):
                for worker in running[-WORKERS:]:
                    assert worker.stop() == 0
                    running.append(app.worker(NEXT, **RELEASE, NEXT=release).ready())
            late = app.worker()
            assert late.ended() == 2  # of the release before the first, which should be gone by now
            assert "format 2, and this intentflow reads up to 1" in late.said
        finally:
            over.set()
            feeding.join()
        settled(app)
        assert [worker.process.poll() for worker in running[-WORKERS:]] == [None] * WORKERS
        done = verify(app, "tests.system.next_rows")
        assert done.returncode == 0, done.stdout + done.stderr
        old = verify(app, "intentflow")
        assert (old.returncode, "format 2" in old.stderr) == (2, True), old.stdout + old.stderr
