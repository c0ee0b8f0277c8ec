"""`intentflow demo`: thirty days of a shop's traffic in half a minute, over real Kafka, with the books checked at the end."""

import asyncio
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
from rich.table import Table

from intentflow.adapters.embedded_parts import EmbeddedParts
from intentflow.adapters.offsets import Offsets, records
from intentflow.adapters.producing import BatchProducer
from intentflow.adapters.server_process import free_port
from intentflow.adapters.stack import EmbeddedStack, settings_at, wipe
from intentflow.adapters.topic_specs import app_topics
from intentflow.adapters.topics import ensure
from intentflow.cli.telling import Teller
from intentflow.console.running import address_of
from intentflow.console.tokens import make_token
from intentflow.domain.change import QualificationChange, rfc3339
from intentflow.domain.fold import Fold
from intentflow.domain.rules import ScoringModel
from intentflow.model.load import load
from intentflow.replay.ledger import Equation, equation, read_logs
from intentflow.replay.result import stages_of
from intentflow.settings import Settings
from intentflow.simulate import traffic
from intentflow.wire.changes import decode_change
from intentflow.wire.control import encode_clock
from intentflow.wire.murmur2 import partition_of
from intentflow.wire.topic_names import TopicNames

HOUR = 3_600_000
DAYS = 30
out = Console(emoji=False)  # a key such as `l:a:` is no picture


def demo(
    seed: Annotated[int, typer.Option(help="The same seed makes the same people.")] = 7,
    people: Annotated[int, typer.Option(min=10, help="How many people visit the shop.")] = 2000,
    seconds: Annotated[float, typer.Option(min=0, help="How long the thirty days take.")] = 45.0,
    model: Annotated[str, typer.Option(help="The scoring model: a shipped one's name, or a file.")] = "retail",
    data: Annotated[Path, typer.Option(help="Folder of the demo; emptied before and after.")] = Path(
        ".intentflow/demo"
    ),
    everything: Annotated[bool, typer.Option("--all", help="Print every change, not only the telling ones.")] = False,
    stay: Annotated[bool, typer.Option("--stay", help="Keep the console open afterwards, until Ctrl-C.")] = False,
) -> None:
    """Start the stack, send thirty days of generated traffic at a compressed clock, and show who qualifies and who cools down.

    It can be watched in the console, at the address that is printed.

    Ends by itself: exit code 0 if in = counted + duplicate + rejected, checked against the topics; 1 if not.
    """
    rules, (token, kept) = load(model), make_token("viewer")
    wipe(data)
    settings = Settings(
        app_id="demo",
        prefix="demo",
        model=model,
        clock="records",
        kept_for_ever=True,
        family_topics=False,
        data=data,
        metrics_port=0,
        projector_metrics_port=0,
        console_port=free_port(),
        console_tokens=(kept,),
    )
    out.print("Starting Apache Kafka, Valkey, a scoring worker and the console ...")
    with EmbeddedStack(data, kafka_port=0, valkey_port=0) as stack:
        settings = settings_at(settings, stack.addresses)
        asyncio.run(_ensure(settings))
        with EmbeddedParts(settings, ("worker", "console")) as parts:
            out.print(f"Watch it in the console: [bold]{address_of(settings, token)}[/]\n", soft_wrap=True)
            holds = asyncio.run(Demo(settings, rules, parts, everything).run(seed, people, seconds))
            if stay:
                out.print("The console stays until Ctrl-C.")
                with suppress(KeyboardInterrupt):
                    signal.pause()
    if holds:
        wipe(data)
    raise typer.Exit(0 if holds else 1)


async def _ensure(settings: Settings) -> None:
    names = TopicNames(settings.prefix, settings.app_id)
    specs = app_topics(names, partitions=settings.partitions, family_topics=False, kept_for_ever=True)
    await ensure(settings.kafka, specs)


