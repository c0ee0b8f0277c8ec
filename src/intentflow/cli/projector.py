"""`intentflow projector`: feed the read model in Redis from Kafka."""

from typing import Annotated

import typer

from intentflow.cli.options import BootstrapOption, DataOption, RunningModelOption
from intentflow.cli.running import settings_for


def projector(
    bootstrap: BootstrapOption = None,
    model: RunningModelOption = None,
    metrics_port: Annotated[int | None, typer.Option(help="Prometheus port; 0: none.")] = None,
    data: DataOption = None,
) -> None:
    """Feed the read model (leads, changes, rejections) in Redis from Kafka, until SIGTERM or Ctrl-C.

    It keeps nothing of its own: killed, it goes on from where Redis says it stands; if Redis was flushed it builds everything anew. Of
    several one is at work and the others stand by. `intentflow console` starts one by itself.
    """
    settings = settings_for(bootstrap, data, model=model, projector_metrics_port=metrics_port)
    import uvloop

    from intentflow.readmodel.running import project

    uvloop.run(project(settings))
