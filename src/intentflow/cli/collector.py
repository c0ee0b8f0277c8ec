"""`intentflow collector`: take events over HTTP, and its write keys."""

import json
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.table import Table

from intentflow.cli.options import BootstrapOption, DataOption
from intentflow.cli.running import settings_for
from intentflow.collector.keyfile import add_key, read_keys
from intentflow.settings import Settings

out, err = Console(), Console(stderr=True)
app = typer.Typer(invoke_without_command=True)
DEFAULT_FILE = "collector-keys.yaml"
Keys = Annotated[Path | None, typer.Option(help=f"File of the write keys. Default: {DEFAULT_FILE} in the data folder.")]


@app.callback()
def collector(
    context: typer.Context,
    bootstrap: BootstrapOption = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on; 0.0.0.0 is every one.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 is a free one.")] = None,
    metrics_port: Annotated[int | None, typer.Option(help="Prometheus port; 0: none.")] = None,
    keys: Keys = None,
    data: DataOption = None,
) -> None:
    """Take events over HTTP from the trackers of Segment, RudderStack, Snowplow and PostHog, and as CloudEvents.

    Point a tracker here by its host and its write key; docs/collector.md says how. An event is answered well when Kafka has it.
    Every setting is an environment variable INTENTFLOW_COLLECTOR_...
    """
    if context.invoked_subcommand is not None:
        return
    said = {
        "collector_host": host,
        "collector_port": port,
        "collector_metrics_port": metrics_port,
        "collector_keys": keys,
    }
    settings = settings_for(bootstrap, data, **said)
    import uvloop

    from intentflow.collector.running import collect

    uvloop.run(collect(settings))


@app.command("add-key")
def add_key_(
    name: Annotated[str, typer.Argument(help="What metrics and logs call it: lower case, such as the site's name.")],
    scope: Annotated[
        Literal["browser", "server"],
        typer.Option(help="browser: in pages, may say what visitors do. server: kept secret, may say anything."),
    ] = "browser",
    origin: Annotated[
        list[str] | None,
        typer.Option(help="A page that may use it, such as https://shop.example; several times. Default: any."),
    ] = None,
    also: Annotated[
        list[str] | None,
        typer.Option(help="What a browser's key may say besides: profiles, outcomes or joins; several times."),
    ] = None,
    events_per_second: Annotated[
        int | None, typer.Option(help="More is answered 429, counted over ten seconds. Default: 1000.")
    ] = None,
    keys: Keys = None,
    data: DataOption = None,
) -> None:
    """Make a write key, and print it: once, since only its hash is kept.

    A collector that runs takes it within two seconds.
    """
    path = _file(keys, data)
    may = {"origins": tuple(origin or ()), "also": tuple(also or ())}
    secret = add_key(path, name, scope, **may, events_per_second=events_per_second)
    err.print(f"The write key {name} ({scope}) is in {path}, as its hash. It is shown this once:")
    print(secret)


@app.command("keys")
def keys_(
    keys: Keys = None,
    data: DataOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """List the write keys: their names and what they may, never their texts."""
    found = read_keys(_file(keys, data)).keys
    if as_json:
        print(json.dumps([key.model_dump(mode="json", exclude={"sha256"}) for key in found], indent=2))
        return
    table = Table("name", "scope", "and also", "pages of", "events/s", "sha256", box=None)
    for key in found:
        pages = " ".join(key.origins) or "any"
        table.add_row(key.name, key.scope, " ".join(key.also), pages, str(key.events_per_second), key.sha256[:12] + "…")
    out.print(table)


def _file(keys: Path | None, data: Path | None) -> Path:
    settings = Settings()
    return keys or settings.collector_keys or (data or settings.data) / DEFAULT_FILE
