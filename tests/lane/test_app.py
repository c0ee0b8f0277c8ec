"""The Faust app around the lane, without a broker."""

import asyncio
import logging

import pytest

from intentflow.domain.lead import Lead
from intentflow.errors import ConfigError
from intentflow.lane import app as lane_app_module
from intentflow.lane.app import LaneApp, chunks_of, lane_app
from intentflow.lane.lane import Owned
from intentflow.lane.metrics import Metrics
from intentflow.model.load import load
from intentflow.settings import Settings
from intentflow.wire.chunk import Scorer
from intentflow.wire.rows import encode_row
from tests.lane.scenes import process


class Performer:
    """Performs nothing."""


@pytest.fixture
def app(tmp_path) -> LaneApp:
    return lane_app(
        Settings(data=tmp_path, family_topics=False), lambda sources: Scorer(load("retail"), sources), Metrics()
    )


def test_fausts_own_web_server_stays_off_whatever_the_command_line_says(app: LaneApp):
    app.conf.web_enabled = True  # what `faust worker` does
    assert list(app.boot_strategy.web_server()) == []


def test_no_spinner_of_fausts_has_a_record_made_of_every_debug_message(app: LaneApp):
    """Which it does at a level above `info`, and aiokafka has one for each partition of each fetch."""
    logger = logging.getLogger("as-fausts-root")
    logger.setLevel(logging.WARNING)
    logger.addHandler(logging.NullHandler())
    worker = app.Worker()
    worker.on_setup_root_logger(logger, logging.WARNING)
    assert (logger.level, len(logger.handlers), worker.spinner) == (logging.WARNING, 1, None)


def test_the_app_reads_every_source_and_knows_its_changelog(app: LaneApp):
    assert chunks_of(app).topics == ("intentflow.events", "intentflow.control", "intentflow.identities")
    assert app.leads.changelog_topic_name == app.lane.names.changelog


def holding(app: LaneApp, *keys: bytes) -> LaneApp:
    part = process()
    part.rows.update({key: encode_row(1, Lead([-1], [], sequence=len(key))) for key in keys})
    app.lane.owned[0] = Owned(part, Performer())  # type: ignore[arg-type]  # nothing is performed here
    return app


def test_the_table_is_read_as_any_table_of_faust(app: LaneApp):
    leads = holding(app, b"l:a", b"l:bb").leads
    assert (len(leads), sorted(leads.keys()), b"l:a" in leads, b"l:c" in leads) == (2, [b"l:a", b"l:bb"], True, False)
    assert leads[b"l:bb"].sequence == 4
    assert leads.get(b"l:c") is None
    assert [lead.sequence for lead in leads.values()] == [3, 4]
    assert dict(leads.items()).keys() == set(leads)
    with pytest.raises(KeyError):
        leads[b"l:c"]


def test_the_table_is_not_written(app: LaneApp):
    with pytest.raises(TypeError, match="send an event"):
        holding(app).leads[b"l:a"] = 1
    with pytest.raises(TypeError, match="send an event"):
        holding(app, b"l:a").leads.pop(b"l:a")


def test_a_worker_that_finds_its_topics_wrong_ends_before_it_joins(app: LaneApp, monkeypatch):
    async def wrong(*args: object) -> None:
        raise ConfigError("three partitions")

    def ended(reason: str, exit_code: int) -> None:
        raise SystemExit(f"{exit_code}: {reason}")

    monkeypatch.setattr("intentflow.adapters.topics.ensure", wrong)
    monkeypatch.setattr(lane_app_module, "fail_stop", ended)
    with pytest.raises(SystemExit, match="2: three partitions"):
        asyncio.run(app.on_first_start())


class EndedError(Exception):
    """Instead of the end of the process."""


async def test_a_crash_of_fausts_own_ends_the_process_as_any_other(app: LaneApp, monkeypatch):
    """A broker that goes away while a worker starts, say. Faust would stop in order and exit with 1."""

    async def gone(self: LaneApp) -> None:
        raise ConnectionError("the broker is gone")

    def ended(reason: str, exit_code: int = 70) -> None:
        raise EndedError(f"{exit_code}: {reason}")

    monkeypatch.setattr(lane_app_module, "fail_stop", ended)
    monkeypatch.setattr("faust.App.start", gone)
    with pytest.raises(EndedError, match=r"70: Faust: .*the broker is gone"):
        app._crash(ConnectionError("the broker is gone"))
    with pytest.raises(EndedError, match=r"70: start: .*the broker is gone"):
        await app.start()
