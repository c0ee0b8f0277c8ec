"""`make bench-latency`: how long a change takes, from when its event was due to when a consumer has it, at fixed rates (open loop).

One worker on one core with all of `retail`, durable; Apache Kafka, the sender and the consumer on the other. One event of a hundred is a
probe that exactly one change must answer (`sending.py`). Each probe's wait is counted; a row whose probes were not all answered once, or
whose sender was late itself, says so. Writes `bench/out/latency.json` and a picture.
"""

import argparse
import asyncio
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from math import ceil
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from rich.console import Console
from rich.table import Table

from bench.arms import cpu_seconds, started
from bench.curve import Line, drawn
from bench.doors import pin
from bench.percentiles import Waits, percentile, waits_of
from bench.schedule import SECOND, Schedule
from bench.sending import PROBE_EVERY, Job, Said
from intentflow.adapters.embedded_command import environment
from intentflow.adapters.embedded_kafka import EmbeddedKafka
from intentflow.adapters.offsets import Offsets
from intentflow.adapters.topic_specs import app_topics
from intentflow.adapters.topics import ensure
from intentflow.replay.ledger import equation, read_logs
from intentflow.settings import Settings
from intentflow.wire.topic_names import TopicNames

OUT = Path(__file__).parent / "out"
RATES = (1_000, 10_000, 50_000)
SECONDS = 120.0
WARM_RATE, WARM_SECONDS = 5_000, 5.0
LATE = 1.0  # ms of the sender's own p99; beyond it a row measures the sender
PATIENCE = 60.0  # seconds after the last event
SHARES = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999)
out = Console(stderr=True, width=150)


class Row(Struct, frozen=True):
    """One rate."""

    rate: int
    seconds: float
    sent: int
    per_second: float  # as it was sent
    waits: Waits  # of probes, from due to read, in ms
    curve: list[tuple[float, float]]  # share of the probes, ms
    worst_by_second: list[float]  # ms, of the probes that were due in each second: shows what a stall is, and when
    sender_late: Waits  # ms
    cpu_us_per_event: float  # of the worker
    wrong: str  # why the row does not count; empty if it does


class Observer:
    """A consumer of the changes topic, from its end on; notes when the change of each probe could be read."""

    def __init__(self, bootstrap: str, topic: str, partitions: int) -> None:
        from confluent_kafka import OFFSET_END, Consumer, TopicPartition

        settings: dict[str, Any] = {
            "bootstrap.servers": bootstrap, "group.id": "observer", "enable.auto.commit": False, "fetch.wait.max.ms": 100,
        }  # fmt: skip
        self._consumer = Consumer(settings)
        self._consumer.assign([TopicPartition(topic, number, OFFSET_END) for number in range(partitions)])
        self.seen: dict[bytes, list[int]] = {}  # key of a probe's lead -> when, in ns
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        while not self._over.is_set():
            message = self._consumer.poll(0.1)
            if message is not None and not message.error():
                key = message.key() or b""
                if key.startswith(b"l:probe-"):
                    self.seen.setdefault(key, []).append(time.monotonic_ns())

    def close(self) -> None:
        """It reads no more."""
        self._over.set()
        self._thread.join()
        self._consumer.close()


