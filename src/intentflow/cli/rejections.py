"""`intentflow rejections`: what was refused, listed, shown whole, and sent again."""

import asyncio
import json as jsonlib
import sys
from collections import Counter
from contextlib import aclosing
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from intentflow.adapters.replaying import Again, refusals, replay
from intentflow.cli.options import BootstrapOption, DataOption, JsonOption
from intentflow.cli.running import settings_for
from intentflow.cli.times import moment
from intentflow.cli.watching import progress
from intentflow.domain.change import rfc3339
from intentflow.errors import ConfigError, RejectedError
from intentflow.operate.refused import Listing, Wanted, document, in_lines, printable
from intentflow.settings import Settings
from intentflow.wire.rejections import Refused
from intentflow.wire.topic_names import TopicNames

app = typer.Typer(
    name="rejections", help="Records that were refused: list them, look at one, send them again.", no_args_is_help=True
)
out = Console(emoji=False)
FOUND = 1
TOLD = 10  # kinds of why a record was not sent

ReasonOption = Annotated[
    list[str] | None, typer.Option("--reason", help="Only these reasons; can be given more than once.")
]
TopicOption = Annotated[list[str] | None, typer.Option("--topic", help="Only records that came on these topics.")]
KeyOption = Annotated[str | None, typer.Option("--key", help="Only records with this key, like l:42 or v:abc.")]
SinceOption = Annotated[str | None, typer.Option(help="Received at or after: 2026-05-01T10:00:00Z, or 2h, 7d ago.")]
UntilOption = Annotated[str | None, typer.Option(help="Received before: a time, or how long ago.")]


@app.command(name="list")
def list_(
    reason: ReasonOption = None,
    topic: TopicOption = None,
    key: KeyOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="The newest so many in full; all are counted.")] = 20,
    bootstrap: BootstrapOption = None,
    data: DataOption = None,
    json: JsonOption = False,
) -> None:
    """List what was refused, newest first, and how much of it for which reason. A record stays as long as its topic keeps it.

    Example: intentflow rejections list --reason too_late --since 1d
    """
    settings = settings_for(bootstrap, data)
    wanted = _wanted(reason, topic, key, since, until)
    found = asyncio.run(_listed(settings, wanted, limit))
    if json:
        told = {
            "total": found.total,
            "reasons": found.reasons,
            "topics": found.topics,
            "rejections": [document(r) for r in found.latest],
        }
        print(jsonlib.dumps(told, indent=2))
    else:
        _show(found, wanted)


@app.command()
def show(
    rejection: Annotated[
        str, typer.Argument(metavar="ID", help="The rejection's id, as `list` tells it: topic/partition/offset.")
    ],
    raw: Annotated[bool, typer.Option("--raw", help="Write the record's own bytes and nothing else.")] = False,
    bootstrap: BootstrapOption = None,
    data: DataOption = None,
    json: JsonOption = False,
) -> None:
    """Show one refused record whole: why, where from, its key, its headers and its value."""
    settings = settings_for(bootstrap, data)
    refused = asyncio.run(_one(settings, rejection))
    if raw:
        sys.stdout.buffer.write(refused.value or b"")
    elif json:
        print(jsonlib.dumps(document(refused), indent=2))
    else:
        told = document(refused) | {"key": None if refused.key is None else printable(refused.key)}
        for name, text in told.items():
            if name not in ("value", "value_hex", "key_hex"):
                out.print(f"[bold]{name:>10}[/]  {escape(str(text))}", highlight=False, soft_wrap=True)
        out.print(f"[bold]{'value':>10}[/]  {escape(in_lines(refused.value))}", highlight=False, soft_wrap=True)


