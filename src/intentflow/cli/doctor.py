"""`intentflow doctor`: what is wrong, and how to mend it."""

import asyncio
import json as jsonlib

import msgspec
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from intentflow.cli.options import BootstrapOption, DataOption, JsonOption
from intentflow.cli.running import settings_for
from intentflow.operate.doctor import Check, examine

out = Console(emoji=False)
FOUND = 1
STYLES = {"well": "green", "warning": "yellow", "wrong": "bold red"}


def doctor(bootstrap: BootstrapOption = None, data: DataOption = None, json: JsonOption = False) -> None:
    """Look for what is wrong: packages, model, disk, Kafka, topics, rights, clocks, lag, Redis; and say how to mend it.

    It reads only. Exit code 1 if anything is wrong; a warning is not.
    """
    checks = asyncio.run(examine(settings_for(bootstrap, data)))
    if json:
        print(jsonlib.dumps({"well": not _wrong(checks), "checks": msgspec.to_builtins(checks)}, indent=2))
    else:
        table = Table("", "check", "what is found", box=None, pad_edge=False, header_style="bold")
        for one in checks:
            remedy = f"\n[dim]→ {escape(one.remedy)}[/]" if one.remedy else ""
            table.add_row(f"[{STYLES[one.stands]}]{one.stands}[/]", one.what, escape(one.says) + remedy)
        out.print(table)
    raise typer.Exit(FOUND if _wrong(checks) else 0)


def _wrong(checks: list[Check]) -> bool:
    return any(one.stands == "wrong" for one in checks)