def sent_of(job: Job) -> Said:
    """Let the sender send."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.sending"], input=msgspec.json.encode(job), capture_output=True, check=True
    )
    return msgspec.json.decode(done.stdout, type=Said)


def measured(bootstrap: str, topic: str, rate: int, seconds: float, observer: Observer, worker: int) -> Row:
    """One rate: sent, and every probe waited for."""
    name = f"{rate}-{time.time_ns()}"
    job = Job(bootstrap, topic, name, Schedule(time.monotonic_ns() + 6 * SECOND, rate, seconds))
    cpu, said = cpu_seconds(worker), sent_of(job)
    probes = {f"l:probe-{name}-{number}".encode(): number for number in range(0, said.sent, PROBE_EVERY)}
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and not probes.keys() <= observer.seen.keys():
        time.sleep(0.2)
    cpu = cpu_seconds(worker) - cpu
    answered = {number: observer.seen[key] for key, number in probes.items() if key in observer.seen}
    counts = Counter((times[0] - job.schedule.due(number)) // 1000 for number, times in answered.items())
    curve = [(share, percentile(counts, share) / 1000) for share in SHARES]
    worst = [0.0] * ceil(seconds)
    for number, times in answered.items():
        waited = (times[0] - job.schedule.due(number)) / 1e6
        worst[number // rate] = max(worst[number // rate], round(waited, 1))
    wrong = wrong_of(said, len(probes), answered)
    return Row(
        rate, seconds, said.sent, said.sent / said.seconds, waits_of(counts), curve, worst, said.late, cpu / said.sent * 1e6, wrong
    )  # fmt: skip


def wrong_of(said: Said, probes: int, answered: dict[int, list[int]]) -> str:
    """Why a row does not count, in words; empty if it does."""
    doubled = sum(len(times) > 1 for times in answered.values())
    reasons = []
    if said.refused:
        reasons.append(f"Kafka refused {said.refused} events")
    if len(answered) < probes or doubled:
        reasons.append(f"{probes - len(answered)} of {probes} probes not answered, {doubled} answered more than once")
    if said.late.p99 > LATE:
        reasons.append(f"the sender itself was {said.late.p99:.1f} ms late (p99)")
    return "; ".join(reasons)


def run(bootstrap: str, folder: Path, rates: list[int], seconds: float) -> tuple[list[Row], str]:
    """All rates, one after the other, on one worker; and what is wrong with the books in the end, in words."""
    name = f"latency-{os.getpid()}"
    settings = Settings(bootstrap=bootstrap, app_id=name, prefix=name, data=folder, metrics_port=0)
    names = TopicNames(settings.prefix, settings.app_id)
    specs = app_topics(names, partitions=settings.partitions, family_topics=settings.family_topics)
    asyncio.run(ensure(settings.kafka, specs))
    command = [sys.executable, "-m", "faust", "-A", "streams.scoring", "worker", "-l", "warn"]
    process = started(command, environment(settings), folder / "latency.log")
    observer = Observer(bootstrap, names.changes, settings.partitions)
    try:
        out.print("warming up ...")
        sent = measured(bootstrap, names.events, WARM_RATE, WARM_SECONDS, observer, process.pid).sent
        rows = []
        for rate in rates:
            out.print(f"{rate:,} events/s for {seconds:.0f} s ...")
            rows.append(measured(bootstrap, names.events, rate, seconds, observer, process.pid))
            sent += rows[-1].sent
            out.print(rows[-1])
        process.terminate()
        process.wait(30)
        return rows, asyncio.run(_wrong_books(settings, names, sent))
    finally:
        observer.close()
        process.kill()
        process.wait()


async def _wrong_books(settings: Settings, names: TopicNames, sent: int) -> str:
    async with Offsets(settings.kafka) as offsets:
        books = await equation(offsets, names, [names.events], await read_logs(settings.kafka, names))
    return "" if books.holds and books.came_in == sent else f"{sent:,} events were sent, and the books say {books}"


def report(rows: list[Row], wrong: str, picture: Path) -> int:
    """The table, the file and the picture."""
    table = Table(
        "events/s", "probes", "p50 ms", "p99 ms", "p99.9 ms", "most ms", "sender late p99", "µs CPU/event", ""
    )
    for row in rows:
        waits = row.waits
        table.add_row(
            f"{row.rate:,}", f"{waits.count:,}", f"{waits.p50:.1f}", f"{waits.p99:.1f}", f"{waits.p999:.1f}", f"{waits.most:.1f}",
            f"{row.sender_late.p99:.2f}", f"{row.cpu_us_per_event:.1f}", row.wrong or "counts",
        )  # fmt: skip
    out.print(table)
    out.print(wrong or "the books add up: every event was counted once")
    OUT.mkdir(exist_ok=True)
    machine = {"python": platform.python_version(), "cores": os.cpu_count(), "system": platform.platform()}
    found = {"rows": rows, "books": wrong, "machine": machine, "load": os.getloadavg()}
    (OUT / "latency.json").write_bytes(msgspec.json.format(msgspec.json.encode(found)))
    picture.write_text(drawn([Line(f"{row.rate:,} events/s".replace(",", " "), row.curve) for row in rows]))
    out.print(f"written to {OUT / 'latency.json'} and {picture}")
    return 1 if wrong or any(row.wrong for row in rows) else 0


def main() -> int:
    """Exit code 0 if every row counts and the books add up."""
    parser = argparse.ArgumentParser(prog="python -m bench.latency", description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of each rate (default 120)")
    parser.add_argument("--rates", type=int, nargs="+", default=list(RATES), help="events a second")
    parser.add_argument("--picture", type=Path, default=OUT / "latency.svg", help="where the curve is drawn")
    given = parser.parse_args()
    pin(os.getpid(), 0)
    with tempfile.TemporaryDirectory() as folder, EmbeddedKafka(Path(folder), heap_mb=1024) as kafka:
        rows, wrong = run(kafka.bootstrap, Path(folder), given.rates, given.seconds)
    return report(rows, wrong, given.picture)


if __name__ == "__main__":
    raise SystemExit(main())
