"""`intentflow worker`: score events on a Kafka."""

from typing import Annotated

import typer

from intentflow.cli.options import BootstrapOption, DataOption, ModelOption
from intentflow.cli.running import settings_for
from intentflow.lane.supervisor import supervise
from intentflow.model.load import load


def worker(
    processes: Annotated[
        int, typer.Option("--processes", "-n", min=1, help="Worker processes; one uses one core.")
    ] = 1,
    bootstrap: BootstrapOption = None,
    model: ModelOption = None,
    metrics_port: Annotated[
        int | None, typer.Option(help="Prometheus port of the first process, the next ones above it; 0: none.")
    ] = None,
    data: DataOption = None,
    loglevel: Annotated[str, typer.Option(help="debug, info, warning or error.")] = "info",
) -> None:
    """Run worker processes until SIGTERM or Ctrl-C; start again what stops itself (exit code 70).

    Every setting is an environment variable INTENTFLOW_...; the topics are made if they are missing, and checked if they are there.
    The same worker under Faust's own command: faust -A streams.scoring worker
    """
    settings = settings_for(bootstrap, data, model=model, metrics_port=metrics_port)
    load(settings.model)
    raise typer.Exit(supervise(settings, processes, loglevel=loglevel))
