"""`intentflow rebuild`: the read model anew, while the old one serves."""

import asyncio
import json

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from intentflow.cli.options import BootstrapOption, DataOption, JsonOption, RunningModelOption
from intentflow.cli.running import settings_for
from intentflow.domain.fold import Fold
from intentflow.model.load import load
from intentflow.settings import Settings
from intentflow.wire.topic_names import TopicNames

say = Console(stderr=True)


def rebuild(
    bootstrap: BootstrapOption = None,
    model: RunningModelOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Build the read model anew from Kafka's topics, while the present one serves; then switch at once.

    Redis needs room for both. Stopped halfway, the present one serves on and nothing is left of the other.
    """
    settings = settings_for(bootstrap, data, model=model)
    leads, generation = asyncio.run(_rebuild(settings))
    if as_json:
        typer.echo(json.dumps({"leads": leads, "generation": generation}))
    else:
        say.print(f"Done: {leads:,} leads; the new read model serves, the old one is deleted.")


async def _rebuild(settings: Settings) -> tuple[int, int]:
    from intentflow.readmodel.rebuilding import Rebuild
    from intentflow.readmodel.running import redis_of

    redis = redis_of(settings)
    names = TopicNames(settings.prefix, settings.app_id)
    leads = generation = 0
    columns = (
        TextColumn("rebuilding"),
        BarColumn(),
        TextColumn("{task.percentage:3.0f} %  {task.fields[leads]:,} leads"),
    )
    try:
        with Progress(*columns, TimeRemainingColumn(), console=say) as bar:
            task = bar.add_task("", total=1.0, leads=0)
            async for progress in Rebuild(redis, settings.kafka, names, Fold(load(settings.model))).run():
                bar.update(task, completed=progress.built, leads=progress.leads)
                leads, generation = progress.leads, progress.generation
    finally:
        await redis.aclose()
    return leads, generation
