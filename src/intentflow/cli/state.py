"""`intentflow state inspect`: what the changelog holds of a lead."""

import asyncio
import json as jsonlib
from contextlib import aclosing

import typer
from rich.console import Console
from rich.markup import escape
from rich.tree import Tree

from intentflow.cli.options import BootstrapOption, DataOption, JsonOption, LeadArgument, ModelOption
from intentflow.cli.running import settings_for
from intentflow.errors import RejectedError
from intentflow.model.load import load
from intentflow.operate.inspecting import Document, Names, inspected
from intentflow.operate.state import keys_of, partitions
from intentflow.settings import Settings

app = typer.Typer(name="state", help="The state of leads, as the changelog holds it.", no_args_is_help=True)
out = Console(emoji=False)


@app.callback()
def root() -> None:
    """The state of leads, as the changelog holds it."""


@app.command()
def inspect(
    lead: LeadArgument,
    model: ModelOption = None,
    bootstrap: BootstrapOption = None,
    data: DataOption = None,
    json: JsonOption = False,
) -> None:
    """Take a lead's row apart: who wrote it, what was applied, what waits to be published, when it is due, each piece and its bytes.

    It is told as it is stored: an alias as an alias, what is left of an erased lead as a stub. `explain` tells what it means.
    """
    settings = settings_for(bootstrap, data, model=model)
    document = asyncio.run(_inspected(settings, lead))
    if json:
        print(jsonlib.dumps(document, indent=2))
    else:
        out.print(_tree(str(document["lead"]), {k: v for k, v in document.items() if k != "lead"}), highlight=False)


async def _inspected(settings: Settings, asked: str) -> Document:
    names = Names(load(settings.model))
    keys = keys_of(asked)
    async with aclosing(partitions(settings, keys)) as read:
        async for number, log in read:
            for key in keys:
                if key in log.rows:
                    return inspected(key, log.rows[key], log, number, names)
    raise RejectedError(f"{asked}: the changelog has no row of it; leads are known by their id, e-mail or visitor id")


def _tree(name: str, value: Document) -> Tree:
    tree = Tree(f"[bold]{escape(name)}[/]", guide_style="dim")
    _grow(tree, value)
    return tree


def _grow(tree: Tree, value: Document | list[object]) -> None:
    """Hangs what is nested below, and leaves out what is empty."""
    for name, one in value.items() if isinstance(value, dict) else ((str(i), one) for i, one in enumerate(value)):
        if isinstance(one, dict | list):
            if one and not any(
                isinstance(each, dict | list) for each in (one.values() if isinstance(one, dict) else one)
            ):
                tree.add(f"{escape(name)}  {_flat(one)}")
            elif one:
                _grow(tree.add(escape(name)), one)
        elif one is not None:
            tree.add(f"{escape(name)}  [bold]{escape(str(one))}[/]")


def _flat(value: dict[str, object] | list[object]) -> str:
    if isinstance(value, list):
        return ", ".join(f"[bold]{escape(str(one))}[/]" for one in value)
    return "  ".join(
        f"[dim]{escape(name)}[/] [bold]{escape(str(one))}[/]" for name, one in value.items() if one is not None
    )
