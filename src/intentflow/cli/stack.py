"""`intentflow up` and `intentflow down`: the embedded stack and all that runs on it, until Ctrl-C."""

import asyncio
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from intentflow.adapters.embedded_parts import EmbeddedParts
from intentflow.adapters.offsets import Offsets, Places, records
from intentflow.adapters.probe import answers
from intentflow.adapters.stack import EmbeddedStack, command_line, down, find_running, owner_of, settings_at, wipe
from intentflow.adapters.topic_specs import topics_of
from intentflow.adapters.topics import ensure
from intentflow.cli.opened import Doors, delivers, opened, parts_of
from intentflow.cli.options import ModelOption
from intentflow.cli.telling import Teller
from intentflow.domain.rules import ScoringModel
from intentflow.errors import ConfigError, ServerMissingError
from intentflow.model.load import load
from intentflow.settings import Settings
from intentflow.wire.changes import decode_change
from intentflow.wire.topic_names import TopicNames

OWNER_SECONDS = 20.0  # that an `intentflow up` may take to end
DOOR_SECONDS = 20.0  # that the doors may take to open before it is said that they have not
out = Console()
DATA = Annotated[Path, typer.Option(help="Folder that everything is kept in.")]


def up(
    data: DATA = Path(".intentflow"),
    model: ModelOption = None,
    kafka_port: Annotated[int, typer.Option(help="Kafka's port on 127.0.0.1; 0 is a free one.")] = 9092,
    valkey_port: Annotated[int, typer.Option(help="Valkey's port on 127.0.0.1; 0 is a free one.")] = 6379,
    collector_port: Annotated[int | None, typer.Option(help="Port of the collector; default 8080.")] = None,
    console_port: Annotated[int | None, typer.Option(help="Port of the console; default 8081.")] = None,
    metrics_port: Annotated[int | None, typer.Option(help="Prometheus port of the worker; 0: no part has one.")] = None,
    java: Annotated[Path | None, typer.Option(help="A Java of your own; default: the one that came along.")] = None,
) -> None:
    """Start all of it on this machine, and serve until Ctrl-C: Apache Kafka, Valkey, worker, collector and console.

    No root, no Docker: the servers come out of Python packages. Data stays in the folder; the next start finds it again. With a list of
    endpoints (deliver.yaml) changes are delivered to them too.
    """
    if find_running(data) is not None:
        raise ConfigError(f"a stack already runs in {data}: use it, or end it with `intentflow down`")
    given = {
        "model": model, "metrics_port": metrics_port, "collector_port": collector_port, "console_port": console_port,
    }  # fmt: skip
    if metrics_port == 0:
        given |= dict.fromkeys(("collector_metrics_port", "projector_metrics_port", "deliver_metrics_port"), 0)
    settings = Settings().model_copy(update={"data": data, **{k: v for k, v in given.items() if v is not None}})
    rules = load(settings.model)
    stack = EmbeddedStack(data, kafka_port=kafka_port, valkey_port=valkey_port, java=java)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        out.print("Starting Apache Kafka and Valkey ...")
        with stack:
            settings, doors = opened(settings_at(settings, stack.addresses))
            begin = asyncio.run(_ends_of_changes(settings))
            with EmbeddedParts(settings, parts_of(settings)) as parts:
                try:
                    _wait_for(parts, doors)
                    asyncio.run(_serve(settings, rules, stack, parts, doors, begin))
                except KeyboardInterrupt:
                    out.print("\nStopping ...")
                    raise
    out.print(
        f"Stopped. The data is in {data}; `intentflow up` finds it again, `intentflow down --wipe` deletes it.",
        soft_wrap=True,
    )


def _wait_for(parts: EmbeddedParts, doors: Doors) -> None:
    """The collector takes events and the console is open; which is not within DOOR_SECONDS is said. Raises what they ended of."""
    deadline = time.monotonic() + DOOR_SECONDS
    for address in (f"{doors.collector}/ready", doors.console.partition("?")[0] + "healthz"):
        while (why_not := answers(address)) and time.monotonic() < deadline:
            parts.require_alive()
            time.sleep(0.1)
        if why_not:
            out.print(f"{address} does not answer yet: {escape(why_not)}", style="yellow", soft_wrap=True)


