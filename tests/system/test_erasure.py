"""Somebody asks to be forgotten, on a real Apache Kafka: nothing of them comes back after a crash, and nothing of them is left."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from intentflow.adapters.embedded_kafka import EmbeddedKafka
from intentflow.wire.control import encode_erasure
from intentflow.wire.rows import decode_row, is_stub
from tests.system.records import Sending, events, read, send, settled
from tests.system.verdict import changelog_of, nothing_lost_and_nothing_twice
from tests.system.workers import App, until

pytestmark = [pytest.mark.broker, pytest.mark.slow]
NAME = "zaphod-the-canary"
KEY = b"l:" + NAME.encode()
COMPACTED_AT_ONCE = {
    "cleanup.policy": "compact",
    "message.timestamp.type": "LogAppendTime",
    "min.compaction.lag.ms": "0",
    "min.cleanable.dirty.ratio": "0.0",
    "segment.ms": "500",
    "delete.retention.ms": "0",
}


def signup(number: int) -> list[Sending]:
    """A sign-up and its confirmation: enough for the first stage that counts."""
    at = datetime.now(UTC) - timedelta(minutes=10 - number)
    said = {"family": "newsletter_signup", "lead_id": NAME, "occurred_at": at.isoformat()}
    return [
        (KEY, json.dumps({**said, "event_id": f"{action}-{number}", "action": action}).encode())
        for action in ("signup", "confirm")
    ]


def erase(app: App) -> None:
    send(app, [encode_erasure(KEY, int(datetime.now(UTC).timestamp() * 1000))], topic=app.names.control)


def rows(app: App) -> list[bytes | None]:
    """What the changelog says of them, record by record."""
    return [record.value for record in read(app, app.names.changelog) if record.key == KEY]


def causes(app: App) -> list[tuple[int, str]]:
    """Their changes by number and cause, each once."""
    told = [json.loads(record.value) for record in read(app, app.names.changes) if record.key == KEY]
    return list(dict.fromkeys((change["sequence"], change["cause"]["kind"]) for change in told))


def is_gone(app: App) -> bool:
    return rows(app)[-1] is None


def compact(app: App) -> None:
    """Whatever may be cleaned is cleaned soon."""

    async def alter() -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=app.settings.bootstrap)
        await admin.start()
        try:
            await admin.alter_configs(
                [ConfigResource(ConfigResourceType.TOPIC, app.names.changelog, COMPACTED_AT_ONCE)]
            )
        finally:
            await admin.close()

    asyncio.run(alter())


def bytes_left(app: App) -> list[int]:
    """Where in the changelog their name still is."""
    return [
        record.offset
        for record in read(app, app.names.changelog)
        if NAME.encode() in (record.key or b"") + (record.value or b"")
    ]


@pytest.mark.timeout(400)
def test_who_is_erased_is_forgotten_over_kills_begins_anew_and_is_gone_without_a_trace(kafka: EmbeddedKafka, tmp_path):
    with App(kafka.bootstrap, tmp_path, commit_interval=2.0) as app:
        first = app.worker().ready()
        send(app, [*events(400, 20, seed=1), *signup(0)])
        until(lambda: any(rows(app)), "a row of theirs")
        erase(app)
        until(lambda: bool((last := rows(app)[-1]) and is_stub(last)), "a stub")
        first.kill()  # before it is committed, or after

        second = app.worker().ready()
        settled(app)
        until(lambda: is_gone(app), "a tombstone")
        assert KEY not in {key for log in changelog_of(app).values() for key in log.rows}
        numbers = [number for number, _ in causes(app)]
        assert numbers == list(range(1, len(numbers) + 1))
        assert causes(app)[-1][1] == "erasure"

        send(app, signup(5))
        until(lambda: not is_gone(app), "a new row")
        second.kill()
        third = app.worker().ready()
        settled(app)
        [lead] = [decode_row(log.rows[KEY]) for log in changelog_of(app).values() if KEY in log.rows]
        assert lead.newsletter is not None
        assert lead.since >= int((datetime.now(UTC) - timedelta(minutes=7)).timestamp() * 1000)

        erase(app)
        until(lambda: is_gone(app), "another tombstone")
        settled(app)
        nothing_lost_and_nothing_twice(app, path="all")
        compact(app)
        seeds = iter(range(100, 10_000))

        def nothing_is_left() -> bool:
            send(app, events(20, 20, seed=next(seeds)))  # a segment that is written to is not cleaned
            return not bytes_left(app)

        until(nothing_is_left, "the cleaner", limit=200)
        assert third.stop() == 0
