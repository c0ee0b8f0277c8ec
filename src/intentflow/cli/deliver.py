"""`intentflow deliver`: changes to webhooks and CRMs."""

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from intentflow.deliver.lint import lint
from intentflow.deliver.load import Deliver, endpoints, load
from intentflow.model.findings import located

FOUND = 1  # exit code: it was looked for, and found
app = typer.Typer(
    help="Deliver qualification changes to webhooks and CRMs: signed, in each lead's order, at least once."
)

File = Annotated[Path, typer.Argument(metavar="FILE", help="The list of endpoints.")]
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON to standard output, and nothing else.")]


@app.command()
def check(file: File = Path("deliver.yaml"), as_json: AsJson = False) -> None:
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
        typer.echo(f"{file}: {len(deliver.written.endpoints)} endpoints, no findings")
    if findings:
        raise typer.Exit(FOUND)


def _named(deliver: Deliver) -> dict[str, str]:
    return {name: one.kind for name, one in deliver.written.endpoints.items()}
