"""What a worker holds stays bounded, whatever waits for it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from intentflow.adapters.embedded_kafka import EmbeddedKafka
from intentflow.lane.changelog import ledger_sums
from tests.system.records import make_topics, send, settled
from tests.system.verdict import changelog_of
from tests.system.workers import App

pytestmark = [
    pytest.mark.broker,
    pytest.mark.skipif(not Path("/proc").exists(), reason="reads a process's memory in /proc"),
]
MIB = 1 << 20
BACKLOG = 192 * MIB


def large_visits(size: int, total: int) -> Iterator[tuple[bytes, bytes]]:
    """Page views with a title of about `size` bytes."""
    for n in range(total // size):
        event = {
            "event_id": str(n), "lead_id": f"{n % 100}", "family": "website_visit", "action": "view",
            "occurred_at": "2026-01-01T00:00:00Z", "attributes": {f"a{i}": "x" * 1000 for i in range(size // 1024)},
        }  # fmt: skip
        yield f"l:{n % 100}".encode(), json.dumps(event).encode()


def peak(pid: int) -> int:
    """The most memory that a process has had resident so far, in bytes."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found[1]) * 1024


def test_a_backlog_does_not_grow_the_worker(kafka: EmbeddedKafka, tmp_path):
    """What it fetches ahead is bounded in bytes by partition, what it folds at a time in records, what is unsettled in chunks."""
    with App(kafka.bootstrap, tmp_path) as app:
        make_topics(app)
        assert send(app, large_visits(40 << 10, BACKLOG)) == BACKLOG // (40 << 10)
        worker = app.worker(INTENTFLOW_CHUNK="5000")
        worker.ready()
        settled(app, limit=150)
        grown = peak(worker.process.pid)
        assert worker.stop() == 0
        assert ledger_sums(changelog_of(app).values())[app.names.events].counted == BACKLOG // (40 << 10)
        idle = app.worker().ready()
        assert grown - peak(idle.process.pid) < BACKLOG // 2
