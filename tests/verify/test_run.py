"""A real worker's work on a real Apache Kafka: it is the same as the reference, and whatever is spoiled in the topics is found."""

import asyncio
import time
from collections.abc import Iterator

import msgspec
import pytest

from intentflow.adapters.embedded_kafka import EmbeddedKafka
from intentflow.adapters.producing import BatchProducer
from intentflow.adapters.topic_specs import TopicSpec
from intentflow.adapters.topics import ensure
from intentflow.errors import ConfigError, ServerMissingError
from intentflow.lane.marks import LEDGER, decode_ledger, encode_ledger
from intentflow.model.load import load
from intentflow.operate.purging import purge
from intentflow.simulate import traffic
from intentflow.verify.findings import Difference, Report
from intentflow.verify.run import ALL_PATHS, Verifier, Wish, sampler, share
from intentflow.wire.murmur2 import partition_of
from intentflow.wire.records import Ledger
from intentflow.wire.rows import decode_row
from intentflow.wire.topic_names import TopicNames
from tests.system.records import in_effect, make_topics, read, send, settled
from tests.system.verdict import changelog_of
from tests.system.workers import App
from tests.verify.made import miscounted

pytestmark = pytest.mark.broker
PEOPLE = 25


class Copied(TopicNames, frozen=True):
    """An app whose outputs are read from copies."""

    copy: str = ""

    @property
    def changes(self) -> str:
        return f"{self.copy}.changes"

    @property
    def rejections(self) -> str:
        return f"{self.copy}.rejections"


def verified(app: App, names: TopicNames | None = None, **wish) -> Report:
    verifier = Verifier(app.settings.bootstrap, names or app.names, load("retail"), lambda what, done, total: None)
    return asyncio.run(verifier.run(Wish(**{"settled": True, "path": "none", **wish})))


def kinds(report: Report) -> set[tuple[str, str, str | None]]:
    return {(one.what, one.topic, one.lead) for one in report.shown}


def only(report: Report) -> Difference:
    assert report.differences == 1, report.shown
    return report.shown[0]


