"""What a worker takes in memory before it has a lead: `intentflow worker` on topics without a record, with what looks after it."""

import asyncio
import subprocess
import sys
import urllib.request
from pathlib import Path

from bench.arms import started
from intentflow.adapters.embedded_command import environment
from intentflow.adapters.server_process import free_port
from intentflow.adapters.topic_specs import app_topics
from intentflow.adapters.topics import ensure
from intentflow.settings import Settings
from intentflow.wire.topic_names import TopicNames

PATIENCE = 60.0  # seconds


async def idle_bytes(settings: Settings, folder: Path) -> int:
    """Bytes of the processes of one worker that is ready and has nothing to do; what they share counts once. Raises TimeoutError."""
    port = free_port()
    settings = settings.model_copy(update={"metrics_port": port})
    names = TopicNames(settings.prefix, settings.app_id)
    specs = app_topics(names, partitions=settings.partitions, family_topics=False, kept_for_ever=True)
    await ensure(settings.kafka, specs)
    command = [sys.executable, "-m", "intentflow", "worker"]
    worker: subprocess.Popen[bytes] = started(command, environment(settings), folder / "idle.log")
    try:
        async with asyncio.timeout(PATIENCE):
            while not await asyncio.to_thread(_is_ready, port):
                if worker.poll() is not None:
                    raise RuntimeError((folder / "idle.log").read_text(errors="replace")[-2000:])
                await asyncio.sleep(0.2)
        return sum(proportional(pid) for pid in family(worker.pid))
    finally:
        worker.terminate()
        worker.wait(30)


def family(pid: int) -> list[int]:
    """A process and all that came of it."""
    told = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(each for child in told for each in family(int(child)))]


def proportional(pid: int) -> int:
    """Bytes that a process has in memory, its share of what it has together with others."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    (kilobytes,) = (line.split()[1] for line in lines if line.startswith("Pss:"))
    return int(kilobytes) * 1024


def _is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
