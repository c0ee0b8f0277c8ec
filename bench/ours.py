"""intentflow in the benchmark: full `retail` scoring, durable, one worker process.

Before there is a figure it is checked: scores against the slow reference, changes against a fold in one process, and the books against
the topics.
"""

import os
import sys
from pathlib import Path

from bench.arms import Figure, started, timed
from intentflow.adapters.embedded_command import environment
from intentflow.adapters.offsets import Offsets, records
from intentflow.domain.event import Event
from intentflow.domain.fold import Fold
from intentflow.domain.rules import AXES, ScoringModel
from intentflow.oracle import FinalScores
from intentflow.replay.ledger import equation, read_logs
from intentflow.replay.reading import FileRecord
from intentflow.settings import Settings
from intentflow.wire.changes import decode_change
from intentflow.wire.chunk import Scorer
from intentflow.wire.events import decode
from intentflow.wire.rows import decode_row, encode_row
from intentflow.wire.topic_names import TopicNames

Events = list[tuple[int, bytes, bytes]]


async def intentflow(name: str, settings: Settings, model: ScoringModel, events: Events, folder: Path) -> Figure:
    """One arm, on the events topic of these settings, which is full."""
    names = TopicNames(settings.prefix, settings.app_id)
    command = [sys.executable, "-m", "faust", "-A", "streams.scoring", "worker", "-l", "warn"]
    process = started(command, environment(settings), folder / f"{name}.log")
    try:
        async with Offsets(settings.kafka) as offsets:
            rate, cpu = await timed(offsets, settings.app_id, names.events, len(events), process)
            process.terminate()
            process.wait(30)
            found = await wrong(offsets, names, model, events)
    finally:
        process.kill()
        process.wait()
    return Figure(name, rate, cpu, not found, found or f"{len(events):,} events")


async def wrong(offsets: Offsets, names: TopicNames, model: ScoringModel, events: Events) -> str:
    """What differs from the reference, in words; empty if nothing does."""
    logs = await read_logs(offsets.kafka, names)
    books = await equation(offsets, names, [names.events], logs)
    if not books.holds or books.came_in != len(events):
        return f"the books don't add up: {books}"
    rows = {key: row for log in logs.values() for key, row in log.rows.items()}
    reference, fold = FinalScores(model), Fold(model)
    for time, key, value in events:
        event = decode(value)
        if isinstance(event, Event):
            reference.event(key, event, time)
    at, leads = reference.newest, 0
    for key, wanted in reference.scores():
        found = fold.scores.at(decode_row(rows[key]), at)
        leads += 1
        if any(
            abs(score - wanted[axis]) > 1e-9 * max(1.0, abs(wanted[axis]))
            for axis, score in zip(AXES, found, strict=True)
        ):
            return f"{key!r}: {found}, the reference says {wanted}"
    if leads != len(rows):
        return f"{len(rows)} leads, the reference has {leads}"
    seen = {decode_change(record.value).id async for record in records(offsets.kafka, [names.changes], len(logs))}
    wanted_changes = _changes(model, events)
    return "" if seen == wanted_changes else f"{len(seen ^ wanted_changes)} changes differ from a fold in one process"


def _changes(model: ScoringModel, events: Events) -> set[str]:
    """The ids of all changes, folded in this process."""
    scorer, rows, seen = Scorer(model, 1), dict[bytes, bytes](), set[str]()
    for start in range(0, len(events), 5000):
        chunk = [
            FileRecord(start + i, time, key, value) for i, (time, key, value) in enumerate(events[start : start + 5000])
        ]
        for key, lead, news in scorer.fold_events(rows, chunk, 0, 0, 1).leads:
            rows[key] = encode_row(0, lead)
            seen.update(decode_change(told.payload).id for told in news if told.to is None)
    return seen


def settings_of(kind: str, bootstrap: str, data: Path, partitions: int) -> Settings:
    """The settings of one arm."""
    name = f"bench-{kind}-{os.getpid()}"
    return Settings(
        bootstrap=bootstrap, app_id=name, prefix=name, clock="records", kept_for_ever=True, family_topics=False, partitions=partitions,
        data=data, metrics_port=0, commit_interval=0.1,
    )  # fmt: skip
