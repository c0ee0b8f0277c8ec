"""Mapped tables as records: through the core, whole and a second time."""

from pathlib import Path

from intentflow.mapping.load import load as load_mapping
from intentflow.mapping.mapped import MappedReader
from intentflow.model.load import load
from intentflow.replay.reading import Reading
from intentflow.replay.result import Result
from intentflow.replay.through_core import replay_core
from intentflow.wire.changes import decode_change
from tests.wire.real_data import real


def replayed(mapping: str, *paths: Path) -> Result:
    reading = Reading(paths, MappedReader(load_mapping(mapping)), lambda _done, _total: None)
    return replay_core(reading, load("retail"), None)


def test_of_a_table_in_no_order_nothing_is_too_late():
    summary = replayed("hubspot-email-events", real("hubspot_seeds/email_event_data.csv")).summary
    assert (summary.read, summary.counted, summary.rejected, summary.passed_over) == (90, 90, 0, 10)


def test_a_second_import_of_a_table_adds_no_change():
    clicks = real("bitly_usagov/example.txt")
    once, twice = replayed("bitly-usagov", clicks), replayed("bitly-usagov", clicks, clicks)
    assert {decode_change(change).id for change in twice.changes} == {
        decode_change(change).id for change in once.changes
    }
    assert twice.summary.by_stage == once.summary.by_stage
    assert (twice.summary.read, twice.summary.passed_over) == (2 * once.summary.read, 240)
    assert twice.summary.adds_up
