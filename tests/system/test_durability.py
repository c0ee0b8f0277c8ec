"""Nothing lost, nothing twice: real workers on a real Apache Kafka, killed, frozen and joined."""

import random
import signal
import threading
import time

import pytest
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy

from intentflow.adapters.embedded_kafka import EmbeddedKafka
from tests.adapters.strange_headers import Named
from tests.system.records import events, make_topics, send, settled
from tests.system.verdict import nothing_lost_and_nothing_twice
from tests.system.workers import App

pytestmark = [pytest.mark.broker, pytest.mark.slow]
SLOW = "tests.system.slow_scoring"


def feed(app: App, rounds: int, each: int, pause: float) -> threading.Thread:
    """Events for a while, from another thread."""

    def go() -> None:
        for n in range(rounds):
            send(app, events(each, 300, seed=n))
            time.sleep(pause)

    thread = threading.Thread(target=go)
    thread.start()
    return thread


def test_events_become_state_and_changes_and_poison_goes_to_the_rejections_with_its_bytes(
    kafka: EmbeddedKafka, tmp_path
):
    with App(kafka.bootstrap, tmp_path) as app:
        worker = app.worker().ready()
        send(app, events(2000, 100, seed=1))
        for seed, codec in enumerate(("gzip", "lz4", "zstd", "snappy"), start=2):
            send(app, events(400, 100, seed=seed), compression=codec)
        send(app, [(None, b"no key"), (b"l:lead-1", None), (b"l:lead-1", b"x" * (1 << 20))])
        settled(app)
        assert worker.stop() == 0
        checked = nothing_lost_and_nothing_twice(app)
        assert checked.changes
        assert checked.rejections > 3


def test_a_header_whose_name_is_no_utf8_stops_nobody(kafka: EmbeddedKafka, tmp_path, monkeypatch):
    for module in ("producer", "message_accumulator"):
        monkeypatch.setattr(f"aiokafka.producer.{module}.DefaultRecordBatchBuilder", _DefaultRecordBatchBuilderPy)
    with App(kafka.bootstrap, tmp_path) as app:
        worker = app.worker().ready()
        send(app, events(100, 20, seed=7), headers=[(Named(b"gr\xf6\xdfe"), b"XL")])
        send(app, events(100, 20, seed=8))
        settled(app)
        assert worker.stop() == 0
        assert nothing_lost_and_nothing_twice(app).changes


def test_a_worker_that_is_killed_again_and_again_loses_nothing_and_doubles_nothing(kafka: EmbeddedKafka, tmp_path):
    with App(kafka.bootstrap, tmp_path) as app:
        make_topics(app)
        feeding, chance = feed(app, rounds=6, each=800, pause=0.7), random.Random(5)
        for _ in range(4):
            worker = app.worker(SLOW)
            worker.ready()
            time.sleep(chance.uniform(0.05, 1.2))
            worker.kill()
        app.worker(SLOW).ready()
        feeding.join()
        settled(app)
        assert nothing_lost_and_nothing_twice(app).changes


def test_workers_that_join_and_leave_under_load_lose_nothing(kafka: EmbeddedKafka, tmp_path):
    with App(kafka.bootstrap, tmp_path) as app:
        first = app.worker(SLOW).ready()
        feeding = feed(app, rounds=8, each=800, pause=0.4)
        second = app.worker(SLOW).ready()
        first.ready(openings=2)
        assert second.stop() == 0
        first.ready(openings=3)
        feeding.join()
        settled(app)
        assert nothing_lost_and_nothing_twice(app).changes
        assert first.stop() == 0


def test_a_zombie_ends_without_harm(kafka: EmbeddedKafka, tmp_path):
    """Frozen for longer than its session, with chunks under way; its partitions go to another; then it wakes."""
    with App(kafka.bootstrap, tmp_path) as app:
        zombie = app.worker(SLOW, PAUSE="0.3").ready()
        feeding = feed(app, rounds=10, each=600, pause=0.3)
        time.sleep(0.7)
        zombie.signal(signal.SIGSTOP)
        app.worker().ready()
        zombie.signal(signal.SIGCONT)
        feeding.join()
        settled(app)
        time.sleep(1)
        assert nothing_lost_and_nothing_twice(app).changes
