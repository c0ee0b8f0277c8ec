"""`make bench-doors`: the collector under load, on one core; the generator and Kafka have the other. Writes `bench/out/doors.json`.

The arms, one after the other on one Kafka:

- single events, as browsers send them, and a bare aiohttp handler that only reads the same bodies
- Segment batches of 50
- half of that, open loop: what good requests wait
- the same beside 10 000 idle connections and 500 that never come to the end of a request (slow-loris)

Every 200 is checked: after the runs the events topic holds as many events as were answered well.
"""

import argparse
import asyncio
import gc
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import uvloop
from rich.console import Console
from rich.table import Table

from bench.calling import Heard, closed, crowd, opened
from bench.door_calls import requests
from intentflow.adapters.embedded_command import EmbeddedCommand
from intentflow.adapters.embedded_kafka import EmbeddedKafka
from intentflow.adapters.offsets import Offsets
from intentflow.adapters.server_process import free_port
from intentflow.collector.keyfile import add_key
from intentflow.settings import Settings
from intentflow.wire.topic_names import TopicNames

OUT = Path(__file__).parent / "out" / "doors.json"
BATCH, IDLE, DRIPPING = 50, 10_000, 500
BROWSERS, SERVERS = 256, 64  # connections: enough that neither server waits for the next request
out = Console(stderr=True, width=150)


class Arm(msgspec.Struct):
    """One row of the table."""

    name: str
    requests_per_second: float
    events_per_second: float
    p50_ms: float
    p99_ms: float
    statuses: dict[int, int]
    cpu_us: float  # of the server, a request
    rss_mb: float


@contextmanager
def bare_door() -> Iterator[tuple[int, int]]:
    """The bare handler's port and process."""
    port = free_port()
    with subprocess.Popen([sys.executable, "-m", "bench.bare_door", str(port)]) as process:
        pin(process.pid, 0)
        until_answers(port, "/")
        yield port, process.pid
        process.kill()


def pin(pid: int, core: int) -> None:
    """A process has this core, and all of its threads."""
    if shutil.which("taskset"):
        subprocess.run(["taskset", "-a", "-p", "-c", str(core), str(pid)], check=True, stdout=subprocess.DEVNULL)


def until_answers(port: int, path: str) -> None:
    """Something answers there."""
    for _ in range(300):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5).close()
        except urllib.error.HTTPError as error:
            if error.code != 503:
                return
        except OSError:
            pass
        else:
            return
        time.sleep(0.1)
    raise TimeoutError(f"nothing answers on port {port}")


def cpu_seconds(pid: int) -> float:
    """Processor time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rss_mb(pid: int) -> float:
    """Resident memory of a process."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


async def arm(name: str, pid: int, events: int, work: Awaitable[Heard]) -> Arm:
    """A row: what was heard, and what it cost the server."""
    before = cpu_seconds(pid)
    heard = await work
    cost = (cpu_seconds(pid) - before) / max(1, heard.statuses[200]) * 1e6
    made = Arm(
        name, heard.per_second, heard.per_second * events, heard.percentile(0.5), heard.percentile(0.99),
        dict(heard.statuses), cost, rss_mb(pid),
    )  # fmt: skip
    out.print(f"{name}: {made.requests_per_second:,.0f} requests/s, {cost:.0f} µs")
    return made


async def run(port: int, pid: int, key: str, seconds: float) -> list[Arm]:
    """All arms."""
    singles, batches = requests(key, 1, 2_000), requests(key, BATCH, 200)
    await closed(port, batches, SERVERS, 2.0)  # caches are warm, connections to Kafka open
    arms = []
    with bare_door() as (bare, bare_pid):
        for turn in (1, 2):  # by turns, so that both have the same machine
            work = closed(bare, singles, BROWSERS, seconds)
            arms.append(await arm(f"bare handler, single events, {turn}", bare_pid, 1, work))
            work = closed(port, singles, BROWSERS, seconds)
            arms.append(await arm(f"collector, single events, {turn}", pid, 1, work))
        work = closed(bare, batches, SERVERS, seconds)
        arms.append(await arm(f"bare handler, batches of {BATCH}", bare_pid, BATCH, work))
    most = await arm(f"collector, batches of {BATCH}", pid, BATCH, closed(port, batches, SERVERS, seconds))
    half = most.requests_per_second / 2
    arms += [most, await arm("half of that, open loop", pid, BATCH, opened(port, batches, half, seconds))]
    bad = await crowd(port, IDLE, DRIPPING)
    drip = asyncio.create_task(_drip(bad[IDLE:]))
    name = f"the same beside {IDLE:,} idle and {DRIPPING} slow ones"
    arms.append(await arm(name, pid, BATCH, opened(port, batches, half, seconds)))
    drip.cancel()
    for writer in bad:
        writer.close()
    return arms


async def _drip(writers: list[asyncio.StreamWriter]) -> None:
    while True:
        await asyncio.sleep(1.0)
        for writer in writers:
            if not writer.is_closing():
                writer.write(b"x")


async def written(settings: Settings) -> int:
    """Records on the events topic."""
    async with Offsets(settings.kafka) as offsets:
        return sum(
            (await offsets.ends([TopicNames(settings.prefix, settings.app_id).events], settings.partitions)).values()
        )


def main() -> int:
    """Exit code 0 if every event that was answered well is in Kafka."""
    parser = argparse.ArgumentParser(prog="python -m bench.doors", description=__doc__)
    parser.add_argument("--seconds", type=float, default=6.0, help="of each arm (default 6)")
    seconds = parser.parse_args().seconds
    pin(os.getpid(), 1)
    gc.disable()  # the generator's own: each walk takes 15 ms, and would be in answers' times
    with tempfile.TemporaryDirectory() as folder, EmbeddedKafka(Path(folder), heap_mb=512) as kafka:
        data = Path(folder)
        settings = Settings(bootstrap=kafka.bootstrap, data=data, collector_port=free_port(), collector_metrics_port=0)
        key = add_key(data / "collector-keys.yaml", "bench", "server", events_per_second=1_000_000)
        with EmbeddedCommand("collector", settings, data / "collector.log") as collector:
            assert collector.pid is not None
            pin(collector.pid, 0)
            until_answers(settings.collector_port, "/ready")
            arms = uvloop.run(run(settings.collector_port, collector.pid, key, seconds))
        kept = asyncio.run(written(settings))
    return report(arms, kept)


def report(arms: list[Arm], kept: int) -> int:
    """The table, and the file."""
    table = Table("arm", "requests/s", "events/s", "p50 ms", "p99 ms", "answers", "µs CPU", "RSS MB")
    for one in arms:
        answers = " ".join(f"{status}: {count}" for status, count in one.statuses.items())
        table.add_row(
            one.name, f"{one.requests_per_second:,.0f}", f"{one.events_per_second:,.0f}", f"{one.p50_ms:.1f}",
            f"{one.p99_ms:.1f}", answers, f"{one.cpu_us:.0f}", f"{one.rss_mb:.0f}",
        )  # fmt: skip
    out.print(table)
    machine = {"python": platform.python_version(), "cores": os.cpu_count(), "system": platform.platform()}
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_bytes(msgspec.json.format(msgspec.json.encode({"arms": arms, "records": kept, "machine": machine})))
    answered = sum(
        one.statuses.get(200, 0) * (1 if "single" in one.name else BATCH) for one in arms if "bare" not in one.name
    )
    out.print(
        f"{answered:,} events were answered well in these arms; {kept:,} records are on the topic, links and warming up included"
    )
    return 0 if kept >= answered else 1


if __name__ == "__main__":
    raise SystemExit(main())
