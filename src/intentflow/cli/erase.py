"""`intentflow erase`: somebody, or everybody who was not seen for years, is forgotten."""

import asyncio
import time
from collections import Counter
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.markup import escape

from intentflow.cli.options import BootstrapOption, DataOption
from intentflow.cli.running import settings_for
from intentflow.cli.watching import progress, steps
from intentflow.domain.change import rfc3339
from intentflow.errors import ConfigError
from intentflow.model.durations import duration
from intentflow.operate.erasing import Wish, erase
from intentflow.operate.idle import Idle, erase_idle, idle
from intentflow.operate.person import Person, person_of
from intentflow.operate.receipts import Receipt
from intentflow.operate.state import no_such_lead
from intentflow.settings import Settings

out, say = Console(emoji=False), Console(emoji=False, stderr=True)
NOT_DONE = 1
SAMPLE = 20


def erase_(
    lead: Annotated[
        str | None, typer.Argument(help="A lead id, e-mail or visitor id, or a key like l:42 or v:abc.")
    ] = None,
    idle_for: Annotated[
        str | None, typer.Option(help="Instead: everybody whose newest event is older than that, like 730d.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell who would be erased; erase nobody.")] = False,
    keep_rejections: Annotated[
        bool, typer.Option("--keep-rejections", help="Leave their refused records until their topic deletes them.")
    ] = False,
    quick: Annotated[
        bool, typer.Option("--quick", help="Don't read the topics for what stays of them; the receipt says less.")
    ] = False,
    patience: Annotated[float, typer.Option(min=1, help="Seconds to wait for the workers and the read model.")] = 60.0,
    receipt: Annotated[Path | None, typer.Option(help="Where the receipt goes. Default: erasure-<time>.json.")] = None,
    bootstrap: BootstrapOption = None,
    data: DataOption = None,
    json: Annotated[
        bool, typer.Option("--json", help="Write the receipt to standard output too, and nothing else.")
    ] = False,
) -> None:
    """Forget a person under every id of theirs: state, read model and rejections; and leave a receipt of what stays until when.

    A worker must run. Later events of theirs begin them anew, without what was before. Exit code 1 if not all was done in time: ask again.
    What it cannot take away is in docs/retention.md.

    Examples: intentflow erase anna@example.com;  intentflow erase --idle-for 730d --dry-run
    """
    settings = settings_for(bootstrap, data)
    if (lead is None) == (idle_for is None):
        raise ConfigError("name somebody, or say --idle-for")
    if idle_for is not None:
        raise typer.Exit(_old(settings, _ago(idle_for), yes=yes, dry_run=dry_run, json=json))
    assert lead is not None
    if receipt is not None and not receipt.absolute().parent.is_dir():
        raise ConfigError(f"--receipt {receipt}: there is no folder {receipt.parent}")
    person = asyncio.run(_person(settings, lead))
    _tell_who(person)
    if dry_run:
        raise typer.Exit
    if not yes and not typer.confirm("Erase them?", err=True):
        raise typer.Exit(NOT_DONE)
    told = asyncio.run(_erased(settings, person, Wish(patience, not keep_rejections, not quick)))
    _write(told, receipt or Path(f"erasure-{told.asked[:19].replace(':', '')}.json"), json=json)
    raise typer.Exit(0 if told.done else NOT_DONE)


def _write(told: Receipt, path: Path, *, json: bool) -> None:
    """The receipt into its file, and what it says on the screen. What was done cannot be asked again: it is told in any case."""
    written = msgspec.json.format(msgspec.json.encode(told), indent=2)
    try:
        path.write_bytes(written + b"\n")
    except OSError as error:
        print(written.decode())
        raise ConfigError(
            f"{path}: the receipt cannot be written ({error}): it is on standard output, keep it"
        ) from error
    if json:
        print(written.decode())
    else:
        _tell(told, path)


