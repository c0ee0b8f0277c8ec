"""`intentflow subject`: all that is held of a person."""

import asyncio
import json as jsonlib
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from intentflow.cli.options import BootstrapOption, DataOption, JsonOption, LeadArgument, ModelOption
from intentflow.cli.running import settings_for
from intentflow.cli.watching import progress
from intentflow.operate.person import person_of
from intentflow.operate.state import no_such_lead
from intentflow.operate.subject import subject
from intentflow.settings import Settings

out = Console(emoji=False)
TIMES = {"since", "newest event", "newest", "gone by"}


def subject_(
    lead: LeadArgument,
    model: ModelOption = None,
    bootstrap: BootstrapOption = None,
    data: DataOption = None,
    json: JsonOption = False,
) -> None:
    """Tell all that is held of a person, under every id of theirs: state, records on the topics and until when, the read model.

    With --json everything in full, as an answer to who asks what is stored about them. It reads the whole changelog, and the partitions
    that may hold something of them. Of who was erased it tells what the topics still hold under the id that you ask for. Exit code 1 if
    there is nothing at all.
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
        told: dict[str, Any] = await subject(settings, person, tell)
    if not (told["state"] or told["topics"] or told["read_model"].get("held", True)):
        raise no_such_lead(lead)
    return told


def _show(told: dict[str, Any]) -> None:
    out.print(_who(told), highlight=False)
    if told["somebody_elses_now"]:
        apart = escape(", ".join(told["somebody_elses_now"]))
        out.print(f"Once theirs, and somebody else's now: {apart}", highlight=False)
    for table in (_states(told["state"]), _topics(told["topics"])):
        if table.row_count:
            out.print()
            out.print(table)
    out.print(f"\nread model: {escape(_shown(told['read_model']))}", highlight=False)
    out.print("`--json` tells all of it in full.", style="dim")


def _who(told: dict[str, Any]) -> str:
    ids = escape(", ".join(told["ids"]))
    if all(one["kind"] == "stub" for one in told["state"]):
        return f"No state is held under {ids}: erased, or never scored. Other ids that they had are not known here."
    return f"[bold]{escape(told['known_as'])}[/], known by {len(told['ids'])} id{'s' * (len(told['ids']) > 1)}: {ids}"


def _states(rows: list[dict[str, Any]]) -> Table:
    names = ("state of", "kind", "stage", "since", "newest event", "bytes")
    table = _table(*names)
    for one in rows:
        path, size = one["path"], str(one["row"]["bytes"])
        times = ((path[name] or "")[:19] for name in ("since", "newest_event"))
        table.add_row(escape(one["lead"]), one["kind"], path["stage"], *times, size)
    return table


def _topics(rows: list[dict[str, Any]]) -> Table:
    names = ("topic", "partition", "records", "offsets", "newest", "gone by")
    table = _table(*names)
    for one in rows:
        offsets, until = f"{one['first']} to {one['last']}", (one["until"] or "")[:10] or "not by itself"
        table.add_row(one["topic"], str(one["partition"]), str(one["records"]), offsets, one["newest"][:19], until)
    return table


def _table(*names: str) -> Table:
    """Where there is no room for a text, it goes on below: it may be what is asked for next."""
    columns = (Column(name, overflow="fold", no_wrap=name in TIMES) for name in names)
    return Table(*columns, header_style="bold", box=None, pad_edge=False)


def _shown(model: dict[str, Any]) -> str:
    if "why" in model:
        return f"not known: Redis does not answer ({model['why']})"
    return (", ".join(sorted(model["held"])) or "nothing") if model["answers"] else "there is none"
