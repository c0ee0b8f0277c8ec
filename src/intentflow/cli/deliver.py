"""`intentflow deliver`: changes to webhooks and CRMs."""

import asyncio
import json
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from intentflow.cli import deliver_state
from intentflow.cli.options import BootstrapOption, DataOption, JsonOption
from intentflow.cli.running import settings_for
from intentflow.deliver.lint import lint
from intentflow.deliver.load import Deliver, endpoints, load
from intentflow.model.findings import located

if TYPE_CHECKING:
    from intentflow.deliver.process import Process

FOUND = 1  # exit code: it was looked for, and found
SOON_SECONDS = 0.3
app = typer.Typer()
app.command("status")(deliver_state.status)
app.command("dead-letters")(deliver_state.dead_letters)
app.command("retry")(deliver_state.retry)
app.command("drop")(deliver_state.drop)
app.command("ping")(deliver_state.ping)

File = Annotated[Path, typer.Argument(metavar="FILE", help="The list of endpoints.")]


@app.callback(invoke_without_command=True)
def deliver(
    context: typer.Context,
    endpoints_file: Annotated[
        Path | None, typer.Option("--endpoints", help="The list of endpoints. Default: deliver.yaml.")
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Deliver what there is, then end.")] = False,
    bootstrap: BootstrapOption = None,
    metrics_port: Annotated[int | None, typer.Option(help="Prometheus port; 0: none.")] = None,
    data: DataOption = None,
) -> None:
    """Deliver qualification changes to webhooks and CRMs: signed, in each lead's order, at least once.

    Runs until SIGTERM or Ctrl-C. What an endpoint does not take is tried again for three days, while other leads go on; what was
    given up lies on the topic of dead letters. Several processes share the work. docs/delivery.md says more.

    With --once: exit code 0 if all is delivered, 1 if something waits for a later attempt or was given up.
    """
    if context.invoked_subcommand is not None:
        return
    from intentflow.deliver.process import Process

    settings = settings_for(bootstrap, data, deliver_endpoints=endpoints_file, deliver_metrics_port=metrics_port)
    written = load(str(settings.deliver_endpoints))
    process = Process(settings, endpoints(written, os.environ), from_now=written.written.begin == "now")
    asyncio.run(_run(process, once=once))
    if once:
        raise typer.Exit(_told_of(process))


async def _run(process: "Process", *, once: bool) -> None:
    over = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, over.set)
    running = asyncio.create_task(process.run(over))
    while once and not running.done():
        await asyncio.sleep(SOON_SECONDS)
        if not running.done() and await process.idle():
            over.set()
            break
    await running


def _told_of(process: "Process") -> int:
    """What `--once` did, in words, and its exit code."""
    counts = process.deliverer.counts
    for name in process.deliverer.outlets:
        delivered = counts["delivered", name, ""]
        given_up = sum(n for (what, endpoint, _), n in counts.items() if (what, endpoint) == ("dead_letters", name))
        typer.echo(f"{name}: {delivered} delivered, {process.left.get(name, 0)} wait, {given_up} given up")
    return FOUND if process.left or any(what == "dead_letters" for what, _, _ in counts) else 0


@app.command()
def check(file: File = Path("deliver.yaml"), as_json: JsonOption = False) -> None:
    """Say what is wrong with a list of endpoints, and what is probably not meant; nothing is sent.

    Exit code 0: nothing. 1: findings, on standard output. 2: the file cannot be used, or a secret is not where it says.
    """
    deliver = load(str(file))
    endpoints(deliver, os.environ)
    findings = lint(deliver)
    if as_json:
        found = [{"line": f.line, "rule": f.rule, "text": f.text} for f in findings]
        typer.echo(json.dumps({"file": str(file), "endpoints": _named(deliver), "findings": found}, indent=2))
    elif findings:
        typer.echo("\n".join(located(str(file), finding) for finding in findings))
    else:
        many = len(deliver.written.endpoints)
        typer.echo(f"{file}: {many} {'endpoint' if many == 1 else 'endpoints'}, no findings")
    if findings:
        raise typer.Exit(FOUND)


def _named(deliver: Deliver) -> dict[str, str]:
    return {name: one.kind for name, one in deliver.written.endpoints.items()}
