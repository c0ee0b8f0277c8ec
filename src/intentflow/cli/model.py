"""`intentflow model`: check, show, test and list scoring models."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated

import typer

from intentflow.cli.options import JsonOption
from intentflow.errors import ConfigError
from intentflow.model.findings import Finding, ModelError, located
from intentflow.model.load import Reading, read, shipped

FOUND = 1  # exit code: it was looked for, and found
app = typer.Typer(
    help="Check, show and test scoring models: the files that say what a qualified lead is.", no_args_is_help=True
)

Model = Annotated[str, typer.Argument(metavar="FILE|NAME", help="A YAML file, or the name of a shipped model.")]


@app.command()
def check(model: Model, as_json: JsonOption = False) -> None:
    """Say what is wrong with a model, and what is probably not meant. That it is a draft is said beside it, and is no finding.

    Exit code 0: nothing. 1: findings, on standard output. 2: the model cannot be used; why is on standard error.
    """
    from intentflow.model.lint import lint, not_agreed

    with _errors(model, as_json):
        reading = read(model)
        for reminder in not_agreed(reading):
            typer.echo(located(reading.document.file, reminder), err=True)
        _report(reading, lint(reading, today=datetime.now(UTC).date()), "no findings", as_json)


@app.command("test")
def run_examples(model: Model = "retail", as_json: JsonOption = False) -> None:
    """Run a model's examples: leads made up to say what is meant. Tells of each what was expected and what came.

    Exit code 0: all hold. 1: what differs, on standard output. 2: the model cannot be used.
    """
    from msgspec import to_builtins
    from rich.console import Console

    from intentflow.model.trial import findings_of_trial, tried
    from intentflow.model.trial_table import rendered

    with _errors(model, as_json):
        reading = read(model)
        ran = tried(reading)
        if ran and not as_json:
            Console(emoji=False).print(rendered(ran), "")
        holds = f"{len(ran)} examples hold" if ran else "no examples: write one (given, expect) before the next rule"
        examples: dict[str, object] = {"examples": [{**to_builtins(one), "holds": one.holds} for one in ran]}
        _report(reading, findings_of_trial(ran), holds, as_json, examples)


@app.command()
def show(
    model: Model = "retail",
    as_diagram: Annotated[
        bool, typer.Option("--diagram", help="Write the stages as a Mermaid diagram instead.")
    ] = False,
) -> None:
    """Show a model as tables: stages, signals, groups, facts."""
    from rich.console import Console

    from intentflow.model.diagram import diagram
    from intentflow.model.show import rendered

    with _errors(model, as_json=False):
        if as_diagram:
            typer.echo(diagram(read(model).model), nl=False)
        else:
            Console().print(rendered(read(model)))


@app.command()
def diff(old: Model, new: Model, as_json: JsonOption = False) -> None:
    """Say in words what changed from one model to another, and what leads that are there already have of it.

    Exit code 0: nothing changed. 1: differences, on standard output. 2: a model cannot be used.
    """
    from msgspec import to_builtins

    from intentflow.model.diff import differences, same_version
    from intentflow.model.diff_table import lines

    with _errors(old, as_json):
        before = read(old)
    with _errors(new, as_json):
        after = read(new)
    found, named = differences(before, after), [_named(before), _named(after)]
    if as_json:
        typer.echo(json.dumps({"from": named[0], "to": named[1], "differences": to_builtins(found)}, indent=2))
    else:
        said = [f"{each['model']} version {each['version']} ({str(each['hash'])[:12]})" for each in named]
        typer.echo("\n".join([" -> ".join(said), *(lines(found) if found else ["no differences"])]))
    if found and same_version(before, after):
        typer.echo(f"{after.document.file}: version is {after.model.version} as before; count it up", err=True)
    if found:
        raise typer.Exit(FOUND)


@app.command("list")
def list_models(as_json: JsonOption = False) -> None:
    """List the models that come with intentflow."""
    found = [_named(read(name)) for name in shipped()]
    if as_json:
        typer.echo(json.dumps(found, indent=2))
    else:
        for one in found:
            typer.echo(f"{one['model']:10} version {one['version']}  {str(one['hash'])[:12]}")


def _report(
    reading: Reading, findings: tuple[Finding, ...], none: str, as_json: bool, more: dict[str, object] | None = None
) -> None:
    if as_json:
        _write({**_named(reading), **(more or {})}, reading.document.file, findings)
    elif findings:
        typer.echo("\n".join(f"{located(reading.document.file, finding)} [{finding.rule}]" for finding in findings))
    else:
        typer.echo(f"{reading.document.file}: {none}")
    if findings:
        raise typer.Exit(FOUND)


def _named(reading: Reading) -> dict[str, object]:
    model = reading.model
    return {"model": model.name, "version": model.version, "hash": model.hash}


def _write(about: dict[str, object], file: str, findings: tuple[Finding, ...]) -> None:
    typer.echo(json.dumps({"file": file, **about, "findings": [finding._asdict() for finding in findings]}, indent=2))


@contextmanager
def _errors(file: str, as_json: bool) -> Iterator[None]:
    """What is set up wrong is said on standard error, and is the exit code."""
    try:
        yield
    except ConfigError as error:
        if as_json:
            _write({"error": str(error)}, file, error.findings if isinstance(error, ModelError) else ())
        typer.echo(str(error), err=True)
        raise typer.Exit(error.exit_code) from None
