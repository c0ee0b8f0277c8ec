"""`intentflow token`: who may use the console and its API."""

import json
from typing import Annotated, Literal

import typer

from intentflow.cli.options import JsonOption
from intentflow.console.tokens import make_token

app = typer.Typer(help="Tokens for the console and its API.")


@app.callback()
def token() -> None:
    """Tokens for the console and its API."""


@app.command()
def create(
    role: Annotated[
        Literal["viewer", "operator"], typer.Option(help="viewer: look. operator: also send refused records again.")
    ] = "viewer",
    as_json: JsonOption = False,
) -> None:
    """Make a token. It is shown this once; the settings keep its hash, so that who reads them can't use it.

    Put the hash into the list INTENTFLOW_CONSOLE_TOKENS and start the console again; to take a token back, take its hash out.
    """
    made, kept = make_token(role)
    if as_json:
        typer.echo(json.dumps({"token": made, "kept": kept}))
        return
    typer.echo(f"The token, for whoever is to use it; it is not shown again:\n\n  {made}\n")
    typer.echo(f"Its hash, for INTENTFLOW_CONSOLE_TOKENS:\n\n  {kept}\n")
    typer.echo(f"""For example: INTENTFLOW_CONSOLE_TOKENS='["{kept}"]'""")
