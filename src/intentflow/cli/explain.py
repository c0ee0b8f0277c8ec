"""`intentflow explain`: why a lead stands where it stands."""

import asyncio
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from intentflow.cli.replay import Format, parsed_time
from intentflow.cli.running import settings_for
from intentflow.domain.change import QualificationChange, rfc3339
from intentflow.domain.explain import Explanation, explain
from intentflow.domain.fold import Fold
from intentflow.domain.rules import AXES
from intentflow.errors import ConfigError, RejectedError
from intentflow.lane.changelog import Changelog
from intentflow.lane.reader import ChangelogReader
from intentflow.model.load import load
from intentflow.replay.reading import Reading
from intentflow.replay.through_core import CoreReplay
from intentflow.settings import Settings
from intentflow.wire.murmur2 import partition_of
from intentflow.wire.rows import decode_row
from intentflow.wire.topic_names import TopicNames

out = Console(emoji=False)  # a key such as `l:a:` is no picture


def explain_(
    lead: Annotated[str, typer.Argument(help="A lead id, e-mail or visitor id, or a key like l:42 or v:abc.")],
    at: Annotated[
        str | None, typer.Option(help="The moment to tell of (RFC 3339). Default: now; with --file the latest event.")
    ] = None,
    file: Annotated[list[Path] | None, typer.Option(help="Fold these files instead of reading Kafka.")] = None,
    format_: Annotated[Format, typer.Option("--format", help="What the rows of --file are.")] = Format.jsonl,
    model: Annotated[str | None, typer.Option(help="The scoring model: a shipped one's name, or a file.")] = None,
    run: Annotated[str | None, typer.Option(help="Look into the replay of this name.")] = None,
    bootstrap: Annotated[str | None, typer.Option(help="Kafka's address. Default: the embedded stack.")] = None,
    data: Annotated[Path | None, typer.Option(help="Folder of the embedded stack.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Tell a lead's score as receipts that add up to it, what time will do to it, and what is missing for the next stage."""
    fold = Fold(load(model or Settings().model))
    moment = None if at is None else parsed_time("--at", at)
    if file:
        core = CoreReplay(fold.model)
        reading = Reading(file, format_.value, lambda _done, _total: None)
        core.take(reading)
        key, row = _found(lead, core.rows)
        moment = moment or reading.latest
    else:
        app_id = None if run is None else f"replay-{run}"
        key, row = _found(lead, asyncio.run(_rows(settings_for(bootstrap, data, app_id=app_id), _keys(lead))))
    explanation = _explained(fold, key, row, moment or int(time.time() * 1000))
    if json:
        sys.stdout.buffer.write(msgspec.json.encode(_document(key, explanation)) + b"\n")
    else:
        _show(key, explanation)


def _keys(lead: str) -> list[bytes]:
    """What the lead's key may be."""
    if lead[:2] in ("l:", "v:"):
        return [lead.encode()]
    return [b"l:" + (lead.lower() if "@" in lead else lead).encode(), b"v:" + lead.encode()]


def _found(lead: str, rows: dict[bytes, bytes]) -> tuple[bytes, bytes]:
    for key in _keys(lead):
        if key in rows:
            return key, rows[key]
    raise RejectedError(f"{lead}: no such lead; leads are known by their id, e-mail or visitor id, as events name them")


async def _rows(settings: Settings, keys: list[bytes]) -> dict[bytes, bytes]:
    """The rows of the keys' partitions, read from the changelog by its rules."""
    topic = TopicNames(settings.prefix, settings.app_id).changelog
    async with ChangelogReader(settings.bootstrap, topic) as reader:
        count = len(await reader.partitions())
        if not count:
            raise ConfigError(
                f"{settings.bootstrap}: no topic {topic}: has the worker run? Is INTENTFLOW_APP_ID its app id?"
            )
        logs = {number: Changelog() for number in {partition_of(key, count) for key in keys}}
        await reader.begin(logs)
        async for _ in reader.read(logs, await reader.ends(logs)):
            pass
    return {key: row for log in logs.values() for key, row in log.rows.items()}


def _explained(fold: Fold, key: bytes, row: bytes, at: int) -> Explanation:
    lead = decode_row(row)
    if at < lead.clock:
        raise RejectedError(
            f"--at {rfc3339(at)} is before the lead's latest event ({rfc3339(lead.clock)}): scores are told forwards only"
        )
    passed: list[QualificationChange] = []
    fold.pass_time(key, lead, at, passed)
    return explain(fold.due, lead, at)


def _document(key: bytes, told: Explanation) -> dict[str, object]:
    return {
        "lead": key.decode(),
        "at": rfc3339(told.at),
        "stage": told.stage,
        "since": rfc3339(told.since),
        "scores": dict(zip(AXES, told.scores, strict=True)),
        "receipts": told.receipts,
        "missing": told.missing,
        "outlook": [{"at": rfc3339(at), **dict(zip(AXES, scores, strict=True))} for at, scores in told.outlook],
        "due": None if told.due is None else rfc3339(told.due),
        "due_stage": told.due_stage,
    }


def _show(key: bytes, told: Explanation) -> None:
    out.print(
        f"[bold]{key.decode()}[/] is [bold]{told.stage}[/] since {_when(told.since)}; told as of {_when(told.at)}.\n"
    )
    receipts = Table(
        "receipt", "axis", "points", title="Where the points come from", title_justify="left", show_footer=False
    )
    receipts.columns[2].justify = "right"
    for receipt in sorted(told.receipts, key=lambda r: (r.axis, -r.points)):
        receipts.add_row(receipt.signal, receipt.axis, f"{receipt.points:+.3f}")
    receipts.add_section()
    for axis, points in zip(AXES, told.scores, strict=True):
        if points or any(receipt.axis == axis for receipt in told.receipts):
            receipts.add_row("[bold]score[/]", axis, f"[bold]{points:.3f}[/]")
    out.print(receipts)
    outlook = Table("if nothing happens", *AXES, title="What time will do", title_justify="left")
    for at, scores in told.outlook:
        outlook.add_row(_when(at), *(f"{points:.3f}" for points in scores))
    out.print(outlook)
    if told.due is not None:
        out.print(f"Time alone moves it to [bold]{told.due_stage}[/] at [bold]{rfc3339(told.due)}[/].")
    else:
        out.print("Time alone moves it nowhere.")
    for stage in dict.fromkeys(gap.stage for gap in told.missing):
        parts = [
            f"{gap.points:.1f} points of {gap.axis}" if gap.points is not None
            else f"the fact {gap.fact}" if gap.fact is not None
            else f"not before {gap.not_before}"
            for gap in told.missing if gap.stage == stage
        ]  # fmt: skip
        out.print(f"Missing for [bold]{stage}[/]: {', '.join(parts)}.")


def _when(time_ms: int) -> str:
    return datetime.fromtimestamp(time_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
