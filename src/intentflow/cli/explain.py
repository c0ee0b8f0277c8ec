"""`intentflow explain`: why a lead stands where it stands."""

import asyncio
import sys
import time
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console

from intentflow.cli.explaining import document, full_lines, show
from intentflow.cli.options import BootstrapOption, DataOption, JsonOption, LeadArgument, ModelOption
from intentflow.cli.replay import FormatOption, MappingOption, parsed_time, reader_of
from intentflow.cli.running import settings_for
from intentflow.cli.ways import ways_document, ways_lines
from intentflow.domain.change import rfc3339
from intentflow.domain.explain import Explanation
from intentflow.domain.fold import Fold
from intentflow.domain.notices import News
from intentflow.domain.rules import ScoringModel
from intentflow.errors import RejectedError
from intentflow.mapping.mapped import MappedReader
from intentflow.model.load import read
from intentflow.model.ways import Found, ways
from intentflow.model.words import Pages
from intentflow.operate.state import alias_of, found, keys_of, rows_of
from intentflow.replay.reading import Reading
from intentflow.replay.through_core import CoreReplay
from intentflow.settings import Settings
from intentflow.wire.rows import decode_row

say = Console(emoji=False, stderr=True)
out = Console(emoji=False)  # a key such as `l:a:` is no picture


def explain_(
    lead: LeadArgument,
    at: Annotated[
        str | None, typer.Option(help="The moment to tell of (RFC 3339). Default: now; with --file the latest event.")
    ] = None,
    file: Annotated[list[Path] | None, typer.Option(help="Fold these files instead of reading Kafka.")] = None,
    format_: FormatOption = None,
    mapping: MappingOption = None,
    model: ModelOption = None,
    run: Annotated[str | None, typer.Option(help="Look into the replay of this name.")] = None,
    bootstrap: BootstrapOption = None,
    data: DataOption = None,
    json: JsonOption = False,
) -> None:
    """Tell a lead's score as receipts that add up to it, what time will do to it, and what is missing for the next stage."""
    written = read(model or Settings().model)
    fold = Fold(written.model)
    moment = None if at is None else parsed_time("--at", at)
    if file:
        key, row, latest = _in_files(fold.model, lead, file, reader_of(format_, mapping))
        moment = moment or latest
    else:
        key, row = _in_kafka(settings_for(bootstrap, data, app_id=None if run is None else f"replay-{run}"), lead)
    explanation, outlook = _explained(fold, key, row, moment or int(time.time() * 1000), written.written.pages)
    if json:
        sys.stdout.buffer.write(
            msgspec.json.encode(document(key, fold.model, explanation) | ways_document(outlook)) + b"\n"
        )
        return
    show(out, key, fold.model, explanation)
    lines = (*ways_lines(outlook, tuple(gap.stage for gap in explanation.missing)), *full_lines(explanation))
    out.print("\n".join(lines), markup=False, highlight=False, soft_wrap=True)


def _in_files(
    model: ScoringModel, lead: str, files: list[Path], reader: str | MappedReader
) -> tuple[bytes, bytes, int]:
    """The lead's key and row after these files, and the time of the latest event."""
    core = CoreReplay(model)
    reading = Reading(files, reader, lambda _done, _total: None)
    core.take(reading)
    key, row = found(lead, core.rows)
    while alias := alias_of(row):
        _tell_alias(key, alias)
        key, row = alias, core.rows[alias]
    return key, row, reading.latest


def _in_kafka(settings: Settings, lead: str) -> tuple[bytes, bytes]:
    """The lead's key and row, as the changelog has it."""
    key, row = found(lead, asyncio.run(rows_of(settings, keys_of(lead))))
    while alias := alias_of(row):
        _tell_alias(key, alias)
        key, row = found(alias.decode(), asyncio.run(rows_of(settings, [alias])))
    return key, row


def _tell_alias(key: bytes, target: bytes) -> None:
    say.print(f"{key.decode()} turned out to be {target.decode()}: told of that lead.", markup=False, highlight=False)


def _explained(fold: Fold, key: bytes, row: bytes, at: int, pages: Pages) -> tuple[Explanation, Found]:
    lead = decode_row(row)
    if at < lead.clock:
        raise RejectedError(
            f"--at {rfc3339(at)} is before the lead's latest event ({rfc3339(lead.clock)}): scores are told forwards only"
        )
    passed: News = []
    fold.pass_time(key, lead, at, passed)
    return fold.explain(lead, at), ways(fold, lead, at, pages)
