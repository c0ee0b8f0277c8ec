"""The command line. Exit codes: 0 done, 1 found something, 2 used wrongly, 69 a server is not there, 70 fail-stop."""

import logging
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from intentflow.cli import (
    collector,
    config,
    console,
    deliver,
    demo,
    doctor,
    erase,
    explain,
    lag,
    leads,
    model,
    plan,
    projector,
    publish,
    rebuild,
    rejections,
    replay,
    simulate,
    stack,
    state,
    subject,
    token,
    topics,
    verify,
    worker,
)
from intentflow.errors import IntentflowError
from intentflow.settings_sources import CONFIG

app = typer.Typer(
    name="intentflow",
    help="Scores behaviour while it happens and says which leads are qualified, with a receipt for every point.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("up")(stack.up)
app.command("down")(stack.down_)
app.command("demo")(demo.demo)
app.command("worker")(worker.worker)
app.command("simulate")(simulate.simulate)
app.command("replay")(replay.replay)
app.command("explain")(explain.explain_)
app.command("verify")(verify.verify)
app.command("plan")(plan.plan)
app.command("lag")(lag.lag)
app.command("doctor")(doctor.doctor)
app.command("erase")(erase.erase_)
app.command("subject")(subject.subject_)
model.app.command("publish")(publish.publish)
app.add_typer(model.app, name="model")
app.add_typer(config.app, name="config")
app.add_typer(collector.app, name="collector")
app.add_typer(topics.app, name="topics")
app.add_typer(rejections.app, name="rejections")
app.add_typer(leads.app, name="leads")
app.add_typer(state.app, name="state")
app.add_typer(deliver.app, name="deliver")
app.command("projector")(projector.projector)
app.command("rebuild")(rebuild.rebuild)
app.command("console")(console.console)
app.add_typer(token.app, name="token")


@app.callback()
def root(
    config_file: Annotated[
        Path | None,
        typer.Option(
            "--config", help="File with settings, TOML or YAML; the environment counts before it.", envvar=CONFIG
        ),
    ] = None,
) -> None:
    """Common to all commands: what the Kafka client says on its own is told only if it is an error."""
    if config_file is not None:
        os.environ[CONFIG] = str(config_file)  # so that processes which we start read it too
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=logging.INFO, stream=sys.stderr)
    for chatty in ("aiokafka", "jgo"):
        logging.getLogger(chatty).setLevel(logging.CRITICAL)
    logging.getLogger("intentflow.adapters").setLevel(logging.WARNING)


def main() -> None:
    """Run the command line; our own errors are told in words."""
    try:
        app()
    except IntentflowError as error:
        print(f"intentflow: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
