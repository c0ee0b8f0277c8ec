"""`make bench`: every arm in one run, on one broker, over the same topics and payloads. Writes `bench/out/latest.json`."""

import argparse
import asyncio
import logging
import os
import platform
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from bench.arms import Figure, bare, stock_faust
from bench.ours import Events, intentflow, settings_of
from bench.payloads import events
from bench.process import idle_bytes
from bench.recovery import Recovery, recovery
from intentflow import compiled
from intentflow.adapters.producing import BatchProducer
from intentflow.adapters.stack import EmbeddedStack
from intentflow.adapters.topic_specs import app_topics
from intentflow.adapters.topics import ensure
from intentflow.model.load import load
from intentflow.settings import Settings
from intentflow.wire.murmur2 import partition_of
from intentflow.wire.topic_names import TopicNames

OUT = Path(__file__).parent / "out" / "latest.json"
PARTITIONS = 8
out = Console(stderr=True)


async def fill(settings: Settings, filled: Events, first: int = 0) -> TopicNames:
    """The events are on their topic."""
    names = TopicNames(settings.prefix, settings.app_id)
    await ensure(settings.kafka, app_topics(names, partitions=PARTITIONS, family_topics=False, kept_for_ever=True))
    async with BatchProducer(settings.kafka) as producer:
        for moment, key, value in filled[first:]:
            await producer.add(names.events, partition_of(key, PARTITIONS), key, value, moment)
    return names


async def run(bootstrap: str, folder: Path, count: int, faust: int) -> tuple[list[Figure], Recovery, int]:
    """All arms, one after the other, recovery, and the bytes of a worker that has nothing to do."""
    model, until = load("retail"), int(time.time() * 1000)
    arms: list[Figure] = []
    for kind in ("zipf", "uniform"):
        out.print(f"making {count:,} events, {kind} ...")
        made = list(events(kind, count, until))
        settings = settings_of(kind, bootstrap, folder, PARTITIONS)
        names = await fill(settings, made)
        if kind == "zipf":
            for name in ("bare-aiokafka", "bare-librdkafka"):
                out.print(f"{name} ...")
                arms.append(bare(name, bootstrap, names.events, PARTITIONS, count))
            out.print(f"stock Faust, {faust:,} of the same events ...")
            few = await fill(settings_of("faust", bootstrap, folder, PARTITIONS), made[:faust])
            arms.append(await stock_faust(bootstrap, few.events, PARTITIONS, faust, folder))
        out.print(f"intentflow-{kind}, and the reference after it ...")
        arms.append(await intentflow(f"intentflow-{kind}", settings, model, made, folder))
        out.print(arms[-1])
    out.print("recovery, and workers that are killed ...")
    recovered = await recovery(settings_of("recovery", bootstrap, folder, PARTITIONS), folder)
    return arms, recovered, await idle_bytes(settings_of("idle", bootstrap, folder, PARTITIONS), folder)


@contextmanager
def pinned_stack(folder: Path) -> Iterator[EmbeddedStack]:
    """One Apache Kafka, on the core that the worker does not have."""
    with EmbeddedStack(folder, kafka_port=0, valkey=False, heap_mb=1024) as stack:
        if shutil.which("taskset"):
            subprocess.run(
                ["taskset", "-a", "-p", "-c", "0", str(stack.kafka.pid)], check=True, stdout=subprocess.DEVNULL
            )
        yield stack


def quiet() -> None:
    """The client's own talk of leaders that it retries is no finding of ours."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)


def show(arms: list[Figure]) -> None:
    """The table; an arm whose answer was wrong has no figure."""
    base = next(arm for arm in arms if arm.name == "faust")
    table = Table("arm", "events/s", "µs CPU", "times Faust", "by CPU", "correct", "", box=None)
    table.columns[0].no_wrap = True
    for arm in arms:
        rate = f"{arm.events_per_second:,.0f}" if arm.correct else "-"
        times = f"{arm.events_per_second / base.events_per_second:.1f}" if arm.correct else "-"
        by_cpu = f"{base.cpu_us_per_event / arm.cpu_us_per_event:.1f}" if arm.correct else "-"
        table.add_row(
            arm.name, rate, f"{arm.cpu_us_per_event:.2f}", times, by_cpu, "yes" if arm.correct else "NO", arm.note
        )
    out.print(table)


def main() -> int:
    """Exit code 0 if every answer was right."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--events", type=int, default=200_000, help="of each intentflow arm and bare consumer (default 200 000)"
    )
    parser.add_argument(
        "--faust-events", type=int, default=100_000, help="of stock Faust, which is slow (default 100 000)"
    )
    given = parser.parse_args()
    quiet()
    load_before = round(os.getloadavg()[0], 1)
    with tempfile.TemporaryDirectory() as folder, pinned_stack(Path(folder)) as stack:
        arms, recovered, idle = asyncio.run(
            run(stack.addresses.bootstrap, Path(folder), given.events, given.faust_events)
        )
    show(arms)
    waits = ", ".join(f"{seconds:.1f}" for seconds in recovered.seconds_to_first_event)
    out.print(
        f"{recovered.leads:,} leads restored at {recovered.leads_per_second:,.0f}/s; from SIGKILL to the next event counted: {waits} s"
    )
    OUT.parent.mkdir(exist_ok=True)
    machine = {
        "python": platform.python_version(), "cores": os.cpu_count(), "system": platform.platform(), "load": load_before,
        "core": "compiled" if compiled.in_force() else "plain Python",
    }  # fmt: skip
    OUT.write_bytes(
        msgspec.json.format(
            msgspec.json.encode(
                {"arms": arms, "recovery": recovered, "process_bytes": idle, "machine": machine, "events": given.events}
            )
        )
    )
    out.print(f"written to {OUT}")
    return 0 if all(arm.correct for arm in arms) else 1


if __name__ == "__main__":
    raise SystemExit(main())