def _ago(written: str) -> int:
    """The moment so long ago, in epoch milliseconds. Raises `ConfigError`."""
    try:
        return int(time.time() * 1000) - duration(written)
    except ValueError as error:
        raise ConfigError(f"--idle-for {error}") from error


async def _person(settings: Settings, lead: str) -> Person:
    with progress("looking for their ids") as tell:
        person = await person_of(settings, lead, tell)
    if not person.living:
        raise no_such_lead(lead)
    return person


def _tell_who(person: Person) -> None:
    say.print(
        f"One person, {len(person.keys)} ids: {escape(', '.join(key.decode(errors='replace') for key in person.keys))}",
        highlight=False,
    )
    if person.apart:
        apart = ", ".join(key.decode(errors="replace") for key in person.apart)
        say.print(f"Once theirs, somebody else's now, and not erased: {escape(apart)}", highlight=False)


async def _erased(settings: Settings, person: Person, wish: Wish) -> Receipt:
    with steps("asking") as tell:
        return await erase(settings, person, wish, tell)


STATES = {
    "asked": "asked for, and no worker has read it: does one run?",
    "stub": "forgotten; what is left of it goes when all is committed",
    "gone": "gone from the state",
    "anew": "forgotten, and begun anew by what came since",
}


def _tell(told: Receipt, path: Path) -> None:
    counts = Counter(str(one["state"]) for one in told.ids)
    for state, count in counts.items():
        out.print(f"state        {count} of {len(told.ids)} ids {STATES[state]}", highlight=False)
    out.print(
        f"read model   {escape(told.read_model if told.read_model != 'none' else 'there is none')}", highlight=False
    )
    removed = sum(int(str(one["removed"])) for one in told.rejections)
    out.print(f"rejections   {removed} removed", highlight=False)
    stays = [line for line in told.stays if line.what == "records about them"]
    records, topics = sum(line.records for line in stays), len({line.topic for line in stays})
    last = max((line.gone_by or "" for line in stays), default="") or "-"
    out.print(f"stays        {records} records on {topics} topics, the last until {last}", highlight=False)
    never = [line.topic for line in stays if line.gone_by is None]
    if never:
        out.print(
            f"[bold]not by itself[/] from {', '.join(sorted(set(never)))}: docs/retention.md says how", highlight=False
        )
    out.print(f"receipt      {path}", highlight=False)
    if not told.done:
        out.print("[bold red]Not all is done yet[/]: see above, and ask again.", highlight=False)


def _old(settings: Settings, before: int, *, yes: bool, dry_run: bool, json: bool) -> int:
    """Everybody whose newest event is older than that."""
    found = asyncio.run(_idle(settings, before))
    leads = len(found.keys)
    if not json:
        say.print(
            f"{leads:,} ids of {found.people:,} people were not seen since {rfc3339(before)}, of {found.all:,} that there are",
            highlight=False,
        )
        for key in found.keys[:SAMPLE]:
            say.print(f"  {escape(key.decode(errors='replace'))}", highlight=False)
        if leads > SAMPLE:
            say.print(f"  ... and {leads - SAMPLE:,} more", highlight=False)
    if leads and not dry_run:
        if not yes and not typer.confirm(f"Erase {leads:,} ids?", err=True):
            return NOT_DONE
        with progress("asking") as tell:
            asyncio.run(erase_idle(settings, found, tell))
    told = {
        "before": rfc3339(before),
        "ids": leads,
        "people": found.people,
        "of": found.all,
        "asked": 0 if dry_run else leads,
    }
    if json:
        print(msgspec.json.encode(told).decode())
    elif leads and not dry_run:
        out.print(
            f"{leads:,} erasures are on {settings.prefix}.control; workers do them as they read them (`intentflow lag` tells how far).",
            highlight=False,
        )
    return 0


async def _idle(settings: Settings, before: int) -> Idle:
    with progress("reading the changelog") as tell:
        return await idle(settings, before, tell)