class Demo:
    """One demo on a running stack."""

    def __init__(self, settings: Settings, rules: ScoringModel, parts: EmbeddedParts, everything: bool) -> None:
        self.settings, self.rules, self.parts, self.everything = settings, rules, parts, everything
        self.names = TopicNames(settings.prefix, settings.app_id)
        self.teller = Teller(rules)
        self.seen: dict[str, QualificationChange] = {}
        self.qualified = {stage.name for stage in rules.stages if stage.treatment != "none"}

    async def run(self, seed: int, people: int, seconds: float) -> bool:
        """Whether the books are right in the end."""
        kafka, names = self.settings.kafka, self.names
        until = int(time.time() * 1000) // HOUR * HOUR
        out.print(f"Sending {DAYS} days of {people:,} people (seed {seed}) to {names.events} on {kafka}.\n")
        with _progress() as progress:
            following = asyncio.create_task(self._follow(progress.console))
            async with Offsets(kafka) as offsets:
                await self._ready(offsets)
                sent = await self._send(progress, seed, people, until, seconds)
                await self._committed(offsets)
                await asyncio.sleep(0.5)
                following.cancel()
                with suppress(asyncio.CancelledError):
                    await following
                logs = await read_logs(kafka, names)
                books = await equation(offsets, names, [names.events], logs)
        stages = stages_of(Fold(self.rules), [row for log in logs.values() for row in log.rows.values()])
        await self._catch_up()
        self._show(stages)
        return self._check(books, sent)

    async def _ready(self, offsets: Offsets) -> None:
        """Wait until the worker has taken its partitions: each has a fence in the changelog then."""
        while not all((await offsets.ends([self.names.changelog], self.settings.partitions)).values()):
            self.parts.look_after()
            await asyncio.sleep(0.2)

    async def _send(self, progress: Progress, seed: int, people: int, until: int, seconds: float) -> int:
        """Send everything, an hour of it at a time, and after each hour the clock; returns how many records."""
        task = progress.add_task("thirty days", total=DAYS * 24)
        hours, begun, sent = 0, time.monotonic(), 0
        first = until - DAYS * 24 * HOUR
        async with BatchProducer(self.settings.kafka) as producer:
            for hour, events in _by_hour(traffic(seed, people, until, DAYS)):
                for timestamp, key, value in events:
                    number = partition_of(key, self.settings.partitions)
                    await producer.add(self.names.events, number, key, value, timestamp)
                    sent += 1
                await self._clock(producer, min(until, (hour + 1) * HOUR))
                hours = max(hours, hour - first // HOUR + 1)
                progress.update(task, completed=hours, description=rfc3339(hour * HOUR)[:10])
                self.parts.look_after()
                await asyncio.sleep(max(0.0, begun + seconds * hours / (DAYS * 24) - time.monotonic()))
            await self._clock(producer, until)
        return sent

    async def _clock(self, producer: BatchProducer, now: int) -> None:
        await producer.flush()
        key, value = encode_clock(now)
        for number in range(self.settings.partitions):
            await producer.add(self.names.control, number, key, value, now)
        await producer.flush()

    async def _follow(self, console: Console) -> None:
        """Print the changes as they come."""
        async for record in records(self.settings.kafka, [self.names.changes], self.settings.partitions, follow=True):
            change = decode_change(record.value)
            if change.id in self.seen:
                continue
            self.seen[change.id] = change
            if self.everything or {change.from_stage, change.to_stage} & self.qualified:
                console.print(self.teller.line(change), soft_wrap=True)

    async def _catch_up(self) -> None:
        async for record in records(self.settings.kafka, [self.names.changes], self.settings.partitions):
            change = decode_change(record.value)
            self.seen.setdefault(change.id, change)

    async def _committed(self, offsets: Offsets) -> None:
        """Wait until the worker is done with everything."""
        ends = await offsets.ends([self.names.events, self.names.control], self.settings.partitions)
        while True:
            committed = await offsets.committed(self.settings.app_id)
            if all(committed.get(tp, 0) >= end for tp, end in ends.items()):
                return
            self.parts.look_after()
            await asyncio.sleep(0.2)

    def _show(self, stages: dict[str, int]) -> None:
        reached = Counter(change.to_stage for change in self.seen.values())
        cooled = Counter(c.to_stage for c in self.seen.values() if c.cause.kind == "decay" and self.teller.falls(c))
        table = Table("stage", "leads now", "times entered", "of these fallen into, by time alone", header_style="bold")
        for column in table.columns[1:]:
            column.justify = "right"
        for stage, count in stages.items():
            table.add_row(stage, f"{count:,}", f"{reached[stage]:,}", f"{cooled[stage]:,}" if cooled[stage] else "")
        out.print(table)
        out.print(f"{len(self.seen):,} changes, {cooled.total():,} of them demotions that time alone caused.\n")

    def _check(self, books: Equation, sent: int) -> bool:
        right = books.holds and books.came_in == sent
        out.print(
            f"[bold]in {books.came_in:,} = counted {books.counted:,} + duplicate {books.duplicate:,} + rejected {books.rejected:,}[/]   "
            + (f"[bold green]holds[/] (sent {sent:,}; {books.published:,} rejections on {self.names.rejections})"
               if right else f"[bold red]does not hold[/]: sent {sent:,}, {books.published:,} rejections on {self.names.rejections}")
        )  # fmt: skip
        return right


def _by_hour(events: Iterator[tuple[int, bytes, bytes]]) -> Iterator[tuple[int, Iterator[tuple[int, bytes, bytes]]]]:
    return groupby(events, key=lambda event: event[0] // HOUR)


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description:<12}"), BarColumn(), TaskProgressColumn(), console=out, transient=True
    )
