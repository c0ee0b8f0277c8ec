"""`intentflow verify`: everything that the app has written, held against the slow reference."""

import asyncio
import sys
from enum import StrEnum
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from intentflow.cli.options import BootstrapOption, DataOption, JsonOption, ModelOption
from intentflow.cli.replay import parsed_time
from intentflow.cli.running import settings_for
from intentflow.model.load import load
from intentflow.settings import Settings
from intentflow.verify.findings import Difference, Report
from intentflow.verify.run import ALL_PATHS, Verifier, Wish
from intentflow.wire.topic_names import TopicNames

out, err = Console(emoji=False), Console(stderr=True)  # a key such as `l:a:` is no picture


class Paths(StrEnum):
    """Of which leads the way through the stages is walked."""

    all = "all"
    sample = "sample"
    none = "none"


def verify(
    path: Annotated[
        Paths,
        typer.Option(help=f"Whose way through the stages is walked; sample: everybody's up to {ALL_PATHS:,} records."),
    ] = Paths.sample,
    seed: Annotated[int, typer.Option(help="The same seed takes the same sample.")] = 1,
    settled: Annotated[bool, typer.Option("--settled", help="Whatever is still under way is a difference.")] = False,
    partition: Annotated[int | None, typer.Option(min=0, help="Only this partition.")] = None,
    lead: Annotated[str | None, typer.Option(help="Only this lead; a key like l:42 or v:abc.")] = None,
    until: Annotated[
        str | None, typer.Option(help="Compare scores at this time too (RFC 3339). Default: each lead's own latest.")
    ] = None,
    model: ModelOption = None,
    app_id: Annotated[str | None, typer.Option(help="The app. Default: INTENTFLOW_APP_ID.")] = None,
    prefix: Annotated[str | None, typer.Option(help="Prefix of its topics. Default: INTENTFLOW_PREFIX.")] = None,
    run: Annotated[str | None, typer.Option(help="The replay of this name.")] = None,
    bootstrap: BootstrapOption = None,
    data: DataOption = None,
    show: Annotated[int, typer.Option(min=0, help="Differences told in full; all are counted.")] = 20,
    json: JsonOption = False,
) -> None:
    """Fold the source topics once more, with a second program, and compare: leads, changes, rejections and the books.

    Reads only; a worker may go on meanwhile: what is under way is not judged, and counted. Exit code 0 if all is the same, 1 if not.

    Example: intentflow verify --settled --path all
    """
    named = None if run is None else f"replay-{run}"
    settings = settings_for(bootstrap, data, model=model, app_id=app_id or named, prefix=prefix or named)
    wish = Wish(
        path.value, seed, partition, None if lead is None else lead.encode(),
        None if until is None else parsed_time("--until", until), settled, show,
    )  # fmt: skip
    report = _verified(settings, wish)
    if json:
        sys.stdout.buffer.write(msgspec.json.encode(report) + b"\n")
    else:
        _show(report, wish)
    raise typer.Exit(0 if report.same else 1)


def _verified(settings: Settings, wish: Wish) -> Report:
    """Verify, and show how far it is."""
    columns = TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:,.0f}"), TimeElapsedColumn()
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        task = progress.add_task("reading", total=None)
        verifier = Verifier(
            settings.kafka,
            TopicNames(settings.prefix, settings.app_id),
            load(settings.model),
            lambda what, done, records: progress.update(task, description=what, completed=done, total=records or None),
        )
        return asyncio.run(verifier.run(wish))


def _show(report: Report, wish: Wish) -> None:
    for difference in report.shown:
        _show_difference(difference)
    if report.differences > len(report.shown):
        out.print(f"... and {report.differences - len(report.shown):,} more (--show)")
    table = Table("checked", "", "", header_style="bold")
    table.columns[1].justify = "right"
    for what, count, note in _lines(report, wish):
        table.add_row(what, f"{count:,}", note)
    out.print(table)
    seconds = f"{report.seconds:.1f} s, {report.checked.records / max(report.seconds, 1e-9):,.0f} records/s"
    if report.same:
        out.print(
            f"[bold green]same[/] as the reference, under {report.model} ({seconds})", highlight=False, soft_wrap=True
        )
    else:
        kinds = ", ".join(f"{count:,} {what}" for what, count in sorted(report.by_kind.items()))
        many = "1 difference" if report.differences == 1 else f"{report.differences:,} differences"
        out.print(f"[bold red]{many}[/] ({kinds}), under {report.model} ({seconds})", soft_wrap=True)


def _show_difference(difference: Difference) -> None:
    lead = "" if difference.lead is None else f"{difference.lead}: "
    line = f"{difference.what}  {difference.place}  {lead}{difference.detail}"
    out.print(line, markup=False, emoji=False, highlight=False, soft_wrap=True)  # a key like l:a: is no emoji


def _lines(report: Report, wish: Wish) -> list[tuple[str, int, str]]:
    """What was looked at, and in which way; what was not is said too."""
    checked = report.checked
    sample = f"a sample of {report.sampled:.2%} of the leads, seed {report.seed}"
    why = "not asked for" if wish.path == "none" else sample if report.sampled < 1 else "their histories are too long"
    lines = [
        ("partitions", checked.partitions, f"{checked.settled} of them settled: nothing is under way there"),
        ("records", checked.records, "of the source topics, each decided anew"),
        ("leads", checked.leads, "score on each axis"),
        ("  paths", checked.paths_by_log, "every change, in the order that the changelog tells"),
        ("", checked.paths_by_search, "every change, in an order that was searched for (the changelog is compacted)"),
        (
            "",
            checked.paths_by_rule,
            "only that the changes follow from each other: the order between topics is not known",
        ),
        ("", checked.paths_not_walked, f"only that the changes follow from each other: {why}"),
        (
            "  scores",
            checked.scores_not_known,
            "not compared: they depend on the order between topics, which is not known",
        ),
        ("  erased", checked.erased, "not judged: what was refused of them went with them"),
        ("changes", checked.changes, ""),
        ("notices", checked.notices, "of carts, each as the reference tells it"),
        ("messages", checked.messages, "between leads, each as its sender must have told it"),
        ("rejections", checked.rejections, ""),
        ("repeats", checked.repeats, "of changes, notices, messages and rejections, byte for byte the same"),
        ("not judged", checked.in_motion, "records, changes, messages and rejections that are under way"),
    ]
    needed = {"partitions", "records", "leads", "changes", "rejections"}
    return [(what, count, note) for what, count, note in lines if count or what in needed]
