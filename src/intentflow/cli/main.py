"""The command line. Exit codes: 0 done, 1 found something, 2 used wrongly, 69 a server is not there, 70 fail-stop."""

import logging
import sys

import typer

from intentflow.cli import demo, explain, model, publish, replay, simulate, stack, topics, verify, worker
from intentflow.errors import IntentflowError

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
app.command("topics")(topics.topics)
app.command("replay")(replay.replay)
app.command("explain")(explain.explain_)
app.command("verify")(verify.verify)
model.app.command("publish")(publish.publish)
app.add_typer(model.app, name="model")


@app.callback()
def root() -> None:
    """Common to all commands: what the Kafka client says on its own is told only if it is an error."""
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
