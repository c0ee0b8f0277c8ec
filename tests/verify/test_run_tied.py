"""People who are known by several ids, scored by real workers on a real Apache Kafka, on several partitions."""

import asyncio
import time
from collections.abc import Iterator

import pytest

from intentflow.adapters.embedded_kafka import EmbeddedKafka
from intentflow.domain.message import Parted
from intentflow.errors import ConfigError
from intentflow.model.load import load
from intentflow.verify.findings import Report
from intentflow.verify.run import Verifier, Wish
from intentflow.wire.messages import decode_message
from intentflow.wire.murmur2 import partition_of
from tests.system.records import in_effect, make_topics, read, send, settled
from tests.system.workers import App
from tests.verify.tangled import tangle

pytestmark = pytest.mark.broker


def verified(app: App, **wish) -> Report:
    verifier = Verifier(app.settings.bootstrap, app.names, load("retail"), lambda what, done, total: None)
    return asyncio.run(verifier.run(Wish(**{"settled": True, "path": "all", **wish})))


@pytest.fixture(scope="module")
def app(kafka: EmbeddedKafka, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """Scored in two halves: the first worker was killed in the middle of the second."""
    with App(kafka.bootstrap, tmp_path_factory.mktemp("tied"), clock="wall", chunk=20) as app:
        make_topics(app)
        first = app.worker().ready()
        sendings = [(key, value) for _, key, value in tangle(7, int(time.time() * 1000))]
        send(app, sendings[: len(sendings) // 2])
        settled(app)
        send(app, sendings[len(sendings) // 2 :])
        first.kill()
        second = app.worker().ready()
        settled(app)
        in_effect(app)
        assert second.stop() == 0
        yield app


def states(app: App) -> list[tuple[bytes, bytes]]:
    """Sender and receiver of each."""
    told = ((record.key, decode_message(record.value)) for record in read(app, app.names.identities))
    return [(message.sender, key) for key, message in told if isinstance(message, Parted)]


def test_what_several_partitions_told_each_other_is_the_same_as_the_reference(app):
    report = verified(app)
    assert report.shown == []
    checked = report.checked
    assert (checked.partitions, checked.settled, checked.in_motion) == (4, 4, 0)
    assert checked.messages > 50
    assert any(partition_of(one, 4) != partition_of(other, 4) for one, other in states(app))


def test_a_lead_that_others_came_into_can_be_verified_alone_and_so_can_they(app):
    sender, receiver = next(
        (one, other) for one, other in states(app) if partition_of(one, 4) != partition_of(other, 4)
    )
    for key in (sender, receiver):
        report = verified(app, lead=key)
        assert report.shown == []
        assert (report.checked.leads, report.checked.paths_by_log, report.checked.scores_not_known) == (1, 1, 0)
    with pytest.raises(ConfigError, match="no such lead"):
        verified(app, lead=b"l:nobody")


def test_nothing_is_walked_that_was_not_asked_for(app):
    report = verified(app, path="none")
    assert report.shown == []
    assert report.checked.paths_by_log == 0


def test_what_is_under_way_between_leads_is_nobodys_fault(kafka, tmp_path):
    with App(kafka.bootstrap, tmp_path, clock="wall", chunk=10) as app:
        make_topics(app)
        worker = app.worker("tests.system.slow_scoring").ready()
        send(app, [(key, value) for _, key, value in tangle(8, int(time.time() * 1000))])
        reports = [verified(app, settled=False) for _ in range(4)]
        settled(app)
        in_effect(app)
        assert worker.stop() == 0
        assert [one for report in reports for one in report.shown] == []
        assert verified(app).shown == []
