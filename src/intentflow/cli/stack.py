"""`intentflow up` and `intentflow down`: the embedded stack with a worker, until Ctrl-C."""

import asyncio
import signal
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from intentflow.adapters.embedded_command import EmbeddedCommand
from intentflow.adapters.offsets import records
from intentflow.adapters.stack import EmbeddedStack, down, find_running, settings_at, wipe
from intentflow.adapters.topic_specs import topics_of
from intentflow.adapters.topics import ensure
from intentflow.cli.telling import Teller
from intentflow.domain.rules import ScoringModel
from intentflow.errors import ConfigError
from intentflow.model.load import load
from intentflow.settings import Settings
from intentflow.wire.changes import decode_change
from intentflow.wire.topic_names import TopicNames

out = Console()
DATA = Annotated[Path, typer.Option(help="Folder that everything is kept in.")]


def up(
    data: DATA = Path(".intentflow"),
    model: Annotated[str | None, typer.Option(help="The scoring model: a shipped one's name, or a file.")] = None,
    kafka_port: Annotated[int, typer.Option(help="Kafka's port on 127.0.0.1; 0 is a free one.")] = 9092,
    valkey_port: Annotated[int, typer.Option(help="Valkey's port on 127.0.0.1; 0 is a free one.")] = 6379,
    metrics_port: Annotated[int | None, typer.Option(help="Prometheus port of the worker; 0 is none.")] = None,
    java: Annotated[Path | None, typer.Option(help="A Java of your own; default: the one that came along.")] = None,
) -> None:
    """Start Apache Kafka, Valkey and a scoring worker on this machine, and serve until Ctrl-C.

    No root, no Docker: the servers come out of Python packages. Data stays in the folder; the next start finds it again.
    """
    if find_running(data) is not None:
        raise ConfigError(f"a stack already runs in {data}: use it, or end it with `intentflow down`")
    given = {"model": model, "metrics_port": metrics_port}
    settings = Settings().model_copy(update={"data": data, **{k: v for k, v in given.items() if v is not None}})
    rules = load(settings.model)
    stack = EmbeddedStack(data, kafka_port=kafka_port, valkey_port=valkey_port, java=java)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        out.print("Starting Apache Kafka and Valkey ...")
        with stack:
            settings = settings_at(settings, stack.addresses)
            with EmbeddedCommand("worker", settings, data / "worker.log") as worker:
                asyncio.run(_serve(settings, rules, stack, worker))
            out.print("\nStopping ...")
    out.print(f"Stopped. The data is in {data}; `intentflow up` finds it again, `intentflow down --wipe` deletes it.")


async def _serve(settings: Settings, rules: ScoringModel, stack: EmbeddedStack, worker: EmbeddedCommand) -> None:
    names = TopicNames(settings.prefix, settings.app_id)
    await ensure(settings.kafka, topics_of(settings))
    _welcome(settings, names, stack)
    watching = asyncio.create_task(_tell(settings, names, Teller(rules)))
    try:
        while True:
            await asyncio.sleep(0.5)
            worker.require_alive()
            if (ended := stack.ended()) is not None:
                raise ended
            if watching.done():
                watching.result()
    finally:
        watching.cancel()


async def _tell(settings: Settings, names: TopicNames, teller: Teller) -> None:
    """Every change as it comes."""
    async for record in records(settings.kafka, [names.changes], settings.partitions, follow=True):
        out.print(teller.line(decode_change(record.value)), soft_wrap=True)


def _welcome(settings: Settings, names: TopicNames, stack: EmbeddedStack) -> None:
    redis = stack.addresses.redis_url or "off"
    metrics = f"http://127.0.0.1:{settings.metrics_port}/metrics" if settings.metrics_port else "off"
    out.print(f"""
[bold]intentflow is up[/] with the model [bold]{settings.model}[/]. Stop it with Ctrl-C.

  Kafka      {settings.bootstrap}
  Valkey     {redis}
  metrics    {metrics}
  events     topic [bold]{names.events}[/], key l:<lead id> or v:<visitor id>, partitioner murmur2
  changes    topic [bold]{names.changes}[/]
  data       {settings.data}/   (the worker's log is worker.log)

Try it in another terminal:   [bold].venv/bin/intentflow simulate[/]
and then, for any lead below: [bold].venv/bin/intentflow explain LEAD[/]

Changes as they come:""")


def down_(
    data: DATA = Path(".intentflow"),
    wipe_: Annotated[bool, typer.Option("--wipe", help="Delete the data too.")] = False,
) -> None:
    """End the embedded stack that runs in a folder, whoever started it; --wipe deletes its data."""
    out.print("Stopped." if down(data) else f"No stack runs in {data}.")
    if wipe_:
        wipe(data)
        out.print(f"The data in {data} is deleted.")
