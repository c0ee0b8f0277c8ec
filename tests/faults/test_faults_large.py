"""Very many partitions, and sources that are compressed."""

import asyncio
import importlib.util

import pytest

from intentflow.adapters.embedded_kafka import EmbeddedKafka
from tests.faults.group import lag
from tests.system.records import events, make_topics, send
from tests.system.verdict import nothing_lost_and_nothing_twice
from tests.system.workers import App, until

pytestmark = [pytest.mark.broker, pytest.mark.slow]
PARTITIONS = 200
CODECS = ["gzip", *(["lz4", "zstd"] if importlib.util.find_spec("cramjam") else [])]


def test_two_hundred_partitions_start_are_taken_over_and_drain(kafka: EmbeddedKafka, tmp_path):
    with App(kafka.bootstrap, tmp_path, partitions=PARTITIONS, chunk=1000, session_timeout=6) as app:
        make_topics(app)
        for seed, codec in enumerate([None, *CODECS]):
            send(app, events(3000, 2000, seed), compression=codec)
        first = app.worker()
        second = app.worker()
        until(lambda: first.openings() > 0 and second.openings() > 0, "both to take partitions", 90)
        first.kill()
        openings = second.openings()
        send(app, events(3000, 2000, seed=99))
        until(lambda: second.openings() > openings, "the other one to take over", 90)
        sources = (app.names.events, app.names.control)
        until(
            lambda: not asyncio.run(lag(kafka.bootstrap, app.settings.app_id, sources, PARTITIONS)), "the lag to go", 90
        )
        assert second.stop() == 0
        assert nothing_lost_and_nothing_twice(app).changes
