"""`intentflow deliver status`, `dead-letters`, `retry`, `drop` and `ping`: what operators look at and ask for."""

import asyncio
import os
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from intentflow.cli.options import BootstrapOption, DataOption, JsonOption
from intentflow.cli.running import settings_for
from intentflow.deliver import standing
from intentflow.deliver.load import endpoints, load
from intentflow.deliver.rows import Letter, Request
from intentflow.errors import RejectedError
from intentflow.settings import Settings

FOUND = 1  # exit code: it was looked for, and found
out = Console(emoji=False)

Name = Annotated[str, typer.Argument(metavar="ENDPOINT", help="An endpoint's name in deliver.yaml.")]
EndpointsFile = Annotated[
    Path | None, typer.Option("--endpoints", help="The list of endpoints. Default: deliver.yaml.")
]


def status(
    endpoints_file: EndpointsFile = None,
    bootstrap: BootstrapOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell what waits for each endpoint, since when and why, as it lies in Kafka; whether or not anything delivers just now.

    Exit code 0: nothing waits after a failure, is disabled or was given up. 1: something does.
    """
    settings = settings_for(bootstrap, data, deliver_endpoints=endpoints_file)
    found, behind = asyncio.run(_status(settings))
    if as_json:
        sys.stdout.buffer.write(msgspec.json.encode({"endpoints": found, "records_not_read": behind}) + b"\n")
    else:
        out.print(_table(found))
        out.print(f"Changes and requests that nobody has dealt with yet: {behind:,}.")
    if any(one.changes or one.disabled or one.dead_letters for one in found):
        raise typer.Exit(FOUND)


async def _status(settings: Settings) -> tuple[list[standing.Standing], int]:
    file = settings.deliver_endpoints
    named = list(load(str(file)).written.endpoints) if file.is_file() else []
    return await standing.standings(settings, named), await standing.behind(settings)


def _table(found: Sequence[standing.Standing]) -> Table:
    table = Table("endpoint", "waiting", "leads", "oldest", "next attempt", "what came of it", "dead letters")
    now = int(time.time() * 1000)
    for one in found:
        state = "[bold red]disabled[/]" if one.disabled else one.last
        since, then = _ago(one.oldest, now), _ahead(one.next_at, now)
        table.add_row(one.endpoint, f"{one.changes:,}", f"{one.leads:,}", since, then, state, f"{one.dead_letters:,}")
    return table


def dead_letters(
    endpoint: Annotated[str | None, typer.Argument(help="Of this endpoint alone.")] = None,
    bootstrap: BootstrapOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the changes that were given up and that nobody has asked for again: whose, why, and what the endpoint answered last.

    Exit code 0: there are none. 1: there are.
    """
    letters = asyncio.run(standing.open_letters(settings_for(bootstrap, data), endpoint))
    if as_json:
        sys.stdout.buffer.write(msgspec.json.encode([_document(letter) for letter in letters]) + b"\n")
    elif letters:
        for one in letters:
            tries = f" after {one.attempts} attempts" if one.attempts else ""
            what = f"{_when(one.since)}  {one.endpoint}  {one.lead}  {one.id}  {one.reason}{tries}  {one.detail}"
            out.print(what, markup=False, highlight=False, soft_wrap=True)
    else:
        out.print("No dead letters that nobody has asked for again.")
    if letters:
        raise typer.Exit(FOUND)


def retry(
    endpoint: Name,
    change: Annotated[
        list[str] | None, typer.Option("--id", help="Only the change of this id; may be repeated.")
    ] = None,
    bootstrap: BootstrapOption = None,
    data: DataOption = None,
) -> None:
    """Say that an endpoint is well: what waits for it is tried at once, and its dead letters are sent again, in their order.

    It ends that an endpoint is disabled (after a 410), too. Those that deliver hear of it through Kafka, now or when they run.
    """
    settings = settings_for(bootstrap, data)
    letters = asyncio.run(standing.open_letters(settings, endpoint))
    wanted = [letter for letter in letters if not change or letter.id in change]
    if missing := set(change or ()) - {letter.id for letter in wanted}:
        raise RejectedError(
            f"{', '.join(sorted(missing))}: no open dead letter of {endpoint}: `intentflow deliver dead-letters` lists them"
        )
    asyncio.run(standing.ask_all(settings, Request(endpoint=endpoint, ask="resume")))
    again = asyncio.run(standing.ask_again(settings, wanted))
    out.print(f"{endpoint}: what waits is tried at once, and {again:,} dead letters are sent again.")


def drop(
    endpoint: Name,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    bootstrap: BootstrapOption = None,
    data: DataOption = None,
) -> None:
    """Give up what waits for an endpoint: it becomes dead letters. For endpoints that are taken out of deliver.yaml."""
    settings = settings_for(bootstrap, data)
    if not yes:
        typer.confirm(
            f"Give up all that waits for {endpoint}? `intentflow deliver retry {endpoint}` can bring it back.",
            abort=True,
        )
    asyncio.run(standing.ask_all(settings, Request(endpoint=endpoint, ask="drop")))
    out.print(f"{endpoint}: what waits is given up as soon as those that deliver hear of it.")


def ping(endpoint: Name, endpoints_file: EndpointsFile = None) -> None:
    """Send a test event to one endpoint and tell what it answers. It needs no Kafka; nothing changes there.

    Exit code 0: it is well. 1: it is not.
    """
    from intentflow.deliver.pinging import ping as call

    file = endpoints_file or Settings().deliver_endpoints
    found = {one.name: one for one in endpoints(load(str(file)), os.environ)}
    if endpoint not in found:
        raise RejectedError(f"{file} has no endpoint {endpoint}; it has {', '.join(found)}")
    begun = time.monotonic()
    answer = asyncio.run(call(found[endpoint]))
    said = f"{answer.word}: {answer.detail}" if answer.word != "ok" else f"ok: {answer.detail}"
    out.print(f"{endpoint}: {said} ({time.monotonic() - begun:.2f} s)", highlight=False)
    if answer.word != "ok":
        raise typer.Exit(FOUND)


def _document(letter: Letter) -> dict[str, object]:
    said = msgspec.structs.asdict(letter)
    said["event"] = said.pop("body").decode(errors="replace")
    return said


def _when(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _ago(ms: int | None, now: int) -> str:
    return "" if ms is None else f"{_span(now - ms)} ago"


def _ahead(ms: int | None, now: int) -> str:
    if ms is None:
        return ""
    return "now" if ms <= now else f"in {_span(ms - now)}"


def _span(ms: int) -> str:
    seconds = max(0, ms) // 1000
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
