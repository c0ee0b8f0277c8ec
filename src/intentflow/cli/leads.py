"""`intentflow leads export`: all leads as a table in a file."""

import asyncio
import json as jsonlib
import time
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from intentflow.cli.options import BootstrapOption, DataOption, ModelOption
from intentflow.cli.running import settings_for
from intentflow.cli.watching import progress
from intentflow.domain.change import rfc3339
from intentflow.errors import RejectedError
from intentflow.model.load import load
from intentflow.operate.leads import LeadRow, lead_rows
from intentflow.operate.tables import table
from intentflow.settings import Settings

app = typer.Typer(name="leads", help="All leads.", no_args_is_help=True)
out = Console(emoji=False)


@app.callback()
def root() -> None:
    """All leads."""


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="Where to: a name that ends in .parquet, .csv or .jsonl.")],
    stage: Annotated[
        list[str] | None, typer.Option(help="Only leads that stand in this stage; can be given more than once.")
    ] = None,
    visitors: Annotated[
        bool, typer.Option("--visitors/--no-visitors", help="With those of whom only a browser is known.")
    ] = True,
    model: ModelOption = None,
    bootstrap: BootstrapOption = None,
    data: DataOption = None,
    json: Annotated[bool, typer.Option("--json", help="Tell what was written as one JSON object.")] = False,
) -> None:
    """Write one row per lead: id, stage and since when, scores as of now, last seen, company, how many changes it told, when it is due.

    Reads the changelog; workers may go on. The file replaces one of that name when it is whole. Parquet needs the extra `export`.

    Example: intentflow leads export mql.csv --stage mql --no-visitors
    """
    settings = settings_for(bootstrap, data, model=model)
    stages = _stages(settings, stage)
    now = int(time.time() * 1000)
    counts = asyncio.run(_export(settings, file, now, stages, visitors))
    if json:
        print(
            jsonlib.dumps({"file": str(file), "at": rfc3339(now), "leads": counts.total(), "stages": counts}, indent=2)
        )
    else:
        by_stage = ", ".join(f"{count:,} {name}" for name, count in counts.most_common())
        out.print(
            f"{file}: {counts.total():,} leads{': ' if by_stage else ''}{by_stage}; scores as of {rfc3339(now)}",
            highlight=False,
            soft_wrap=True,
        )


def _stages(settings: Settings, asked: list[str] | None) -> frozenset[str]:
    """Raises `RejectedError` for one that the model doesn't have."""
    known = [stage.name for stage in load(settings.model).stages]
    for name in asked or ():
        if name not in known:
            raise RejectedError(f"--stage {name}: the model has {', '.join(known)}")
    return frozenset(asked or ())


async def _export(settings: Settings, file: Path, now: int, stages: frozenset[str], visitors: bool) -> Counter[str]:
    counts = Counter[str]()
    with table(file, LeadRow) as write, progress("reading the changelog") as tell:
        async for rows in lead_rows(settings, now, stages, visitors, tell):
            write(rows)
            counts.update(row.stage for row in rows)
    return counts