async def _ends_of_changes(settings: Settings) -> Places:
    """The topics are there. Where the changes begin that are yet to come: what an earlier run brought is not told again."""
    await ensure(settings.kafka, topics_of(settings))
    async with Offsets(settings.kafka) as offsets:
        return await offsets.ends([_names(settings).changes], settings.partitions)


async def _serve(
    settings: Settings, rules: ScoringModel, stack: EmbeddedStack, parts: EmbeddedParts, doors: Doors, begin: Places
) -> None:
    _welcome(settings, stack, doors)
    watching = asyncio.create_task(_tell(settings, Teller(rules), begin))
    while True:
        await asyncio.sleep(0.5)
        for ended in parts.look_after():
            out.print(f"[yellow]{ended}[/]\nIt is started again.", soft_wrap=True)
        if (gone := stack.ended()) is not None and stack.is_dismissed:
            out.print("\n`intentflow down` was said. Stopping ...")
            watching.cancel()
            return
        if gone is not None:
            out.print(f"[yellow]{gone}[/]\nIt is started again ...", soft_wrap=True)
            stack.revive()
        if watching.done():
            with suppress(ServerMissingError):
                watching.result()
            watching = asyncio.create_task(_tell(settings, Teller(rules), begin))


async def _tell(settings: Settings, teller: Teller, begin: Places) -> None:
    """Every change as it comes, from where `begin` says; it is moved on, so that who begins again goes on there."""
    changes = _names(settings).changes
    async for record in records(settings.kafka, [changes], settings.partitions, follow=True, begin=begin):
        out.print(teller.line(decode_change(record.value)), soft_wrap=True)
        begin[record.topic, record.partition] = record.offset + 1


def _names(settings: Settings) -> TopicNames:
    return TopicNames(settings.prefix, settings.app_id)


def _welcome(settings: Settings, stack: EmbeddedStack, doors: Doors) -> None:
    names = _names(settings)
    redis = stack.addresses.redis_url or "off"
    metrics = f"http://127.0.0.1:{settings.metrics_port}/metrics" if settings.metrics_port else "off"
    delivering = f"\n  deliver    to the endpoints of {settings.deliver_endpoints}" if delivers(settings) else ""
    out.print(f"""
[bold]intentflow is up[/] with the model [bold]{settings.model}[/]. Stop it with Ctrl-C.

  console    [bold]{doors.console}[/]
  collector  {doors.collector}   write key [bold]{doors.key}[/]
  Kafka      {settings.bootstrap}   events go to [bold]{names.events}[/], changes come from [bold]{names.changes}[/]
  Valkey     {redis}
  metrics    {metrics}{delivering}
  data       {settings.data}/   (each part's log is there: worker.log, collector.log, console.log)

Try it in another terminal:    [bold].venv/bin/intentflow simulate[/]
or send one event by hand:

  curl -u {doors.key}: -H 'content-type: application/json' {doors.collector}/v1/track \\
    -d '{{"userId": "anna", "event": "Newsletter Signed Up", "messageId": "1"}}'

and then, for any lead below:  [bold].venv/bin/intentflow explain LEAD[/]

Changes as they come:""", soft_wrap=True)  # fmt: skip


def down_(
    data: DATA = Path(".intentflow"),
    wipe_: Annotated[bool, typer.Option("--wipe", help="Delete the data too.")] = False,
) -> None:
    """End the embedded stack that runs in a folder, whoever started it; --wipe deletes its data."""
    owner = owner_of(data)
    found = down(data)
    if found:
        _wait_for_the_end_of(owner)
    out.print("Stopped." if found else f"No stack runs in {data}.")
    if wipe_:
        wipe(data)
        out.print(f"The data in {data} is deleted.")


def _wait_for_the_end_of(owner: int) -> None:
    """Whoever started the stack has stopped what ran on it, and the folder is free. Not for ever: it may be no `up`."""
    deadline = time.monotonic() + OWNER_SECONDS
    while command_line(owner) and time.monotonic() < deadline:
        time.sleep(0.1)
