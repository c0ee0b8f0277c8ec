"""How long a worker takes to have its leads again: reading them, and from a SIGKILL to the first event that counts."""

import asyncio
import os
import re
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from msgspec import Struct

from bench.arms import started
from intentflow.adapters.embedded_command import environment
from intentflow.adapters.offsets import Offsets
from intentflow.adapters.producing import BatchProducer
from intentflow.adapters.server_process import free_port
from intentflow.adapters.topic_specs import app_topics
from intentflow.adapters.topics import ensure
from intentflow.domain.change import rfc3339
from intentflow.settings import Settings
from intentflow.wire.murmur2 import partition_of
from intentflow.wire.topic_names import TopicNames

LEADS = 200_000
KILLS = 3
TAKEN = re.compile(r": (\d+) leads in ([0-9.]+) s, 0 kept")
COUNTED = re.compile(r"^intentflow_events_counted_total\{.*\} ([0-9.e+]+)$", re.MULTILINE)
PATIENCE = 120.0  # seconds


class Recovery(Struct, frozen=True):
    """What was measured."""

    leads: int
    leads_per_second: float  # from the assignment to the first chunk: read, fenced, read on
    seconds_to_first_event: list[float]  # from each SIGKILL of a worker to the first event that its successor counts
    session_timeout_seconds: float  # of which the group waits for the dead worker


async def recovery(settings: Settings, folder: Path) -> Recovery:
    """Leads in a changelog, and workers that are killed under a trickle of events."""
    port = free_port()
    settings = settings.model_copy(update={"metrics_port": port})
    names, partitions = TopicNames(settings.prefix, settings.app_id), settings.partitions
    await ensure(settings.kafka, app_topics(names, partitions=partitions, family_topics=False, kept_for_ever=True))
    async with BatchProducer(settings.kafka) as producer, Offsets(settings.kafka) as offsets:
        await send(producer, names, partitions, range(LEADS), "first")
        await producer.flush()
        worker = Run(settings, folder / "recovery-0.log")
        await until(worker, offsets, names, LEADS)
        trickle = asyncio.create_task(_trickle(producer, names, partitions))
        waits, taken = [], (0, 1.0)
        for n in range(1, KILLS + 1):
            worker.process.kill()
            worker.process.wait()
            killed = time.monotonic()
            worker = Run(settings, folder / f"recovery-{n}.log")
            waits.append(await _first_event(worker, port) - killed)
            taken = max(taken, worker.taken(), key=lambda found: found[0] / found[1])
        trickle.cancel()
        worker.process.terminate()
        worker.process.wait(30)
    leads, seconds = taken
    return Recovery(leads, leads / seconds, waits, settings.session_timeout)


class Run:
    """A worker process and its log."""

    def __init__(self, settings: Settings, log: Path) -> None:
        self.log = log
        command = [sys.executable, "-m", "faust", "-A", "streams.scoring", "worker", "-l", "info"]
        self.process: subprocess.Popen[bytes] = started(
            command, {**environment(settings), "INTENTFLOW_WORKER": "0"}, log
        )

    def taken(self) -> tuple[int, float]:
        """Leads and seconds of its recovery."""
        found = TAKEN.search(self.log.read_text(errors="replace"))
        if found is None:
            raise RuntimeError(f"no recovery in {self.log}")
        return int(found[1]), float(found[2])

    def require_alive(self) -> None:
        """Raises if it has ended."""
        if self.process.poll() is not None:
            raise RuntimeError(
                f"a worker ended with exit code {self.process.returncode}: {self.log.read_text(errors='replace')[-2000:]}"
            )


async def send(producer: BatchProducer, names: TopicNames, partitions: int, leads: range, tag: str) -> None:
    """One small event of each of these leads."""
    now = int(time.time() * 1000)
    moment = rfc3339(now)
    for n in leads:
        event = f'{{"family":"website_visit","action":"view","event_id":"{tag}-{n}","lead_id":"{n}","occurred_at":"{moment}"}}'
        key = f"l:{n}".encode()
        await producer.add(names.events, partition_of(key, partitions), key, event.encode(), now)


async def _trickle(producer: BatchProducer, names: TopicNames, partitions: int) -> None:
    for n in range(1_000_000):
        await send(producer, names, partitions, range(n % 1000, n % 1000 + 20), f"{os.getpid()}-{n}")
        await producer.flush()
        await asyncio.sleep(0.1)


async def until(worker: Run, offsets: Offsets, names: TopicNames, count: int) -> None:
    """So many events are committed. Raises TimeoutError."""
    async with asyncio.timeout(PATIENCE):
        while (
            sum(at for (name, _), at in (await offsets.committed(names.app_id)).items() if name == names.events) < count
        ):
            worker.require_alive()
            await asyncio.sleep(0.2)


async def _first_event(worker: Run, port: int) -> float:
    """The time at which its metrics first show an event counted. Raises TimeoutError."""
    async with asyncio.timeout(PATIENCE):
        while True:
            worker.require_alive()
            if any(float(count) for count in COUNTED.findall(await asyncio.to_thread(_scraped, port))):
                return time.monotonic()
            await asyncio.sleep(0.02)


def _scraped(port: int) -> str:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=1) as answer:
            return str(answer.read().decode())
    except OSError:
        return ""
