"""A rolling restart under load, as an upgrade does it: three workers, twelve partitions, one after the other."""

import threading
import time

import pytest

from intentflow.adapters.embedded_kafka import EmbeddedKafka
from tests.system.records import events, make_topics, send, settled
from tests.system.verdict import nothing_lost_and_nothing_twice
from tests.system.workers import App

pytestmark = [pytest.mark.broker, pytest.mark.slow]
WORKERS = 3


def feed(app: App, over: threading.Event) -> threading.Thread:
    """Events until it is over."""

    def go() -> None:
        seed = 100
        while not over.is_set():
            send(app, events(300, 200, seed=seed))
            seed += 1
            time.sleep(0.2)

    thread = threading.Thread(target=go)
    thread.start()
    return thread


def test_workers_that_are_replaced_one_by_one_under_load_lose_nothing_and_double_nothing(
    kafka: EmbeddedKafka, tmp_path
):
    with App(kafka.bootstrap, tmp_path, partitions=12) as app:
        make_topics(app)
        old = [app.worker() for _ in range(WORKERS)]
        for worker in old:
            worker.ready()
        over = threading.Event()
        feeding = feed(app, over)
        try:
            for worker in old:
                assert worker.stop() == 0
                app.worker().ready()
        finally:
            over.set()
            feeding.join()
        settled(app)
        assert nothing_lost_and_nothing_twice(app).changes
