"""`intentflow plan`."""

import json
import re

import pytest
from typer.testing import CliRunner

from intentflow.cli.main import app
from intentflow.cli.plan import size
from intentflow.errors import ConfigError
from intentflow.operate.sizing import Load, measured, planned


def plan(*arguments: str):
    return CliRunner().invoke(
        app, ["plan", "--events-per-second", "5000", "--leads", "2000000", *arguments], env={"COLUMNS": "120"}
    )


def test_what_it_says_is_what_is_reckoned_from_what_was_measured():
    told = json.loads(plan("--json", "--retention", "12h", "--replication", "2").stdout)
    found = planned(Load(5000, 2_000_000, 0.5, 2), measured())
    assert (told["plan"]["workers"], told["plan"]["events_topic_bytes"]) == (found.workers, found.events_topic_bytes)
    assert told["measured"]["machine"] == measured().machine


def test_for_people_it_names_each_need_and_the_machine_that_was_measured():
    said = re.sub(r"\s+", " ", plan().stdout)
    for what in (
        "worker processes",
        "partitions",
        "memory of each worker",
        "changelog",
        "brokers",
        "Redis",
        measured().machine,
    ):
        assert what in said


def test_a_bare_number_is_no_time():
    end = plan("--retention", "30")
    assert isinstance(end.exception, ConfigError)
    assert str(end.exception).startswith("--retention")


@pytest.mark.parametrize(
    ("count", "said"), [(999, "999 B"), (1000, "1.0 kB"), (123_456, "123 kB"), (2.5e21, "2,500 EB")]
)
def test_bytes_are_told_in_the_unit_that_reads_best(count, said):
    assert size(count) == said
