"""Workers are started with another scoring model, on a real Apache Kafka: leads move without an event, once, over kills."""

import asyncio
import json
import urllib.request
from pathlib import Path
from zlib import crc32

import pytest
from typer.testing import CliRunner, Result

from intentflow.adapters.embedded_kafka import EmbeddedKafka
from intentflow.adapters.published_models import last_model
from intentflow.adapters.server_process import free_port
from intentflow.cli.main import app as command_line
from intentflow.domain.rules import ScoringModel
from intentflow.errors import ConfigError
from intentflow.model.load import SHIPPED, load
from intentflow.wire.chunk import Scorer
from intentflow.wire.control import ModelRecord, decode_control
from intentflow.wire.rows import judge_of
from tests.system.records import events, read, send, settled
from tests.system.verdict import changelog_of, nothing_lost_and_nothing_twice
from tests.system.workers import App, until

pytestmark = [pytest.mark.broker, pytest.mark.slow]
OTHER = (("engagement: 25}", "engagement: 12}"), ("leave: {engagement: 18}", "leave: {engagement: 9}"))
Changes = dict[bytes, bytes]  # id -> as published


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """A copy of retail in which mql is easier to reach."""
    text = (SHIPPED / "retail.yaml").read_text()
    for old, new in OTHER:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    file = tmp_path / "easier.yaml"
    file.write_text(text)
    return file


def rows(app: App) -> dict[int, dict[bytes, bytes]]:
    return {number: dict(log.rows) for number, log in changelog_of(app).items()}


def judged_by(app: App, model: ScoringModel) -> list[bool]:
    """Of each lead, whether that model judged it last."""
    tag = crc32(model.hash.encode())
    return [judge_of(row) == tag for held in rows(app).values() for row in held.values()]


def moved(app: App) -> Changes:
    """The changes that a model caused, and how often each of them was published at least once."""
    told = [record.value for record in read(app, app.names.changes)]
    return {json.loads(one)["id"]: one for one in told if json.loads(one)["cause"]["kind"] == "model"}


def first_records(app: App, model: ScoringModel) -> dict[int, tuple[int, ModelRecord]]:
    """Of each partition the first record by which the model takes effect, and its offset."""
    found: dict[int, tuple[int, ModelRecord]] = {}
    for record in read(app, app.names.control):
        said = decode_control(record.key, record.value, record.partition, app.settings.partitions)
        if isinstance(said, ModelRecord) and said.model == model.hash:
            found.setdefault(record.partition, (record.offset, said))
    return found


def model_since(port: int) -> float:
    """What a worker tells of the moment at which its model took effect."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        (line,) = (one for one in answer.read().decode().splitlines() if one.startswith("intentflow_model_since_sec"))
    return float(line.split()[1])


def publish(app: App, *args: str) -> Result:
    settings = app.settings
    env = {f"INTENTFLOW_{name}": str(getattr(settings, name.lower())) for name in ("APP_ID", "PREFIX", "PARTITIONS")}
    return CliRunner().invoke(
        command_line, ["model", "publish", "--bootstrap", settings.bootstrap, *args], env={**env, "COLUMNS": "200"}
    )


@pytest.mark.timeout(240)
def test_leads_move_by_the_new_model_without_an_event_and_once_over_kills(kafka: EmbeddedKafka, tmp_path, other):
    model = load(str(other))
    with App(kafka.bootstrap, tmp_path, clock="wall") as app:
        first = app.worker().ready()
        send(app, events(1500, 150, seed=1))
        settled(app)
        assert first.stop() == 0
        before = rows(app)
        assert moved(app) == {}

        second = app.worker("tests.system.sliced_scoring", INTENTFLOW_MODEL=str(other)).ready()
        until(lambda: any(judged_by(app, model)), "the first leads to be judged anew")
        second.kill()
        third = app.worker("tests.system.sliced_scoring", INTENTFLOW_MODEL=str(other)).ready()
        until(lambda: all(judged_by(app, model)), "all leads to be judged anew")
        settled(app)
        assert third.stop() == 0

        expected: Changes = {}
        for number, (offset, said) in first_records(app, model).items():
            folded = Scorer(model, 5).fold_model(before[number], before[number], said.at, 0, offset)
            expected |= {json.loads(one.payload)["id"]: one.payload for _, _, told in folded.leads for one in told}
        assert expected
        assert moved(app) == expected
        since = {number: said.at for number, (_, said) in first_records(app, model).items()}
        assert {number: log.model() for number, log in changelog_of(app).items()} == {
            number: (model.hash, at) for number, at in since.items()
        }
        with pytest.raises(ConfigError, match="changed midway"):
            nothing_lost_and_nothing_twice(app)

        port = free_port()
        app.worker(INTENTFLOW_MODEL=str(other), INTENTFLOW_METRICS_PORT=str(port)).ready()
        until(
            lambda: model_since(port) == max(since.values()) / 1000, "a later worker to tell when the model took effect"
        )


@pytest.mark.timeout(240)
def test_where_records_are_the_clock_a_model_takes_effect_when_it_is_published(kafka: EmbeddedKafka, tmp_path, other):
    model, retail = load(str(other)), load("retail")
    with App(kafka.bootstrap, tmp_path) as app:
        first = app.worker().ready()
        send(app, events(600, 60, seed=1))
        settled(app)
        nothing_lost_and_nothing_twice(app)
        refused = publish(app, "retail")
        assert (refused.exit_code, "[draft]" in refused.output, read(app, app.names.control)) == (1, True, [])
        assert "no model was published before" in publish(app, "retail", "--anyway").output
        settled(app)
        assert moved(app) == {}
        nothing_lost_and_nothing_twice(app)

        said = publish(app, str(other), "--anyway").output
        assert "the model before took effect" in said
        assert "applies to leads at once" in said
        settled(app)
        assert not any(judged_by(app, model))
        assert model.hash[:12] in first.said
        assert "this worker runs another" in first.said
        assert first.stop() == 0

        second = app.worker(INTENTFLOW_MODEL=str(other)).ready()
        assert publish(app, str(other), "--anyway").exit_code == 0
        until(lambda: all(judged_by(app, model)), "all leads to be judged anew")
        settled(app)
        assert moved(app)
        last = asyncio.run(last_model(app.settings.bootstrap, app.names.control, app.settings.partitions))
        assert last is not None
        assert last.model == model.hash != retail.hash
        assert second.stop() == 0
