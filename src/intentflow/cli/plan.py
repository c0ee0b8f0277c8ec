"""`intentflow plan`: what a load needs."""

from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from intentflow.cli.options import JsonOption
from intentflow.errors import ConfigError
from intentflow.model.durations import duration
from intentflow.operate.sizing import BUSY, Load, Measured, Plan, measured, planned

out = Console(emoji=False)
DAY_MS = 86_400_000
UNITS = ("B", "kB", "MB", "GB", "TB", "PB", "EB")


def plan(
    events_per_second: Annotated[float, typer.Option("--events-per-second", min=0.001, help="At the busiest hour.")],
    leads: Annotated[int, typer.Option("--leads", min=1, help="Leads and visitors that are kept.")],
    retention: Annotated[
        str, typer.Option("--retention", help="How long source topics are kept, like 12h or 30d.")
    ] = "30d",
    replication: Annotated[int, typer.Option("--replication", min=1, max=9, help="Replicas of every topic.")] = 3,
    json: JsonOption = False,
) -> None:
    """Reckon what a load needs: workers, partitions, memory, disk, and what the brokers must carry.

    The figures behind it were measured by `make bench` on one machine, which is named; yours may be faster or slower. docs/sizing.md says
    how it is reckoned, and what breaks first. Example: intentflow plan --events-per-second 5000 --leads 2000000
    """
    known = measured()
    found = planned(Load(events_per_second, leads, _days(retention), replication), known)
    if json:
        print(msgspec.json.format(msgspec.json.encode({"plan": found, "measured": known}), indent=2).decode())
        return
    out.print(_table(found))
    out.print(
        f"Reckoned for {BUSY:.0%} of each core, with what was measured on {known.day} ({known.machine}):\n{_measures(known)}",
        soft_wrap=True,
    )


def _days(written: str) -> float:
    """Raises `ConfigError`."""
    try:
        return duration(written) / DAY_MS
    except ValueError as error:
        raise ConfigError(f"--retention {error}") from error


def _measures(known: Measured) -> str:
    return (
        f"{known.cpu_us_per_event:.1f} µs of a core an event, {known.bytes_per_lead:.0f} B of memory and {known.row_bytes:.0f} B of "
        f"changelog a lead, {known.restore_leads_per_second:,.0f} leads restored a second."
    )


def _table(found: Plan) -> Table:
    table = Table("what", "how much", "why", header_style="bold")
    table.columns[1].justify = "right"
    why = (
        "the events ask for them" if found.by == "events" else "the leads ask for them: to read them again in a minute"
    )
    rows = (
        ("worker processes, a core each", f"{found.workers:,}", why),
        (
            "partitions",
            f"{found.partitions:,}",
            "four for each worker, so that one that ends is shared out; they can't grow later",
        ),
        ("memory of each worker", size(found.memory_per_worker_bytes), f"{found.leads_per_worker:,} leads each"),
        ("to read the leads again", f"{found.restore_seconds:,.1f} s", "after a worker ended"),
        ("to catch up with a minute", f"{found.catch_up_seconds_per_minute:,.0f} s", "after an outage"),
        ("disk of the source topics", size(found.events_topic_bytes), "all replicas, for as long as they are kept"),
        ("disk of the changelog", size(found.changelog_bytes), "all replicas, half of it not compacted yet"),
        (
            "into the brokers",
            f"{size(found.broker_in_bytes_per_second)}/s",
            "events and leads' rows, before replication",
        ),
        ("out of the brokers", f"{size(found.broker_out_bytes_per_second)}/s", "to workers and replicas"),
        ("memory of Redis", size(found.read_model_bytes), "the read model"),
    )
    for row in rows:
        table.add_row(*row)
    return table


def size(count: float) -> str:
    """Bytes, in the unit that reads best."""
    for unit in UNITS:
        if count < 1000 or unit == UNITS[-1]:
            break
        count /= 1000
    return f"{count:,.0f} {unit}" if count >= 100 or unit == "B" else f"{count:,.1f} {unit}"
