"""`intentflow explain`: why a lead stands where it stands."""

import asyncio
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from intentflow.cli.doubts import doubts_document, doubts_table, weighed_words
from intentflow.cli.profile import profile_document, profile_lines, profile_table
from intentflow.cli.replay import FormatOption, MappingOption, parsed_time, reader_of
from intentflow.cli.running import settings_for
from intentflow.cli.shopping import carts_and_sign_up, carts_document, sign_up_document
from intentflow.cli.ways import ways_document, ways_lines
from intentflow.domain.change import Answers, Gap, rfc3339
from intentflow.domain.explain import Explanation, explain
from intentflow.domain.fold import Fold
from intentflow.domain.notices import News
from intentflow.domain.rules import AXES
from intentflow.errors import ConfigError, RejectedError
from intentflow.lane.changelog import Changelog
from intentflow.lane.reader import ChangelogReader
from intentflow.model.load import read
from intentflow.model.ways import Found, ways
from intentflow.model.words import Pages
from intentflow.replay.reading import Reading
from intentflow.replay.through_core import CoreReplay
from intentflow.settings import Settings
from intentflow.wire.murmur2 import partition_of
from intentflow.wire.rows import decode_row, is_stub
from intentflow.wire.topic_names import TopicNames

say = Console(emoji=False, stderr=True)
out = Console(emoji=False)  # a key such as `l:a:` is no picture


