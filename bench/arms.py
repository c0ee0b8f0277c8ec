"""The peers of the same run: bare consumers, and stock Faust."""

import asyncio
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import msgspec
from msgspec import Struct

from intentflow.adapters.offsets import Offsets
from intentflow.domain.event import AnyEvent

CORE = "1"  # the worker's; the broker has the other


class Figure(Struct, frozen=True):
    """One arm's result. `correct`: its answer was checked; without that there is no figure."""

    name: str
    events_per_second: float
    cpu_us_per_event: float
    correct: bool
    note: str = ""


def pinned(command: list[str]) -> list[str]:
    """The command on the worker's core alone, where that can be said."""
    return ["taskset", "-c", CORE, *command] if (os.cpu_count() or 1) > 1 and shutil.which("taskset") else command


def started(command: list[str], env: dict[str, str], log: Path) -> "subprocess.Popen[bytes]":
    """A worker on its core, its output in a file."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as out:
        return subprocess.Popen(pinned(command), env=env, stdout=out, stderr=subprocess.STDOUT)


def bare(name: str, bootstrap: str, topic: str, partitions: int, count: int) -> Figure:
    """A bare consumer that decodes every event, in a process of its own."""
    run = subprocess.run(
        pinned([sys.executable, "-m", "bench.bare", name, bootstrap, topic, str(partitions), str(count)]),
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    seconds, cpu, read = msgspec.json.decode(run.stdout, type=tuple[float, float, int])
    return Figure(name, read / seconds, cpu / read * 1e6, read == count)


async def aiokafka_consumer(bootstrap: str, topic: str, partitions: int, count: int) -> tuple[float, float, int]:
    """Seconds, CPU seconds and events of aiokafka's `getmany`."""
    from aiokafka import AIOKafkaConsumer, TopicPartition

    decode = msgspec.json.Decoder(AnyEvent).decode
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap, auto_offset_reset="earliest", max_partition_fetch_bytes=4 << 20, fetch_max_bytes=64 << 20,
        fetch_max_wait_ms=20, check_crcs=False,
    )  # fmt: skip
    await consumer.start()
    consumer.assign([TopicPartition(topic, number) for number in range(partitions)])
    await consumer.seek_to_beginning()
    begun, cpu, read = time.perf_counter(), time.process_time(), 0
    while read < count:
        for records in (await consumer.getmany(timeout_ms=1000)).values():
            for record in records:
                decode(record.value)
            read += len(records)
    taken = time.perf_counter() - begun, time.process_time() - cpu, read
    await consumer.stop()
    return taken


def librdkafka_consumer(bootstrap: str, topic: str, partitions: int, count: int) -> tuple[float, float, int]:
    """The same of librdkafka's `consume`, tuned so that it doesn't wait."""
    from confluent_kafka import Consumer, TopicPartition

    decode = msgspec.json.Decoder(AnyEvent).decode
    consumer = Consumer({
        "bootstrap.servers": bootstrap, "group.id": "bare", "enable.auto.commit": False, "check.crcs": False,
        "fetch.message.max.bytes": 4 << 20, "queued.max.messages.kbytes": 262_144, "queued.min.messages": 1_000_000,
        "fetch.wait.max.ms": 20,
    })  # fmt: skip
    consumer.assign([TopicPartition(topic, number, 0) for number in range(partitions)])
    begun, cpu, read = time.perf_counter(), time.process_time(), 0
    while read < count:
        messages = consumer.consume(1, 1.0) + consumer.consume(10_000, 0)
        for message in messages:
            decode(message.value() or b"")
        read += len(messages)
    taken = time.perf_counter() - begun, time.process_time() - cpu, read
    consumer.close()
    return taken


async def stock_faust(bootstrap: str, topic: str, partitions: int, count: int, folder: Path) -> Figure:
    """Stock Faust with one table write per event, timed by what it has committed; checked by counting its changelog."""
    app = f"bench-faust-{os.getpid()}"
    said = {"APP": app, "BOOTSTRAP": bootstrap, "TOPIC": topic, "PARTITIONS": str(partitions), "DATA": str(folder)}
    env = {**os.environ, **{f"BENCH_{name}": value for name, value in said.items()}}
    command = [sys.executable, "-m", "faust", "-A", "bench.stock_faust", "worker", "-l", "warn", "--without-web"]
    process = started(command, env, folder / "faust.log")
    try:
        async with Offsets(bootstrap) as offsets:
            rate, cpu = await timed(offsets, app, topic, count, process)
            ends = await offsets.ends([f"{app}-counts-changelog"], partitions)
    finally:
        process.terminate()
        process.wait()
    return Figure("faust", rate, cpu, sum(ends.values()) == count, f"{count:,} events, one table write each")


async def timed(
    offsets: Offsets, group: str, topic: str, count: int, process: subprocess.Popen[bytes], patience: float = 240.0
) -> tuple[float, float]:
    """Events a second and CPU µs an event, from the first commit seen to the last. Raises TimeoutError."""
    first: tuple[float, float, int] | None = None
    until = time.monotonic() + patience
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"{group} ended with exit code {process.returncode}: see its log")
        done = sum(offset for (name, _), offset in (await offsets.committed(group)).items() if name == topic)
        now = time.perf_counter(), cpu_seconds(process.pid), done
        if first is None and done:
            first = now
        if first is not None and done >= count:
            events = max(1, done - first[2])
            return events / (now[0] - first[0]), (now[1] - first[1]) / events * 1e6
        await asyncio.sleep(0.05)
    raise TimeoutError(f"{group} did not commit {count} events of {topic} within {patience:.0f} s")


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
