"""`intentflow replay`: files of events through the scoring model."""

import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from intentflow.cli.options import JsonOption
from intentflow.domain.fold import Fold
from intentflow.errors import ConfigError
from intentflow.mapping.load import load as load_mapping
from intentflow.mapping.load import shipped
from intentflow.mapping.mapped import MappedReader
from intentflow.model.load import load
from intentflow.replay.reading import Reading
from intentflow.replay.result import Result, lines, score_lines
from intentflow.replay.through_core import ended_at, replay_core
from intentflow.replay.through_kafka import KafkaReplay

err = Console(stderr=True)


class Format(StrEnum):
    """What the rows are."""

    csv = "csv"
    jsonl = "jsonl"
    access_log = "access-log"
    snowplow_csv = "snowplow-csv"


FormatOption = Annotated[
    Format | None,
    typer.Option("--format", help="What the rows are. Default: jsonl, our own events; with --mapping what it says."),
]
MappingOption = Annotated[
    str | None,
    typer.Option(
        "--mapping",
        metavar="FILE|NAME",
        help="What the columns of a table (csv or jsonl) are to us: a YAML file, or the name of a shipped mapping: "
        + ", ".join(shipped()),
    ),
]


class Way(StrEnum):
    """What they go through."""

    core = "core"
    kafka = "kafka"


def replay(
    files: Annotated[list[Path], typer.Argument(help="Files of events, plain or gzipped; - is standard input.")],
    format_: FormatOption = None,
    mapping: MappingOption = None,
    model: Annotated[str, typer.Option(help="The scoring model: a shipped one's name, or a file.")] = "retail",
    through: Annotated[
        Way, typer.Option(help="The core in this process, or real Kafka with a worker of its own.")
    ] = Way.core,
    run: Annotated[
        str | None, typer.Option(help="Name of a Kafka replay; the same name goes on where it was cut off.")
    ] = None,
    until: Annotated[
        str | None, typer.Option(help="Let time pass up to here (RFC 3339). Default: the latest event.")
    ] = None,
    bootstrap: Annotated[
        str | None, typer.Option(help="Kafka's address. Default: the embedded stack, started if need be.")
    ] = None,
    data: Annotated[Path, typer.Option(help="Folder of the embedded stack.")] = Path(".intentflow"),
    changes: Annotated[Path | None, typer.Option(help="Write each change here, a line each, as published.")] = None,
    scores: Annotated[Path | None, typer.Option(help="Write each lead's scores here, a line each.")] = None,
    json: JsonOption = False,
) -> None:
    """Put files through the scoring model and tell what came of it.

    The same rows give the same changes with the same ids, through the core and through Kafka. Nothing is lost silently: rows that are no
    events are counted by reason, with their line numbers.

    Example: intentflow replay access.log.gz --format access-log --scores scores.jsonl

    Any table can be read with a mapping, a YAML file that says what its columns are to us (docs/mapping.md teaches it). The smallest:

    \b
        mapping: clicks
        format: csv
        records:
          click:
            family: website_visit
            visitor_id: "{cookie}"
            occurred_at: "{time}"

    Example: intentflow replay clicks.csv --format csv --mapping clicks.yaml
    """
    if run is not None and through is Way.core:
        raise ConfigError("--run names a Kafka replay: add --through kafka, or leave it out")
    end = None if until is None else parsed_time("--until", until)
    rules = load(model)
    reader = reader_of(format_, mapping)
    paths = [Path("/dev/stdin") if str(path) == "-" else path for path in files]
    with _progress() as progress:
        task = progress.add_task("reading", total=None)
        reading = Reading(paths, reader, lambda done, all_: progress.update(task, completed=done, total=all_))
        if through is Way.core:
            result = replay_core(reading, rules, end)
        else:
            way = KafkaReplay(reading, model, rules, run=run, bootstrap=bootstrap, data=data, progress=progress)
            result = way.run(end)
    _write(changes, (payload + b"\n" for payload in result.changes))
    _write(scores, lines(score_lines(Fold(rules), result.rows, ended_at(reading, end))))
    _tell(result, json)
    _tell_what_was_meant(reader, result)


