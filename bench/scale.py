"""`make bench-scale`: 1, 2 and 4 worker processes on this machine's cores, 12 partitions, every event another lead's, full `retail`.

For each number of workers: how many events a second all of them do; then how long a partition stands still when one more worker joins,
and when one is told to end, while 300 000 events wait. Workers are halted (SIGSTOP) while events are sent, so that all of them do wait.
Nobody has a core of its own: workers, Kafka and this program share what there is, as they would. More processes than cores can only show
what they cost. Writes `bench/out/scale.json`.
"""

import argparse
import asyncio
import contextlib
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median

import msgspec
from msgspec import Struct
from rich.console import Console
from rich.table import Table

from bench.__main__ import quiet
from bench.arms import cpu_seconds
from bench.ours import Events, settings_of
from bench.payloads import events
from intentflow.adapters.embedded_command import environment
from intentflow.adapters.embedded_kafka import EmbeddedKafka
from intentflow.adapters.offsets import Offsets
from intentflow.adapters.producing import BatchProducer
from intentflow.adapters.topic_specs import app_topics
from intentflow.adapters.topics import ensure
from intentflow.replay.ledger import equation, read_logs
from intentflow.settings import Settings
from intentflow.wire.murmur2 import partition_of
from intentflow.wire.topic_names import TopicNames

OUT = Path(__file__).parent / "out" / "scale.json"
WORKERS = (1, 2, 4)
PARTITIONS = 12
WAITING = 300_000
SETTLE = 2.0  # seconds from a stable group to partitions that are read
EVERY = 0.05  # seconds between looks at what is committed
PATIENCE = 180.0
SESSION = 60.0  # seconds that a worker may be halted
out = Console(stderr=True, width=150)
Sample = tuple[
    float, dict[int, int], float
]  # seconds, the committed offset of each partition, processor time of all workers


class Stand(Struct, frozen=True):
    """How long partitions stood still, in seconds, each the longest time while events waited for it."""

    median: float
    longest: float


class Row(Struct, frozen=True):
    """So many workers."""

    workers: int
    events_per_second: float  # of all
    cpu_us_per_event: float
    usual: Stand  # while nobody came or went
    joins: Stand
    leaves: Stand
    wrong: str


def standing(samples: Sequence[Sample], ends: Mapping[int, int]) -> Stand:
    """What the longest standstill of each partition was, as far as something waited for it: its log ends at `ends`."""
    longest = dict.fromkeys(ends, 0.0)
    for number, end in ends.items():
        since, at = samples[0][0], samples[0][1].get(number, 0)
        for moment, committed, _ in samples:
            if at >= end:
                break
            if committed.get(number, 0) > at:
                longest[number] = max(longest[number], moment - since)
                since, at = moment, committed[number]
        else:
            longest[number] = max(longest[number], samples[-1][0] - since) if at < end else longest[number]
    return Stand(median(longest.values()), max(longest.values()))


