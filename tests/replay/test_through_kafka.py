"""Files through real Kafka: the same changes as through the core, also when the worker is killed on the way."""

import asyncio
import os
import random
import signal
import threading
import time
from pathlib import Path

import msgspec
import pytest
from rich.progress import Progress

from intentflow.adapters.offsets import Offsets
from intentflow.domain.fold import Fold
from intentflow.errors import RejectedError
from intentflow.model.load import load
from intentflow.replay.reading import Reading
from intentflow.replay.result import Result, score_lines
from intentflow.replay.through_core import replay_core
from intentflow.replay.through_kafka import KafkaReplay
from intentflow.simulate import traffic
from intentflow.wire.changes import decode_change
from intentflow.wire.rows import decode_row

pytestmark = pytest.mark.broker
UNTIL = 1_780_000_000_000
DATA = Path(__file__).parents[3] / "shared" / "data"
REAL = [
    ("access-log", DATA / "apache_access_log" / "apache_logs"),
    ("snowplow-csv", DATA / "snowplow_web" / "source" / "snowplow_web_events.csv"),
]


def read(path: Path, format_name: str = "jsonl") -> Reading:
    return Reading([path], format_name, lambda _done, _total: None)


def through_kafka(path: Path, bootstrap: str, data: Path, run: str, format_name: str = "jsonl") -> Result:
    replay = KafkaReplay(
        read(path, format_name),
        "retail",
        load("retail"),
        run=run,
        bootstrap=bootstrap,
        data=data,
        progress=Progress(disable=True),
    )
    return replay.run(None)


def told(result: Result) -> tuple[object, ...]:
    """Everything that a replay tells, in an order of its own."""
    until = msgspec.json.decode(msgspec.json.encode(result.summary.until))
    scores = list(score_lines(Fold(load("retail")), result.rows, UNTIL + 1)) if until else []
    return result.summary, sorted(result.changes), scores


@pytest.mark.parametrize(("format_name", "path"), REAL, ids=lambda x: x if isinstance(x, str) else "")
def test_the_core_and_kafka_agree_change_by_change_on_real_input(format_name, path, kafka, tmp_path):
    if not path.exists():
        pytest.skip(f"needs ../shared/data/{path.parent.name}, kept beside the repository")
    core = replay_core(read(path, format_name), load("retail"), None)
    assert told(through_kafka(path, kafka.bootstrap, tmp_path, f"real-{format_name}", format_name)) == told(core)


def workers_of(app_id: str) -> list[int]:
    """The Faust processes of an app, found as an operator would."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command, environment = (entry / "cmdline").read_bytes(), (entry / "environ").read_bytes()
            except OSError:
                continue
            if b"streams.scoring" in command and f"INTENTFLOW_APP_ID={app_id}".encode() in environment:
                found.append(int(entry.name))
    return found


async def share_committed(bootstrap: str, app_id: str, total: int) -> float:
    async with Offsets(bootstrap) as offsets:
        return sum((await offsets.committed(app_id)).values()) / total


@pytest.mark.skipif(not Path("/proc").exists(), reason="finds the worker in /proc")
def test_a_replay_whose_worker_is_killed_on_the_way_ends_as_an_undisturbed_one(kafka, tmp_path, monkeypatch):
    path = tmp_path / "traffic.jsonl"
    rows = [value for _, _, value in traffic(3, 1200, UNTIL, 30)]
    path.write_bytes(b"".join(value + b"\n" for value in rows))
    monkeypatch.setenv("INTENTFLOW_CHUNK", "100")
    monkeypatch.setenv("INTENTFLOW_COMMIT_INTERVAL", "0.05")
    monkeypatch.setenv("INTENTFLOW_SESSION_TIMEOUT", "3")
    rng, done, kills = random.Random(5), threading.Event(), []

    def kill() -> None:
        at = rng.uniform(0.3, 0.7)
        while not done.is_set():
            if at <= asyncio.run(share_committed(kafka.bootstrap, "replay-killed", len(rows))) < 0.95:
                for pid in workers_of("replay-killed"):
                    os.kill(pid, signal.SIGKILL)
                    kills.append(pid)
                return
            time.sleep(0.02)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        result = through_kafka(path, kafka.bootstrap, tmp_path, "killed")
    finally:
        done.set()
        killer.join()
    assert kills
    undisturbed = replay_core(read(path), load("retail"), None)
    mine, theirs = (list(score_lines(Fold(load("retail")), one.rows, UNTIL)) for one in (result, undisturbed))
    assert [(line.lead, line.at) for line in mine] == [(line.lead, line.at) for line in theirs]
    for one, other in zip(mine, theirs, strict=True):
        assert (one.engagement, one.fit, one.intent) == pytest.approx(
            (other.engagement, other.fit, other.intent), abs=1e-8
        )
    assert counts(result) == counts(undisturbed)
    assert alone(result) == alone(undisturbed)


def counts(result: Result) -> tuple[int, ...]:
    told = result.summary
    return told.read, told.counted, told.duplicate, told.rejected, told.leads


def alone(result: Result) -> list[bytes]:
    """The changes of leads that told nobody anything and heard of nobody: the path of others depends on who hears what first."""
    tied = {key.decode() for key, row in result.rows.items() if decode_row(row).bonds is not None}
    return sorted(change for change in result.changes if decode_change(change).lead not in tied)


def test_a_named_run_that_is_done_adds_nothing_and_takes_no_other_files(kafka, tmp_path):
    path, shorter = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    rows = [value + b"\n" for _, _, value in traffic(4, 20, UNTIL, 5)]
    path.write_bytes(b"".join(rows))
    shorter.write_bytes(b"".join(rows[:5]))
    first = through_kafka(path, kafka.bootstrap, tmp_path, "named")
    assert told(through_kafka(path, kafka.bootstrap, tmp_path, "named")) == told(first)
    with pytest.raises(RejectedError, match="begun with others"):
        through_kafka(shorter, kafka.bootstrap, tmp_path, "named")