@pytest.fixture(scope="module")
def app(kafka: EmbeddedKafka, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """A worker has scored some days of a shop, with poison and repeats, and has ended."""
    with App(kafka.bootstrap, tmp_path_factory.mktemp("verified"), clock="wall") as app:
        worker = app.worker().ready()
        sendings = [(key, value) for _, key, value in traffic(3, PEOPLE, int(time.time() * 1000), 10)]
        send(app, sendings[:200])
        send(app, [*sendings[150:], (b"l:a", b"poison"), (None, b"{}"), (b"l:b", None)])
        settled(app)
        in_effect(app)
        assert worker.stop() == 0
        yield app


def write(app: App, key: bytes, value: bytes | None) -> None:
    """A record in the changelog, where the lead's are."""
    number = partition_of(key, app.settings.partitions)
    asyncio.run(_add(app, app.names.changelog, [(number, key, value, ())]))


async def _add(app: App, topic: str, records) -> None:
    async with BatchProducer(app.settings.bootstrap) as producer:
        for number, key, value, headers in records:
            await producer.add(topic, number, key, value, int(time.time() * 1000), list(headers))


def copied(app: App, name: str, changes, rejections) -> Copied:
    """Outputs that say this instead."""
    names = Copied(app.names.prefix, app.names.app_id, name)
    for topic, records in ((names.changes, changes), (names.rejections, rejections)):
        asyncio.run(ensure(app.settings.bootstrap, [TopicSpec(topic, app.settings.partitions, 1, {})]))
        asyncio.run(_add(app, topic, [(one.partition, one.key, one.value, one.headers) for one in records]))
    return names


@pytest.fixture
def spoiled(app: App) -> Iterator[tuple[bytes, bytes]]:
    """A lead that had changes, and its row; the row is put back afterwards."""
    key = next(record.key for record in read(app, app.names.changes) if record.key.startswith(b"l:"))
    row = next(log.rows[key] for log in changelog_of(app).values() if key in log.rows)
    yield key, row
    write(app, key, row)


def test_what_a_worker_did_is_the_same_as_the_reference(app):
    report = verified(app, path="all")
    assert report.shown == []
    checked = report.checked
    assert (checked.partitions, checked.settled, checked.in_motion) == (4, 4, 0)
    assert checked.leads == checked.paths_by_log > PEOPLE / 2
    assert checked.changes > 20
    assert checked.rejections >= 3
    assert checked.records >= len(read(app, app.names.events))


def test_a_large_partition_is_read_share_by_share(app):
    at_once, by_shares = verified(app), verified(app, at_once=40, learnt_at_once=2)
    assert (by_shares.shown, by_shares.checked) == ([], at_once.checked)


def test_one_lead_and_one_partition_can_be_verified_alone(app, spoiled):
    key, _ = spoiled
    one = verified(app, path="sample", lead=key).checked
    assert (one.leads, one.paths_by_log) == (1, 1)
    assert verified(app, partition=2).checked.partitions == 1


def test_a_row_that_was_overwritten_with_a_changed_count_is_found(app, spoiled):
    key, row = spoiled
    partitions = app.settings.partitions
    write(app, key, miscounted(load("retail"), key, row, partition_of(key, partitions), partitions))
    report = verified(app)
    assert ("score", app.names.events, key.decode()) in kinds(report)
    assert {one.offset for one in report.shown} == {decode_row(row).applied[0]}


def test_a_tombstone_over_a_lead_that_lives_is_found(app, spoiled):
    key, _ = spoiled
    write(app, key, None)
    assert kinds(verified(app)) == {("void", app.names.changelog, key.decode())}


def test_books_that_are_off_by_one_are_found(app):
    number = next(n for n, log in changelog_of(app).items() if log.ledgers()[0].counted)
    row = changelog_of(app)[number].marks[LEDGER + b"0"]
    books = decode_ledger(row)
    off = Ledger(books.position, books.counted + 1, books.duplicate, books.rejected)
    asyncio.run(_add(app, app.names.changelog, [(number, LEDGER + b"0", encode_ledger(1, off), ())]))
    try:
        found = only(verified(app))
        assert (found.what, found.topic, found.partition, found.offset) == (
            "books",
            app.names.events,
            number,
            books.position,
        )
    finally:
        asyncio.run(_add(app, app.names.changelog, [(number, LEDGER + b"0", row, ())]))


def test_a_change_that_is_not_on_the_topic_is_found(app):
    changes, rejections = read(app, app.names.changes), read(app, app.names.rejections)
    gone = changes.pop(3)
    found = only(verified(app, copied(app, f"{app.names.prefix}-fewer", changes, rejections)))
    assert (found.what, found.partition, found.lead) == ("change_missing", gone.partition, gone.key.decode())


def test_a_change_that_is_there_twice_with_other_bytes_is_found(app):
    changes, rejections = read(app, app.names.changes), read(app, app.names.rejections)
    first = changes[0]
    second = first.__class__(**{**vars(first), "value": first.value + b" "})
    names = copied(app, f"{app.names.prefix}-more", [*changes, first, second], rejections)
    report = verified(app, names)
    found = only(report)
    assert (found.what, found.topic, found.partition) == ("change_twice", names.changes, first.partition)
    assert report.checked.repeats == 2


def test_a_rejection_that_is_not_on_the_topic_is_found(app):
    changes, rejections = read(app, app.names.changes), read(app, app.names.rejections)
    gone = dict(rejections.pop(0).headers)
    found = only(verified(app, copied(app, f"{app.names.prefix}-kept", changes, rejections)))
    place = found.what, found.topic, str(found.offset).encode()
    assert place == ("rejection_missing", app.names.events, gone["source_offset"])


def test_a_partition_whose_first_rejections_are_gone_though_nobody_was_erased_is_refused(app):
    changes, rejections = read(app, app.names.changes), read(app, app.names.rejections)
    names = copied(app, f"{app.names.prefix}-purged", changes, rejections)
    number = rejections[0].partition
    asyncio.run(purge(app.settings.bootstrap, names.rejections, number, lambda r: r.key == rejections[0].key))
    with pytest.raises(ConfigError, match=rf"rejections-{number} begins at offset .* has expired"):
        verified(app, names)


def test_another_model_than_the_workers_is_refused_in_words(app):
    verifier = Verifier(
        app.settings.bootstrap,
        app.names,
        msgspec.structs.replace(load("retail"), hash="other"),
        lambda what, done, total: None,
    )
    with pytest.raises(ConfigError, match="give the model that the worker has"):
        asyncio.run(verifier.run(Wish()))


def test_an_app_or_a_lead_or_a_partition_that_is_not_there_is_said(app, kafka, tmp_path):
    with pytest.raises(ConfigError, match="has the worker run"):
        verified(App(kafka.bootstrap, tmp_path))
    with pytest.raises(ConfigError, match="no such lead"):
        verified(app, lead=b"l:nobody")
    with pytest.raises(ConfigError, match="partitions 0 to 3"):
        verified(app, partition=4)


def test_a_worker_that_has_only_begun_is_not_blamed_for_what_is_under_way(kafka, tmp_path):
    with App(kafka.bootstrap, tmp_path, chunk=20) as app:
        make_topics(app)
        worker = app.worker("tests.system.slow_scoring").ready()
        send(app, [(key, value) for _, key, value in traffic(4, 40, int(time.time() * 1000), 10)])
        reports = [verified(app, settled=False, path="all") for _ in range(3)]
        settled(app)
        worker.kill()
        assert [one for report in reports for one in report.shown] == []
        assert verified(app, path="all").shown == []


def test_a_sample_is_the_same_for_the_same_seed_and_everybody_if_there_are_few():
    assert share(Wish(), ALL_PATHS) == share(Wish(path="all"), 10**9) == share(Wish(lead=b"l:a"), 10**9) == 1.0
    assert (share(Wish(), 4 * ALL_PATHS), share(Wish(path="none"), 1)) == (0.25, 0.0)
    keys = [b"l:%d" % n for n in range(4000)]
    first, again, other = (list(filter(sampler(Wish(seed=seed), 0.25), keys)) for seed in (1, 1, 2))
    assert first == again != other
    assert 800 < len(first) < 1200


def test_a_kafka_that_is_not_there_is_said():
    verifier = Verifier("127.0.0.1:1", TopicNames(), load("retail"), lambda what, done, total: None)
    with pytest.raises(ServerMissingError, match="no Kafka answers"):
        asyncio.run(verifier.run(Wish()))
