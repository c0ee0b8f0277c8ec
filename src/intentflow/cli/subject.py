"""`intentflow subject`: all that is held of a person."""

import asyncio
import json as jsonlib
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from intentflow.cli.running import settings_for
from intentflow.cli.topics import BootstrapOption, DataOption, JsonOption
from intentflow.cli.watching import progress
from intentflow.operate.person import person_of
from intentflow.operate.subject import subject
from intentflow.settings import Settings

out = Console(emoji=False)


def subject_(
    lead: Annotated[str, typer.Argument(help="A lead id, e-mail or visitor id, or a key like l:42 or v:abc.")],
    model: Annotated[
        str | None, typer.Option(help="The scoring model, for names: a shipped one's name, or a file.")
    ] = None,
    bootstrap: BootstrapOption = None,
    data: DataOption = None,
    json: JsonOption = False,
) -> None:
    """Tell all that is held of a person, under every id of theirs: state, records on the topics and until when, the read model.

    With --json everything in full, as an answer to who asks what is stored about them. It reads the whole changelog, and the partitions
    that may hold something of them.
    """
    settings = settings_for(bootstrap, data, model=model)
    document = asyncio.run(_found(settings, lead))
    if json:
        print(jsonlib.dumps(document, indent=2))
    else:
        _show(document)


async def _found(settings: Settings, lead: str) -> dict[str, Any]:
    with progress("looking for their ids") as tell:
        person = await person_of(settings, lead, tell)
    with progress("reading topics") as tell:
        return await subject(settings, person, tell)


def _show(told: dict[str, Any]) -> None:
    out.print(
        f"[bold]{escape(told['known_as'])}[/], known by {len(told['ids'])} ids: {escape(', '.join(told['ids']))}",
        highlight=False,
    )
    if told["somebody_elses_now"]:
        out.print(
            f"Once theirs, and somebody else's now: {escape(', '.join(told['somebody_elses_now']))}", highlight=False
        )
    state = Table(
        "state of", "kind", "stage", "since", "newest event", "bytes", header_style="bold", box=None, pad_edge=False
    )
    for one in told["state"]:
        path = one["path"]
        state.add_row(
            escape(one["lead"]),
            one["kind"],
            path["stage"],
            path["since"],
            path["newest_event"],
            str(one["row"]["bytes"]),
        )
    topics = Table(
        "topic", "partition", "records", "offsets", "newest", "gone by", header_style="bold", box=None, pad_edge=False
    )
    for one in told["topics"]:
        offsets = f"{one['first']} to {one['last']}"
        until = one["until"] or "not by itself"
        topics.add_row(one["topic"], str(one["partition"]), str(one["records"]), offsets, one["newest"], until)
    out.print()
    out.print(state)
    out.print()
    out.print(topics)
    model = told["read_model"]
    held = ", ".join(sorted(model.get("held", {}))) or "nothing"
    why = (
        f"not known: Redis does not answer ({model['why']})"
        if "why" in model
        else held
        if model["answers"]
        else "there is none"
    )
    out.print(f"\nread model: {escape(why)}", highlight=False)
    out.print("`--json` tells all of it in full.", style="dim")
