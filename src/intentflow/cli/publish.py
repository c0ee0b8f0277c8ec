"""`intentflow model publish`: a scoring model takes effect for the leads that are there."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Annotated

import typer

from intentflow.adapters.published_models import last_model, publish_model
from intentflow.adapters.topic_specs import topics_of
from intentflow.adapters.topics import ensure
from intentflow.cli.options import BootstrapOption, DataOption
from intentflow.cli.running import settings_for
from intentflow.domain.change import rfc3339
from intentflow.errors import ConfigError
from intentflow.model.diff import differences
from intentflow.model.diff_table import lines
from intentflow.model.findings import located
from intentflow.model.lint import lint, not_agreed
from intentflow.model.load import Reading, read, shipped
from intentflow.settings import Settings
from intentflow.wire.control import ModelRecord
from intentflow.wire.topic_names import TopicNames

FOUND = 1


def publish(
    model: Annotated[
        str | None, typer.Argument(metavar="[FILE|NAME]", help="The model. Default: INTENTFLOW_MODEL, or retail.")
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="FILE|NAME", help="The model before, if it is none of the shipped ones.")
    ] = None,
    anyway: Annotated[bool, typer.Option("--anyway", help="Whatever `model check` finds: a draft, say.")] = False,
    bootstrap: BootstrapOption = None,
    data: DataOption = None,
) -> None:
    """Let a model take effect: a record on every partition of the control topic says so.

    Workers that run this model judge every lead by it at once, events or none; workers that run another one say so in their logs and
    go on. A worker that was started with another model than before does the same by itself, unless its clock is `records`.

    Exit code 0: it is written. 1: it is a draft, or `model check` finds something, and nothing is written. 2: it cannot be used.
    """
    settings = settings_for(bootstrap, data, model=model)
    reading = read(settings.model)
    if findings := (*not_agreed(reading), *lint(reading, today=datetime.now(UTC).date())):
        typer.echo("\n".join(f"{located(reading.document.file, finding)} [{finding.rule}]" for finding in findings))
        if not anyway:
            typer.echo("not published: mend it, or say --anyway", err=True)
            raise typer.Exit(FOUND)
    topic = TopicNames(settings.prefix, settings.app_id).control
    asyncio.run(_topic_is_there(settings, topic))
    before = asyncio.run(last_model(settings.kafka, topic, settings.partitions))
    for line in told(before, reading, since):
        typer.echo(line)
    now = int(time.time() * 1000)
    asyncio.run(publish_model(settings.kafka, topic, settings.partitions, reading.model.hash, now))
    typer.echo(f"{_name(reading)} takes effect at {rfc3339(now)}, on {settings.partitions} partitions of {topic}")


async def _topic_is_there(settings: Settings, topic: str) -> None:
    await ensure(settings.kafka, [spec for spec in topics_of(settings) if spec.name == topic])


def told(before: ModelRecord | None, now: Reading, since: str | None) -> list[str]:
    """What a new model does to leads that were judged by the one before, line by line.

    Raises `ConfigError` if `since` is not the one before.
    """
    if before is None:
        return ["no model was published before"]
    when = f"the model before took effect at {rfc3339(before.at)}"
    if before.model == now.model.hash:
        return [f"{when}, and is this one"]
    old = _reading_of(before, since)
    if old is None:
        name = f"{when}; its hash is {before.model[:12]}"
        return [f"{name}. Name its file with --since to see what cannot be carried over"]
    found = tuple(one for one in differences(old, now) if one.carried is not None and one.carried.how != "at once")
    if not found:
        return [f"{when}: {_name(old)}. All that is different applies to leads at once"]
    return [f"{when}: {_name(old)}. Of what is different, this does not apply to leads at once:", *lines(found)]


def _reading_of(before: ModelRecord, since: str | None) -> Reading | None:
    """The model before, if it is known."""
    if since is not None:
        given = read(since)
        if given.model.hash != before.model:
            raise ConfigError(
                f"--since {since}: its hash is {given.model.hash[:12]}, but the model before had {before.model[:12]}"
            )
        return given
    readings = (read(name) for name in shipped())
    return next((one for one in readings if one.model.hash == before.model), None)


def _name(reading: Reading) -> str:
    return f"{reading.model.name} version {reading.model.version} ({reading.model.hash[:12]})"
