"""`intentflow console`: serve the console and its API."""

from typing import Annotated

import typer

from intentflow.cli.options import BootstrapOption, DataOption, RunningModelOption
from intentflow.cli.running import settings_for


def console(
    bootstrap: BootstrapOption = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on; 0.0.0.0 is every one.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 is a free one.")] = None,
    with_projector: Annotated[
        bool, typer.Option("--projector/--no-projector", help="Feed the read model too, in a process beside this one.")
    ] = True,
    model: RunningModelOption = None,
    data: DataOption = None,
) -> None:
    """Serve the console and its API until SIGTERM or Ctrl-C.

    Who may look and who may do is in INTENTFLOW_CONSOLE_TOKENS (`intentflow token create`). Without any, on this machine alone, a token is
    made for this run and printed in the address to open.
    """
    settings = settings_for(bootstrap, data, console_host=host, console_port=port, model=model)
    import uvloop

    from intentflow.console.running import serve

    uvloop.run(serve(settings, with_projector, lambda address: print(f"The console is at {address}", flush=True)))