def explain_(
    lead: Annotated[str, typer.Argument(help="A lead id, e-mail or visitor id, or a key like l:42 or v:abc.")],
    at: Annotated[
        str | None, typer.Option(help="The moment to tell of (RFC 3339). Default: now; with --file the latest event.")
    ] = None,
    file: Annotated[list[Path] | None, typer.Option(help="Fold these files instead of reading Kafka.")] = None,
    format_: FormatOption = None,
    mapping: MappingOption = None,
    model: Annotated[str | None, typer.Option(help="The scoring model: a shipped one's name, or a file.")] = None,
    run: Annotated[str | None, typer.Option(help="Look into the replay of this name.")] = None,
    bootstrap: Annotated[str | None, typer.Option(help="Kafka's address. Default: the embedded stack.")] = None,
    data: Annotated[Path | None, typer.Option(help="Folder of the embedded stack.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Tell a lead's score as receipts that add up to it, what time will do to it, and what is missing for the next stage."""
    written = read(model or Settings().model)
    fold = Fold(written.model)
    moment = None if at is None else parsed_time("--at", at)
    if file:
        core = CoreReplay(fold.model)
        reading = Reading(file, reader_of(format_, mapping), lambda _done, _total: None)
        core.take(reading)
        key, row = _found(lead, core.rows)
        while alias := _alias(row):
            key, row = alias, core.rows[alias]
        moment = moment or reading.latest
    else:
        app_id = None if run is None else f"replay-{run}"
        settings = settings_for(bootstrap, data, app_id=app_id)
        key, row = _found(lead, asyncio.run(_rows(settings, _keys(lead))))
        while alias := _alias(row):
            say.print(f"{key.decode()} is an alias of {alias.decode()}.")
            key, row = _found(alias.decode(), asyncio.run(_rows(settings, [alias])))
    explanation, found = _explained(fold, key, row, moment or int(time.time() * 1000), written.written.pages)
    if json:
        sys.stdout.buffer.write(msgspec.json.encode(_document(key, explanation) | ways_document(found)) + b"\n")
    else:
        _show(key, explanation)
        for line in (*ways_lines(found, tuple(gap.stage for gap in explanation.missing)), *_full_lines(explanation)):
            out.print(line, markup=False, highlight=False, soft_wrap=True)


def _full_lines(told: Explanation) -> list[str]:
    """What the lead holds the most of."""
    return [f"Full: {one.most} {one.what}. When another comes, what goes is {one.goes}." for one in told.full]


def _alias(row: bytes) -> bytes:
    bonds = decode_row(row).bonds
    return b"" if bonds is None else bonds.alias


def _keys(lead: str) -> list[bytes]:
    """What the lead's key may be."""
    if lead[:2] in ("l:", "v:"):
        return [lead.encode()]
    return [b"l:" + (lead.lower() if "@" in lead else lead).encode(), b"v:" + lead.encode()]


def _found(lead: str, rows: dict[bytes, bytes]) -> tuple[bytes, bytes]:
    for key in _keys(lead):
        if key in rows and not is_stub(rows[key]):
            return key, rows[key]
    raise RejectedError(f"{lead}: no such lead; leads are known by their id, e-mail or visitor id, as events name them")


async def _rows(settings: Settings, keys: list[bytes]) -> dict[bytes, bytes]:
    """The rows of the keys' partitions, read from the changelog by its rules."""
    topic = TopicNames(settings.prefix, settings.app_id).changelog
    async with ChangelogReader(settings.kafka, topic) as reader:
        count = len(await reader.partitions())
        if not count:
            raise ConfigError(
                f"{settings.bootstrap}: no topic {topic}: has the worker run? Is INTENTFLOW_APP_ID its app id?"
            )
        logs = {number: Changelog() for number in {partition_of(key, count) for key in keys}}
        await reader.begin(logs)
        async for _ in reader.read(logs, await reader.ends(logs)):
            pass
    return {key: row for log in logs.values() for key, row in log.rows.items()}


def _explained(fold: Fold, key: bytes, row: bytes, at: int, pages: Pages) -> tuple[Explanation, Found]:
    lead = decode_row(row)
    if at < lead.clock:
        raise RejectedError(
            f"--at {rfc3339(at)} is before the lead's latest event ({rfc3339(lead.clock)}): scores are told forwards only"
        )
    passed: News = []
    fold.pass_time(key, lead, at, passed)
    return explain(fold.due, fold.answering, fold.counting, fold.doubts, lead, at), ways(fold, lead, at, pages)


def _document(key: bytes, told: Explanation) -> dict[str, object]:
    return {
        "lead": key.decode(),
        "at": rfc3339(told.at),
        "stage": told.stage,
        "since": rfc3339(told.since),
        "scores": dict(zip(AXES, told.scores, strict=True)),
        "answers": told.answers,
        "receipts": told.receipts,
        "missing": told.missing,
        "outlook": [{"at": rfc3339(at), **dict(zip(AXES, scores, strict=True))} for at, scores in told.outlook],
        "due": None if told.due is None else rfc3339(told.due),
        "due_stage": told.due_stage,
        "profile": profile_document(told),
        "carts": carts_document(told),
        "newsletter": sign_up_document(told),
        "evidence": doubts_document(told),
        "full": told.full,
        "merged": [
            {"lead": one.whose.decode(), "at": rfc3339(one.at), **dict(zip(AXES, one.scores, strict=True))}
            for one in told.merged
        ],
    }


def _show(key: bytes, told: Explanation) -> None:
    out.print(
        f"[bold]{key.decode()}[/] is [bold]{told.stage}[/] since {_when(told.since)}; told as of {_when(told.at)}.\n"
    )
    receipts = Table(
        "receipt", "axis", "points", title="Where the points come from", title_justify="left", show_footer=False
    )
    receipts.columns[2].justify = "right"
    for receipt in sorted(told.receipts, key=lambda r: (r.axis, -r.points)):
        receipts.add_row(receipt.signal + weighed_words(receipt), receipt.axis, f"{receipt.points:+.3f}")
    receipts.add_section()
    for axis, points in zip(AXES, told.scores, strict=True):
        if points or any(receipt.axis == axis for receipt in told.receipts):
            receipts.add_row("[bold]score[/]", axis, f"[bold]{points:.3f}[/]")
    out.print(receipts)
    if told.doubts:
        out.print(doubts_table(told))
    if told.merged:
        history = Table("history of", "since", *AXES, title="Whose history is in it, and its points then")
        for one in told.merged:
            history.add_row(one.whose.decode(), _when(one.at), *(f"{points:.3f}" for points in one.scores))
        out.print(history)
    if told.known or told.unknown:
        out.print(profile_table(told))
        for line in profile_lines(told):
            out.print(line)
    for part in carts_and_sign_up(told):
        out.print(part)
    out.print(_answers(told.answers))
    outlook = Table("if nothing happens", *AXES, title="What time will do", title_justify="left")
    for at, scores in told.outlook:
        outlook.add_row(_when(at), *(f"{points:.3f}" for points in scores))
    out.print(outlook)
    if told.due is not None:
        out.print(f"Time alone moves it to [bold]{told.due_stage}[/] at [bold]{rfc3339(told.due)}[/].")
    else:
        out.print("Time alone moves it nowhere.")
    _show_missing(told.missing)


def _show_missing(gaps: Sequence[Gap]) -> None:
    for stage in dict.fromkeys(gap.stage for gap in gaps):
        parts = [_gap(gap) for gap in gaps if gap.stage == stage]
        out.print(f"Missing for [bold]{stage}[/]: {', '.join(parts)}.")


def _gap(gap: Gap) -> str:
    if gap.points is not None:
        return f"{gap.points:.1f} points of {gap.axis}"
    if gap.fact is not None:
        return f"the fact {gap.fact}"
    until = "" if gap.not_before is None else f"not before {gap.not_before}"
    return until if gap.unless is None else f"the end of {gap.unless}" + (f" ({until})" if until else "")


def _answers(answers: Answers) -> str:
    """The three answers in a sentence each."""
    said = ["Eligible to buy." if answers.eligible else "[bold]Not eligible[/] to buy."]
    if answers.criteria:
        said.append(f"Meets {answers.criteria_met} of {answers.criteria} criteria.")
    if answers.likelihood is not None:
        said.append(f"Of leads like it, {answers.likelihood:.1%} bought.")
    return " ".join(said)


def _when(time_ms: int) -> str:
    return datetime.fromtimestamp(time_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
