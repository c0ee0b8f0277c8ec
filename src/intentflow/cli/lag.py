"""`intentflow lag`: how far behind the workers are."""

import asyncio
import contextlib
import json as jsonlib
from collections.abc import AsyncIterator, Sequence
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.live import Live
from rich.table import Table

from intentflow.cli.options import BootstrapOption, DataOption
from intentflow.cli.running import settings_for
from intentflow.deliver import topics as of_delivery
from intentflow.errors import ConfigError, RejectedError
from intentflow.operate.lag import Lag, Measure, Sum, sources_of, sums
from intentflow.operate.state import names_of
from intentflow.settings import Settings

out = Console(emoji=False)
FOUND = 1


def lag(
    group: Annotated[
        str | None, typer.Option(help="The consumer group. Default: the workers', which is the app id.")
    ] = None,
    each: Annotated[bool, typer.Option("--partitions", help="A line for each partition that is behind.")] = False,
    over: Annotated[
        float | None, typer.Option(help="Exit code 1 if anything is more than so many seconds behind.")
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Again and again, until Ctrl-C.")] = False,
    every: Annotated[float, typer.Option(min=0.2, help="With --watch: seconds between looks.")] = 2.0,
    bootstrap: BootstrapOption = None,
    data: DataOption = None,
    json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object (with --watch: a line each time).")
    ] = False,
) -> None:
    """Tell how far behind a group is: records that are not committed, and how long ago the oldest of them came.

    Example: intentflow lag --over 60 && echo all is well
    """
    settings = settings_for(bootstrap, data)
    worst = 0.0
    with contextlib.suppress(KeyboardInterrupt):
        worst = asyncio.run(_tell(settings, group or settings.app_id, each, every if watch else None, json))
    raise typer.Exit(FOUND if over is not None and worst > over else 0)


async def _tell(settings: Settings, group: str, each: bool, every: float | None, json: bool) -> float:
    """Tells once, or for ever; the most seconds that anything was behind at last."""
    worst = 0.0
    async with Measure(settings.kafka, group) as measure:
        topics = await _topics(settings, measure)
        with (
            Live(console=out, auto_refresh=False, transient=False)
            if every and not json
            else contextlib.nullcontext() as live
        ):
            async for lags in _looks(measure, topics, every):
                if not lags:
                    raise ConfigError(
                        f"none of the topics that the group {group} reads is there, {topics[0]} among them: is INTENTFLOW_PREFIX right?"
                    )
                worst = max((one.seconds for one in lags), default=0.0)
                if json:
                    print(jsonlib.dumps(_document(group, lags), indent=None if every else 2), flush=True)
                elif live is not None:
                    live.update(_table(group, lags, each), refresh=True)
                else:
                    out.print(_table(group, lags, each))
    return worst


async def _looks(measure: Measure, topics: Sequence[str], every: float | None) -> AsyncIterator[list[Lag]]:
    yield await measure.lags(topics)
    while every:
        await asyncio.sleep(every)
        yield await measure.lags(topics)


async def _topics(settings: Settings, measure: Measure) -> Sequence[str]:
    """What the group reads: the workers' sources, the deliverers', or what another one has committed."""
    if measure.group == settings.app_id:
        return sources_of(settings)
    if measure.group == of_delivery.group_of(settings):
        return of_delivery.sources(names_of(settings))
    if found := await measure.topics():
        return found
    raise RejectedError(f"{measure.group}: this group has committed nothing; the workers' is {settings.app_id}")


def _document(group: str, lags: Sequence[Lag]) -> dict[str, object]:
    each = [msgspec.to_builtins(one) | {"records": one.records, "expired": one.expired} for one in lags]
    return {
        "group": group,
        "records": sum(one.records for one in lags),
        "seconds": max((one.seconds for one in lags), default=0.0),
        "partitions": each,
    }


def _table(group: str, lags: Sequence[Lag], each: bool) -> Table:
    table = Table(title=f"group {group}", title_justify="left", header_style="bold", box=None, pad_edge=False)
    table.add_column("topic")
    for name in ("partition" if each else "behind", "committed", "end", "records", "seconds"):
        table.add_column(name, justify="right")
    if each:
        for one in [one for one in lags if one.records]:
            table.add_row(one.topic, str(one.partition), *_numbers(one), style=_style(one.seconds))
    else:
        for total in sums(lags):
            behind = f"{total.behind} of {total.partitions}"
            table.add_row(total.topic, behind, *_numbers(total), style=_style(total.seconds))
    expired = sum(one.expired for one in lags)
    seconds = max((one.seconds for one in lags), default=0.0)
    caption = f"{sum(one.records for one in lags):,} records behind, the oldest of them {seconds:,.1f} s old"
    if expired:
        caption += f"; {expired:,} were deleted by their topics before they were read"
    table.caption, table.caption_justify, table.caption_style = caption, "left", "bold"
    return table


def _numbers(one: Lag | Sum) -> tuple[str, ...]:
    committed = "-" if one.committed is None else f"{one.committed:,}"
    return committed, f"{one.end:,}", f"{one.records:,}", f"{one.seconds:,.1f}"


def _style(seconds: float) -> str:
    return "red" if seconds > 60 else "yellow" if seconds > 5 else ""
