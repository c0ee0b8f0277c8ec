"""The command line. Exit codes: 0 done, 1 found something, 2 used wrongly, 69 a server is not there, 70 fail-stop."""

import sys

import typer

from intentflow.cli import replay
from intentflow.errors import IntentflowError

app = typer.Typer(
    name="intentflow",
    help="Scores behaviour while it happens and says which leads are qualified, with a receipt for every point.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("replay")(replay.replay)


@app.callback()
def root() -> None:
    """Nothing is common to all commands."""


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
