"""A worker as an operator meets it: topics that are wrong, time that passes, a table that is read."""

import asyncio
import json
import time

import pytest

from intentflow.adapters.embedded_kafka import EmbeddedKafka
from intentflow.adapters.topic_specs import app_topics
from intentflow.adapters.topics import ensure
from intentflow.wire.control import CLOCK_KEY
from tests.system.records import read, send
from tests.system.workers import App, until

pytestmark = [pytest.mark.broker]
DAY = 86_400


def test_a_wrong_partition_count_is_refused_with_a_clear_message_and_exit_code_2(kafka: EmbeddedKafka, tmp_path):
    with App(kafka.bootstrap, tmp_path) as app:
        wrong = app_topics(app.names, partitions=3, family_topics=False)
        asyncio.run(ensure(kafka.bootstrap, [spec for spec in wrong if spec.name == app.names.events]))
        worker = app.worker()
        assert worker.ended() == 2
        assert f"{app.names.events}: has 3 partitions, should have 4" in worker.said


@pytest.mark.slow
def test_a_broker_that_is_not_there_is_said_with_exit_code_69(tmp_path):
    with App("127.0.0.1:1", tmp_path) as app:
        worker = app.worker()
        assert worker.ended() == 69
        assert "no Kafka answers at 127.0.0.1:1" in worker.said


def test_a_model_that_is_not_there_is_said_with_exit_code_2(tmp_path):
    with App("127.0.0.1:1", tmp_path) as app:
        assert app.worker(INTENTFLOW_MODEL="no-such-model").ended() == 2


def iso(days_ago: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - days_ago * DAY))


def test_time_that_passes_becomes_a_clock_record_and_demotes_a_lead(kafka: EmbeddedKafka, tmp_path):
    """A sign-up of long ago made a qualified lead; by now it has faded, and nothing but time says so."""
    signup = {
        "event_id": "1",
        "lead_id": "a",
        "family": "newsletter_signup",
        "occurred_at": iso(300),
        "action": "signup",
    }
    confirm = {**signup, "event_id": "2", "action": "confirm"}
    with App(kafka.bootstrap, tmp_path, clock="wall") as app:
        app.worker().ready()
        send(app, [(b"l:a", json.dumps(event).encode()) for event in (signup, confirm)])
        until(lambda: any(record.key == CLOCK_KEY for record in read(app, app.names.control)), "a clock record")
        until(lambda: _causes(app)[-1:] == ["decay"], "a change that time caused")


def _causes(app: App) -> list[str]:
    return [json.loads(record.value)["cause"]["kind"] for record in read(app, app.names.changes)]
