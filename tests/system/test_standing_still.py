"""Workers that cannot go on, and workers that are told to stop."""

import os
import signal

import pytest

from intentflow.adapters.embedded_kafka import EmbeddedKafka
from tests.system.records import events, send, settled
from tests.system.verdict import nothing_lost_and_nothing_twice
from tests.system.workers import App, until

pytestmark = [pytest.mark.broker]


def test_a_broker_that_hangs_ends_the_worker_which_says_what_it_waited_for(tmp_path):
    """Its connections stay open and nothing answers: only the worker itself can notice."""
    with EmbeddedKafka(tmp_path / "broker") as kafka:
        frozen = kafka.pid
        with App(kafka.bootstrap, tmp_path, stall_timeout=4, chunk=20, in_flight=1) as app:
            worker = app.worker("tests.system.slow_scoring", PAUSE="0.2").ready()
            send(app, events(8_000, 50, seed=11))
            os.kill(frozen, signal.SIGSTOP)
            try:
                assert worker.ended() == 70
            finally:
                os.kill(frozen, signal.SIGCONT)
            assert "nothing has moved for 4 s: waiting for" in worker.said
            waited_for = ("acknowledgements of", "records that the broker has", "commits, ", "an answer of Kafka")
            assert any(what in worker.said for what in waited_for)
            again = app.worker(INTENTFLOW_CHUNK="1000", INTENTFLOW_IN_FLIGHT="4").ready()
            settled(app)
            nothing_lost_and_nothing_twice(app)
            assert again.stop() == 0


def test_an_idle_worker_notices_too_that_its_broker_has_fallen_silent(tmp_path):
    with EmbeddedKafka(tmp_path / "broker") as kafka, App(kafka.bootstrap, tmp_path, stall_timeout=4) as app:
        worker, frozen = app.worker().ready(), kafka.pid
        send(app, events(50, 5, seed=13))
        settled(app)
        os.kill(frozen, signal.SIGSTOP)
        try:
            assert worker.ended() == 70
        finally:
            os.kill(frozen, signal.SIGCONT)
        assert "nothing has moved for 4 s: waiting for an answer of Kafka" in worker.said


def test_the_successor_of_a_killed_worker_does_not_wait_for_its_session_to_end(kafka: EmbeddedKafka, tmp_path):
    """The session lasts longer than anything in these tests is waited for."""
    with App(kafka.bootstrap, tmp_path, session_timeout=300) as app:
        first = app.worker(INTENTFLOW_WORKER="0").ready()
        until(lambda: any(tmp_path.glob("workers/*/0.member")), "its note")
        first.kill()
        again = app.worker(INTENTFLOW_WORKER="0").ready()
        send(app, events(300, 50, seed=12))
        settled(app)
        assert again.stop() == 0
        nothing_lost_and_nothing_twice(app)
