"""`intentflow simulate`: the demo's traffic, for one's own cluster."""

import asyncio
import sys
import time
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from intentflow.adapters.producing import BatchProducer
from intentflow.cli.options import BootstrapOption, DataOption
from intentflow.cli.running import settings_for
from intentflow.settings import Settings
from intentflow.simulate import traffic
from intentflow.wire.murmur2 import partition_of
from intentflow.wire.topic_names import TopicNames

err = Console(stderr=True)
BURST = 200


def simulate(
    people: Annotated[int, typer.Option(min=1, help="How many people visit the shop.")] = 200,
    days: Annotated[int, typer.Option(min=1, max=30, help="How many days of theirs; they end now.")] = 7,
    rate: Annotated[float, typer.Option(min=0, help="Events a second; 0: as fast as they go.")] = 500.0,
    seed: Annotated[int, typer.Option(help="The same seed makes the same people.")] = 7,
    bootstrap: BootstrapOption = None,
    data: DataOption = None,
    stdout: Annotated[
        bool, typer.Option("--stdout", help="Write JSON lines instead of sending; input for `replay`.")
    ] = False,
) -> None:
    """Send believable traffic to the events topic: people who browse, sign up, fill carts, abandon them, buy, and go cold."""
    until = int(time.time() * 1000)
    if stdout:
        sys.stdout.buffer.writelines(value + b"\n" for _, _, value in traffic(seed, people, until, days))
        return
    sent = asyncio.run(_send(settings_for(bootstrap, data), people, days, rate, seed, until))
    err.print(f"sent {sent:,} events")


async def _send(settings: Settings, people: int, days: int, rate: float, seed: int, until: int) -> int:
    topic, made = TopicNames(settings.prefix, settings.app_id).events, list(traffic(seed, people, until, days))
    begun = time.monotonic()
    with Progress(
        TextColumn("sending"),
        BarColumn(),
        MofNCompleteColumn(),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    ) as progress:
        task = progress.add_task("sending", total=len(made))
        async with BatchProducer(settings.kafka) as producer:
            for number, (moment, key, value) in enumerate(made):
                await producer.add(topic, partition_of(key, settings.partitions), key, value, moment)
                if number % BURST == 0:
                    progress.update(task, completed=number)
                    await producer.flush()
                    await asyncio.sleep(max(0.0, begun + number / rate - time.monotonic()) if rate else 0)
    return len(made)