class Crew:
    """Workers of one app, and what is sent to them."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.settings, self.names, self.folder = settings, TopicNames(settings.prefix, settings.app_id), folder
        self.processes: list[subprocess.Popen[bytes]] = []
        self.sent = 0

    def join(self) -> None:
        """One more worker."""
        command = [sys.executable, "-m", "faust", "-A", "streams.scoring", "worker", "-l", "warn"]
        log = self.folder / f"scale-{self.settings.app_id}-{len(self.processes)}.log"
        with log.open("wb") as said:
            self.processes.append(
                subprocess.Popen(command, env=environment(self.settings), stdout=said, stderr=subprocess.STDOUT)
            )

    def leave(self) -> None:
        """The newest one is told to end."""
        self.processes[-1].terminate()

    def end(self) -> None:
        """All of them."""
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(30)
            finally:
                process.kill()

    @property
    def cpu(self) -> float:
        """Seconds of processor time of those that run."""
        return sum(cpu_seconds(process.pid) for process in self.processes if process.poll() is None)

    async def send(self, some: Events) -> None:
        """These events are on the topic, and nobody has read one of them."""
        for process in self.processes:
            process.send_signal(signal.SIGSTOP)
        async with BatchProducer(self.settings.kafka) as producer:
            for moment, key, value in some:
                await producer.add(self.names.events, partition_of(key, PARTITIONS), key, value, moment)
        self.sent += len(some)
        for process in self.processes:
            process.send_signal(signal.SIGCONT)

    async def complete(self, workers: int) -> None:
        """So many are in the group, and it is stable. Raises TimeoutError."""
        from confluent_kafka import ConsumerGroupState, KafkaException
        from confluent_kafka.admin import AdminClient

        admin, group = AdminClient({"bootstrap.servers": self.settings.bootstrap}), self.settings.app_id
        async with asyncio.timeout(PATIENCE):
            while True:
                with contextlib.suppress(KafkaException):  # while the broker still loads its groups
                    found = await asyncio.to_thread(admin.describe_consumer_groups([group])[group].result)
                    if found.state is ConsumerGroupState.STABLE and len(found.members) == workers:
                        return
                await asyncio.sleep(0.2)

    async def watched(
        self, offsets: Offsets, then: Callable[[], None] | None = None
    ) -> tuple[list[Sample], dict[int, int]]:
        """What is committed from now until all is; `then` is done at the beginning. Raises TimeoutError."""
        ends = {number: end for (_, number), end in (await offsets.ends([self.names.events], PARTITIONS)).items()}
        samples: list[Sample] = []
        if then is not None:
            then()
        async with asyncio.timeout(PATIENCE):
            while True:
                found = await offsets.committed(self.settings.app_id)
                at = {number: offset for (topic, number), offset in found.items() if topic == self.names.events}
                samples.append((time.monotonic(), at, self.cpu))
                if all(at.get(number, 0) >= end for number, end in ends.items()):
                    return samples, ends
                await asyncio.sleep(EVERY)


async def measured(workers: int, bootstrap: str, folder: Path, made: Events, waiting: int) -> Row:
    """One row: throughput, one joins, one leaves."""
    crew = Crew(
        settings_of(f"scale{workers}", bootstrap, folder, PARTITIONS).model_copy(update={"session_timeout": SESSION}),
        folder,
    )
    specs = app_topics(crew.names, partitions=PARTITIONS, family_topics=False, kept_for_ever=True)
    await ensure(crew.settings.kafka, specs)
    async with Offsets(crew.settings.kafka) as offsets:
        try:
            for _ in range(workers):
                crew.join()
            await crew.complete(workers)
            await asyncio.sleep(SETTLE)
            await crew.send(made[:waiting])
            rate, cost, usual = rate_of(*await crew.watched(offsets))
            out.print(f"{workers} workers: {rate:,.0f} events/s; one joins ...")
            await crew.send(made[waiting : 2 * waiting])
            joins = standing(*await crew.watched(offsets, crew.join))
            await crew.complete(workers + 1)
            await asyncio.sleep(SETTLE)
            out.print("one leaves ...")
            await crew.send(made[2 * waiting :])
            leaves = standing(*await crew.watched(offsets, crew.leave))
        finally:
            crew.end()
        books = await equation(
            offsets, crew.names, [crew.names.events], await read_logs(crew.settings.kafka, crew.names)
        )
    wrong = "" if books.holds and books.came_in == crew.sent else f"{crew.sent:,} were sent, and the books say {books}"
    return Row(workers, rate, cost, usual, joins, leaves, wrong)


def rate_of(samples: list[Sample], ends: Mapping[int, int]) -> tuple[float, float, Stand]:
    """Events a second, processor time of one in µs, and standstills."""
    (begun, had, cpu), (ended, have, cpu_in_all) = samples[0], samples[-1]
    count = sum(have.values()) - sum(had.values())
    return count / (ended - begun), (cpu_in_all - cpu) / count * 1e6, standing(samples, ends)


def report(rows: list[Row], waiting: int) -> int:
    """The table, and the file."""
    table = Table("workers", "events/s", "µs CPU/event", "stands still: usual", "one joins", "one leaves", "")
    for row in rows:
        stands = [f"{stand.median:.2f} / {stand.longest:.2f} s" for stand in (row.usual, row.joins, row.leaves)]
        pace = f"{row.events_per_second:,.0f}", f"{row.cpu_us_per_event:.1f}"
        table.add_row(str(row.workers), *pace, *stands, row.wrong or "right")
    out.print(table)
    out.print(
        f"{os.cpu_count()} cores for workers, Kafka and this program; standstills are median / longest over {PARTITIONS} partitions"
    )
    OUT.parent.mkdir(exist_ok=True)
    machine = {"python": platform.python_version(), "cores": os.cpu_count(), "system": platform.platform()}
    OUT.write_bytes(
        msgspec.json.format(
            msgspec.json.encode({"rows": rows, "waiting": waiting, "machine": machine, "load": os.getloadavg()})
        )
    )
    return 1 if any(row.wrong for row in rows) else 0


def main() -> int:
    """Exit code 0 if the books of every row add up."""
    parser = argparse.ArgumentParser(prog="python -m bench.scale", description=__doc__)
    parser.add_argument("--waiting", type=int, default=WAITING, help=f"events that wait (default {WAITING:,})")
    parser.add_argument("--workers", type=int, nargs="+", default=list(WORKERS), help="numbers of worker processes")
    given = parser.parse_args()
    quiet()
    out.print(f"making {3 * given.waiting:,} events ...")
    made = list(events("uniform", 3 * given.waiting, int(time.time() * 1000)))
    with tempfile.TemporaryDirectory() as folder, EmbeddedKafka(Path(folder), heap_mb=1024) as kafka:
        rows = [
            asyncio.run(measured(number, kafka.bootstrap, Path(folder), made, given.waiting))
            for number in given.workers
        ]
    return report(rows, given.waiting)


if __name__ == "__main__":
    raise SystemExit(main())
