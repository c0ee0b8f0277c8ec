"""`intentflow topics`: the app's topics, made or checked."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from intentflow.adapters.topics import app_topics, ensure
from intentflow.cli.running import settings_for
from intentflow.wire.topic_names import TopicNames

out = Console()


def topics(
    bootstrap: Annotated[
        str | None, typer.Option(help="Kafka's address. Default: INTENTFLOW_BOOTSTRAP, or the embedded stack.")
    ] = None,
    data: Annotated[Path | None, typer.Option(help="Folder of the embedded stack.")] = None,
) -> None:
    """Make the topics that are missing and check those that are there, as the worker does when it starts.

    Exit code 2 and every difference in words if one is not as it must be: its partition count above all.
    """
    settings = settings_for(bootstrap, data)
    specs = app_topics(
        TopicNames(settings.prefix, settings.app_id),
        partitions=settings.partitions,
        replication=settings.replication,
        family_topics=settings.family_topics,
        kept_for_ever=settings.kept_for_ever,
    )
    made = asyncio.run(ensure(settings.kafka, specs))
    table = Table("topic", "partitions", "replicas", "cleanup", "was")
    for spec in specs:
        was = "made" if spec.name in made else "there, and right"
        table.add_row(spec.name, str(spec.partitions), str(spec.replication), spec.config["cleanup.policy"], was)
    out.print(table)
