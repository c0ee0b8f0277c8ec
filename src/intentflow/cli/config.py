"""`intentflow config`: the settings as they are, and where each comes from."""

import json
from typing import Annotated, Any

import typer
from pydantic import SecretStr
from rich.console import Console
from rich.table import Table

from intentflow.settings import Settings, sources
from intentflow.settings_page import headings

app = typer.Typer(name="config", help="The settings as they are.", no_args_is_help=True)
HIDDEN = "••••••"


@app.callback()
def root() -> None:
    """The settings as they are."""


@app.command()
def show(
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON to standard output.")] = False,
    said_only: Annotated[bool, typer.Option("--said", help="Only those that somebody has set.")] = False,
) -> None:
    """Tell every setting's value and where it comes from: the environment, a secret file, a line of the configuration file, or the default.

    Secrets are hidden. What each setting means: docs/configuration.md.
    """
    settings, said = Settings(), sources()
    rows = [
        (heading, name, shown(getattr(settings, name)), said[name].where if name in said else "default")
        for heading, names in headings()
        for name in names
        if name in said or not said_only
    ]
    if as_json:
        print(json.dumps({name: {"value": value, "source": where} for _, name, value, where in rows}, indent=2))
        return
    table = Table("setting", "value", "source", box=None, pad_edge=False, header_style="bold")
    last = None
    for heading, name, value, where in rows:
        if heading != last:
            table.add_section()
            last = heading
        style = "dim" if where == "default" else ""
        table.add_row(name, "-" if value is None else str(value), where, style=style)
    Console().print(table)


def shown(value: Any) -> Any:
    """A value as JSON has it; of a secret only that there is one."""
    if isinstance(value, SecretStr):
        return HIDDEN
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list | tuple | set | frozenset):
        return [shown(one) for one in value]
    if isinstance(value, dict):
        return {str(key): shown(one) for key, one in value.items()}
    return shown(dict(value)) if hasattr(value, "model_fields") else str(value)
