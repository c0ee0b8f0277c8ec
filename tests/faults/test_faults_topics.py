"""Topics that are deleted from under a worker: it refuses in words, and nothing is silently wrong."""

import asyncio
import signal
from collections.abc import Iterable

import pytest
from aiokafka.errors import KafkaError

from intentflow.adapters.embedded_kafka import EmbeddedKafka
from intentflow.adapters.topic_specs import app_topics
from intentflow.adapters.topics import ensure
from tests.faults.group import admin_of
from tests.system.records import events, make_topics, send, settled
from tests.system.workers import App, Worker, until

pytestmark = [pytest.mark.broker, pytest.mark.slow]
REFUSED = 2


async def _delete(bootstrap: str, topics: Iterable[str]) -> None:
    async with admin_of(bootstrap) as admin:
        await admin.delete_topics(list(topics))


async def _there(bootstrap: str) -> list[str]:
    async with admin_of(bootstrap) as admin:
        return list(await admin.list_topics())


def delete(app: App, topic: str) -> None:
    """The topic is gone."""
    asyncio.run(_delete(app.settings.bootstrap, [topic]))
    until(lambda: topic not in asyncio.run(_there(app.settings.bootstrap)), f"{topic} to go")


def make(app: App, topic: str) -> None:
    """The topic is there again, by its own settings."""
    specs = [s for s in app_topics(app.names, partitions=app.settings.partitions) if s.name == topic]

    def made() -> bool:
        try:
            return bool(asyncio.run(ensure(app.settings.bootstrap, specs)))
        except KafkaError:
            return False

    until(made, f"{topic} to be made")


def fed(app: App) -> Worker:
    """A worker that has scored some events."""
    make_topics(app)
    worker = app.worker().ready()
    send(app, events(400, 50, seed=1))
    settled(app)
    return worker


def refusal(app: App, worker: Worker) -> str:
    """What the last worker says when it ends for good; those before it may have ended themselves and been started again."""
    for _ in range(4):
        if worker.ended(60) == REFUSED:
            return worker.said
        assert worker.process.returncode == 70, worker.said[-3000:]
        worker = app.worker()
    raise AssertionError(f"it starts again and again: {worker.said[-3000:]}")


def test_a_source_that_was_deleted_and_made_again_while_nobody_looked_is_refused(kafka: EmbeddedKafka, tmp_path):
    with App(kafka.bootstrap, tmp_path) as app:
        assert fed(app).stop() == 0
        delete(app, app.names.events)
        assert "was deleted and made again" in refusal(app, app.worker())


def test_a_source_that_is_deleted_under_a_worker_ends_it(kafka: EmbeddedKafka, tmp_path):
    with App(kafka.bootstrap, tmp_path) as app:
        worker = fed(app)
        delete(app, app.names.events)
        assert "was deleted and made again" in refusal(app, worker)  # by the worker that was started again


def test_a_source_that_is_deleted_and_made_again_behind_the_back_of_a_worker_ends_it(kafka: EmbeddedKafka, tmp_path):
    """It sleeps meanwhile, and less than its session; and the new topic holds more than the old one, so that its position exists there."""
    with App(kafka.bootstrap, tmp_path, session_timeout=30) as app:
        worker = fed(app)
        worker.signal(signal.SIGSTOP)
        delete(app, app.names.events)
        make(app, app.names.events)
        send(app, events(4000, 50, seed=2))
        worker.signal(signal.SIGCONT)
        assert "was deleted and made again" in refusal(app, worker)


def test_a_changelog_that_is_deleted_under_a_worker_is_not_begun_anew(kafka: EmbeddedKafka, tmp_path):
    with App(kafka.bootstrap, tmp_path) as app:
        worker = fed(app)
        delete(app, app.names.changelog)
        worker.kill()
        assert "the changelog was deleted or lost records" in refusal(app, app.worker())