@app.command(name="replay")
def replay_(
    reason: ReasonOption = None,
    topic: TopicOption = None,
    key: KeyOption = None,
    id_: Annotated[list[str] | None, typer.Option("--id", help="Only these, by their ids.")] = None,
    since: SinceOption = None,
    until: UntilOption = None,
    everything: Annotated[
        bool, typer.Option("--all", help="All that is there; needed if nothing else is given.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would be sent; send nothing.")] = False,
    bootstrap: BootstrapOption = None,
    data: DataOption = None,
    json: JsonOption = False,
) -> None:
    """Send refused records to their topic again, byte for byte under their own key, after what refused them was mended.

    What counted already is a duplicate by its event id, so a replay can be repeated. What is still wrong is refused again. Exit code 1 if
    some could not be sent.

    Example: intentflow rejections replay --reason unknown_family --since 2d --dry-run
    """
    settings = settings_for(bootstrap, data)
    wanted = _wanted(reason, topic, key, since, until, id_)
    if wanted == Wanted() and not everything:
        raise ConfigError("say which records: --reason, --topic, --key, --id, --since, --until, or --all")
    told = asyncio.run(_replayed(settings, wanted, dry_run))
    sent = Counter(again.topic for again in told if again.topic is not None)
    failed = [again for again in told if again.topic is None]
    if json:
        not_sent = [{"id": again.id, "why": again.why_not} for again in failed]
        print(jsonlib.dumps({"dry_run": dry_run, "sent": sent.total(), "topics": sent, "not_sent": not_sent}, indent=2))
    else:
        _tell(sent, failed, dry_run)
    raise typer.Exit(FOUND if failed else 0)


def _wanted(
    reasons: list[str] | None,
    topics: list[str] | None,
    key: str | None,
    since: str | None,
    until: str | None,
    ids: list[str] | None = None,
) -> Wanted:
    return Wanted(
        reasons=frozenset(reasons or ()),
        topics=frozenset(topics or ()),
        ids=frozenset(ids or ()),
        key=None if key is None else key.encode(),
        since=moment("--since", since),
        until=moment("--until", until),
    )


def _names(settings: Settings) -> TopicNames:
    return TopicNames(settings.prefix, settings.app_id)


async def _listed(settings: Settings, wanted: Wanted, most: int) -> Listing:
    found = Listing(most)
    with progress("reading rejections") as tell:
        async for refused in refusals(settings.kafka, _names(settings), settings.partitions, progress=tell):
            if wanted(refused):
                found.add(refused)
    return found


async def _one(settings: Settings, wanted: str) -> Refused:
    place = wanted.split("/")
    within = [int(place[1])] if len(place) == 3 and place[1].isdigit() and int(place[1]) < settings.partitions else None
    async with aclosing(refusals(settings.kafka, _names(settings), settings.partitions, within)) as found:
        async for refused in found:
            if refused.id == wanted:
                return refused
    raise RejectedError(
        f"{wanted}: no such rejection; `intentflow rejections list` tells their ids, as long as their topic keeps them"
    )


async def _replayed(settings: Settings, wanted: Wanted, dry_run: bool) -> list[Again]:
    with progress("looking through rejections" if dry_run else "sending again") as tell:
        again = replay(settings.kafka, _names(settings), wanted, settings.partitions, dry=dry_run, progress=tell)
        return [one async for one in again]


def _show(found: Listing, wanted: Wanted) -> None:
    if not found.total:
        out.print(
            "Nothing was refused."
            if wanted == Wanted()
            else "Nothing that was refused is like that; without options all of it is listed."
        )
        return
    for one in found.latest:
        key = "" if one.key is None else f"  {printable(one.key)[:40]}"
        head = f"{rfc3339(one.timestamp)[:19]}  [bold]{escape(one.reason)}[/]  {escape(one.id + key)}"
        out.print(f"{head}\n    {escape(one.detail[:160])}", highlight=False, soft_wrap=True)
    reasons = ", ".join(f"{count:,} {reason}" for reason, count in found.reasons.most_common())
    more = f", the newest {len(found.latest)} of them above" if found.total > len(found.latest) else ""
    out.print(f"\n{found.total:,} refused{more}: {reasons}", highlight=False)


def _tell(sent: Counter[str], failed: list[Again], dry_run: bool) -> None:
    verb = "would be sent" if dry_run else "sent"
    to = ", ".join(f"{count:,} to {topic}" for topic, count in sent.most_common())
    out.print(f"{sent.total():,} {verb}{': ' if to else ''}{to}", highlight=False)
    for why, count in Counter(again.why_not for again in failed).most_common(TOLD):
        out.print(f"{count:,} not: {why}", highlight=False, markup=False)
