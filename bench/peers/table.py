"""The results: as JSON for whoever compares runs, as a table for people, as Markdown for docs/performance.md."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct
from rich.table import Table

from bench.peers.result import Result

HEAD = ("arm", "load", "events/s", "second half", "µs CPU", "MB", "again, s", "leads", "runs")


class Row(Struct, frozen=True, kw_only=True):
    """An arm on a load. Figures are null where an answer was wrong, or where there is no such figure."""

    name: str
    arm: str
    title: str
    kind: Literal["peer", "ceiling", "ours"]
    load: str
    events: int
    events_per_second: float | None
    second_half_per_second: float | None
    cpu_us_per_event: float | None
    resident_mb: float | None
    restart_seconds: float | None
    leads: int
    correct: bool
    runs: list[float]
    state: str
    note: str


def row(result: Result) -> Row:
    """The medians of a result; no figure if there is a problem."""
    arm, right = result.arm, not result.problem and bool(result.runs)
    return Row(
        name=f"{arm.name}-{result.load}", arm=arm.name, title=arm.title, kind=arm.kind, load=result.load, events=result.events,
        events_per_second=result.median(lambda run: run.pace.events_per_second) if right else None,
        second_half_per_second=result.median(lambda run: run.pace.second_half) if right and arm.kind != "ceiling" else None,
        cpu_us_per_event=result.median(lambda run: run.pace.cpu_us_per_event) if right else None,
        resident_mb=result.median(lambda run: run.resident_bytes) / 1e6 if right and arm.kind != "ceiling" else None,
        restart_seconds=result.restart_seconds if right else None, leads=result.leads, correct=right,
        runs=[run.pace.events_per_second for run in result.runs] if right else [], state=arm.state, note=result.problem,
    )  # fmt: skip


def cells(one: Row) -> tuple[str, ...]:
    """A row for people; `-` where there is no figure."""
    if not one.correct:
        return one.title, one.load, "no number", *("-",) * 6
    return (
        one.title, one.load, _whole(one.events_per_second), _whole(one.second_half_per_second), f"{one.cpu_us_per_event:.1f}",
        _whole(one.resident_mb), "-" if one.restart_seconds is None else f"{one.restart_seconds:.1f}", f"{one.leads:,}", str(len(one.runs)),
    )  # fmt: skip


def shown(rows: Sequence[Row]) -> Table:
    """The table at the end, with what went wrong below the arm's figures."""
    table = Table(*HEAD)
    for one in rows:
        table.add_row(*cells(one))
        if one.note:
            table.add_row(f"  {one.note[:300]}")
    return table


def markdown(rows: Sequence[Row]) -> str:
    """The same for docs/performance.md."""
    lines = [HEAD, ("---",) * len(HEAD), *(cells(one) for one in rows)]
    notes = [f"\n{one.name}: no number: {one.note}" for one in rows if one.note]
    return "\n".join([*("| " + " | ".join(line).replace(",", " ") + " |" for line in lines), *notes]) + "\n"


def write(path: Path, rows: Sequence[Row]) -> None:
    """`{"arms": [...]}`."""
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode({"arms": rows})) + b"\n")


def _whole(figure: float | None) -> str:
    return "-" if figure is None else f"{figure:,.0f}"