def reader_of(format_: Format | None, mapping: str | None) -> str | MappedReader:
    """What reads the files. Raises `ConfigError` if format and mapping don't go together, or the mapping can't be used."""
    if mapping is None:
        if format_ is Format.csv:
            raise ConfigError("--format csv needs --mapping: what the columns are to us (intentflow replay --help)")
        return (format_ or Format.jsonl).value
    if format_ not in (None, Format.csv, Format.jsonl):
        raise ConfigError(f"--mapping goes with --format csv or jsonl, not {format_.value}: leave one of them out")
    found = load_mapping(mapping)
    if format_ is not None and format_.value != found.written.format:
        raise ConfigError(
            f"{found.place(('format',))}: the mapping is for {found.written.format}, not --format {format_.value}"
        )
    return MappedReader(found)


def _tell_what_was_meant(reader: str | MappedReader, result: Result) -> None:
    """What looks like another format, or another spelling. Exit code 1 if no row was an event."""
    for said in reader.never_there() if isinstance(reader, MappedReader) else ():
        err.print(f"{said}: is it spelled like that?", markup=False, highlight=False, soft_wrap=True)
    if not result.summary.counted and not result.summary.duplicate:
        meant = reader if isinstance(reader, str) else reader.mapping.document.file
        err.print(f"[red]No row was an event.[/] Is it really {meant}? See --format and --mapping.")
        raise typer.Exit(1)


def _tell(result: Result, json: bool) -> None:
    """Everything that there is to say. Exit code 70 if the rows don't add up."""
    if json:
        sys.stdout.buffer.write(msgspec.json.encode(result.summary) + b"\n")
    else:
        _show(result)
    _tell_refused(result)
    if not result.summary.adds_up:
        err.print(
            "[red]The rows don't add up: read is not counted + duplicate + rejected. This is our fault; please report it."
        )
        raise typer.Exit(70)


def parsed_time(option: str, text: str) -> int:
    """A time of the command line in epoch milliseconds; without an offset it is UTC. Raises `ConfigError`."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"{option} {text}: not a time; write it like 2026-05-01T00:00:00Z") from None
    return int((time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp() * 1000)


def _progress() -> Progress:
    columns = (
        TextColumn("{task.description:<12}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(elapsed_when_finished=True),
    )
    return Progress(*columns, console=err, transient=True, disable=not err.is_terminal)


def _write(path: Path | None, content: Iterable[bytes]) -> None:
    if path is None:
        return
    try:
        with path.open("wb") as out:
            out.writelines(content)
    except OSError as error:
        raise ConfigError(
            f"{path}: cannot be written ({error.strerror}): give a path in a folder that is there"
        ) from error


def _show(result: Result) -> None:
    """The counts and the stages, as tables."""
    summary = result.summary
    out = Console()
    out.print(
        f"[bold]{summary.read:,}[/] read = [bold]{summary.counted:,}[/] counted + [bold]{summary.duplicate:,}[/] duplicate + "
        f"[bold]{summary.rejected:,}[/] rejected    ({summary.leads:,} leads, {summary.changes:,} changes, as of {summary.until})"
    )
    if summary.passed_over:
        out.print(f"[bold]{summary.passed_over:,}[/] rows passed over, as the mapping says")
    table = Table("stage", "leads", title_justify="left", header_style="bold")
    table.columns[1].justify = "right"
    for stage, count in summary.by_stage.items():
        table.add_row(stage, f"{count:,}")
    out.print(table)


def _tell_refused(result: Result) -> None:
    """The first rows that were no events, on standard error; and how many of each reason."""
    for row in result.refused:
        err.print(
            f"{row.file}:{row.line}: {row.rejection.reason}: {row.rejection.detail}",
            markup=False,
            highlight=False,
            soft_wrap=True,
        )
    reasons = result.summary.rejected_by_reason
    if reasons:
        err.print("rejected: " + ", ".join(f"{count:,} {reason}" for reason, count in reasons.items()), highlight=False)
