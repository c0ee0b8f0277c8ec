"""What many commands can be told, in the same words."""

from pathlib import Path
from typing import Annotated

import typer

BootstrapOption = Annotated[
    str | None, typer.Option(help="Kafka's address. Default: INTENTFLOW_BOOTSTRAP, or the embedded stack.")
]
DataOption = Annotated[Path | None, typer.Option(help="Folder of the embedded stack.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Write JSON to standard output, and nothing else.")]
LeadArgument = Annotated[str, typer.Argument(help="A lead id, e-mail or visitor id, or a key like l:42 or v:abc.")]
ModelOption = Annotated[str | None, typer.Option(help="The scoring model: a shipped one's name, or a file.")]
RunningModelOption = Annotated[str | None, typer.Option(help="The scoring model that the workers run.")]
