"""A person with a canary in every field is forgotten, and then looked for, byte by byte: in Redis, in logs, and in the broker's files.

What the receipt says stays must be what is found, and no more; and when Kafka has deleted that too, nothing is found anywhere.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import redis
from aiokafka import TopicPartition
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.admin.records_to_delete import RecordsToDelete
from typer.testing import CliRunner

from intentflow.adapters.embedded_command import environment
from intentflow.adapters.embedded_kafka import EmbeddedKafka
from intentflow.adapters.embedded_valkey import EmbeddedValkey
from intentflow.adapters.offsets import Offsets
from intentflow.adapters.topics import admin_of
from intentflow.cli.main import app as command_line
from intentflow.operate.receipts import digest
from tests.system.records import Sending, events, send, settled
from tests.system.workers import ROOT, App, until

pytestmark = [pytest.mark.broker, pytest.mark.slow]
CANARY = b"kanarienvogel"
MAIL = f"{CANARY.decode()}-mail@example.com"
BROWSER, USER = f"{CANARY.decode()}-browser", f"{CANARY.decode()}-user"
CLEANED_AT_ONCE = {
    "cleanup.policy": "compact",
    "message.timestamp.type": "LogAppendTime",
    "min.compaction.lag.ms": "0",
    "max.compaction.lag.ms": "1000",
    "min.cleanable.dirty.ratio": "0.0",
    "segment.ms": "500",
    "delete.retention.ms": "0",
    "file.delete.delay.ms": "0",
}
DELETED_AT_ONCE = {"segment.ms": "200", "file.delete.delay.ms": "0"}


def event(number: int, family: str, **more: Any) -> bytes:
    at = datetime.now(UTC) - timedelta(minutes=20 - number)
    said = {"event_id": f"{CANARY.decode()}-{number}", "family": family, "occurred_at": at.isoformat(), **more}
    return json.dumps(said).encode()


def of_the_person() -> Iterator[Sending]:
    """A browser, an e-mail address and a user id that turn out to be one person; one of their records is refused."""
    canary = CANARY.decode()
    page = {"page": {"url": f"https://shop.example/pricing?name={canary}", "title": canary}}
    yield f"v:{BROWSER}".encode(), event(0, "website_visit", action="view", visitor_id=BROWSER, **page)
    mail, user = f"l:{MAIL}".encode(), f"l:{USER}".encode()
    yield mail, event(1, "newsletter_signup", action="signup", email=MAIL, visitor_id=BROWSER)
    yield mail, event(2, "newsletter_signup", action="confirm", email=MAIL)
    line = {"sku": canary, "quantity": 1, "price": {"amount": "39.90", "currency": "EUR"}}
    yield mail, event(3, "cart", action="add", email=MAIL, cart_id=f"{canary}-cart", lines=[line])
    profile = {"name": canary, "company": f"{canary} GmbH", "role": "owner"}
    yield mail, event(4, "profile", email=MAIL, profile=profile, provenance="form", given_freely=True)
    yield mail, b'{"family": "website_visit", "email": "%s", "n": 1}' % MAIL.encode()
    yield mail, event(5, "link", email=MAIL, lead_id=USER)
    yield user, event(6, "website_visit", action="view", lead_id=USER, **page)


def on_disk(kafka: EmbeddedKafka, app: App) -> set[str]:
    """The topics of the app in whose files the canary is; files that come and go meanwhile are looked at when they are there."""
    found = set()
    for folder in (kafka.log.parent / "data").glob(f"{app.settings.app_id}*-*"):
        for file in folder.iterdir():
            try:
                if CANARY in file.read_bytes():
                    found.add(folder.name.rpartition("-")[0].removesuffix(".deleted"))
            except FileNotFoundError:
                continue
    return found


async def alter(app: App, configs: dict[str, dict[str, str]]) -> None:
    async with admin_of(app.settings.bootstrap) as admin:
        await admin.alter_configs(
            [ConfigResource(ConfigResourceType.TOPIC, name, configs=c) for name, c in configs.items()]
        )


async def delete_all(app: App, topics: set[str]) -> None:
    """As an operator may, who does not want to wait for retention: all that was read goes."""
    async with Offsets(app.settings.bootstrap) as offsets, admin_of(app.settings.bootstrap) as admin:
        ends = await offsets.ends(topics, app.settings.partitions)
        await admin.delete_records({TopicPartition(*place): RecordsToDelete(end) for place, end in ends.items()})


@pytest.fixture
def projector(kafka, tmp_path) -> Iterator[tuple[App, subprocess.Popen[bytes], str]]:
    """An app with a read model, whose projector runs."""
    with EmbeddedValkey(tmp_path) as valkey:
        more: dict[str, Any] = {"partitions": 2, "redis_url": valkey.url, "projector_metrics_port": 0}
        with App(kafka.bootstrap, tmp_path, **more) as app, (tmp_path / "projector.log").open("wb") as out:
            command = [sys.executable, "-m", "intentflow", "projector"]
            env = environment(app.settings)
            process = subprocess.Popen(
                command, cwd=ROOT, env={**os.environ, **env}, stdout=out, stderr=subprocess.STDOUT
            )
            try:
                yield app, process, valkey.url
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait()


def in_redis(url: str) -> list[bytes]:
    """Keys and what they hold, in which the canary is."""
    with redis.Redis.from_url(url) as client:
        return [key for key in client.scan_iter(count=1000) if CANARY in key + (client.dump(key) or b"")]


def commanded(app: App, *arguments: str, code: int = 0) -> str:
    end = CliRunner().invoke(command_line, list(arguments), env={**environment(app.settings), "COLUMNS": "200"})
    assert end.exit_code == code, f"{end.output}\n{end.exception!r}"
    return end.stdout


@pytest.mark.timeout(300)
def test_no_byte_of_a_person_is_left_but_what_the_receipt_says_and_until_then(
    kafka: EmbeddedKafka, projector, tmp_path: Path
):
    app, _, url = projector
    worker = app.worker().ready()
    send(app, [*events(200, 20, seed=1), *of_the_person()])
    settled(app)
    until(lambda: len(in_redis(url)) >= 3, "the read model to show them")

    told = json.loads(commanded(app, "subject", BROWSER, "--json"))
    assert told["ids"] == [f"l:{USER}", f"l:{MAIL}", f"v:{BROWSER}"]
    assert {one["kind"] for one in told["state"]} == {"lead", "alias"}
    names = app.names
    assert {one["topic"] for one in told["topics"]} >= {names.events, names.identities, names.changes, names.rejections}
    assert len(told["read_model"]["held"]) == 3

    path = tmp_path / "receipt.json"
    receipt = json.loads(commanded(app, "erase", MAIL, "--yes", "--json", "--receipt", str(path)))
    assert receipt == json.loads(path.read_text())
    assert CANARY not in path.read_bytes(), "a receipt names nobody"
    assert {(one["id"], one["state"]) for one in receipt["ids"]} == {
        (digest(key.encode()), "gone") for key in told["ids"]
    }
    assert receipt["done"] is not None
    assert [one["removed"] for one in receipt["rejections"]] == [1]
    assert in_redis(url) == []
    assert CANARY not in (tmp_path / "projector.log").read_bytes() + worker.log.read_bytes()
    stays = {line["topic"] for line in receipt["stays"]}
    held = json.loads(commanded(app, "subject", MAIL, "--json"))
    assert {one["kind"] for one in held["state"]} <= {"stub"}
    assert held["read_model"]["held"] == {}
    assert {one["topic"] for one in held["topics"]} <= stays, "what topics hold under that id until it is deleted"
    assert stays == {names.events, names.identities, names.changes, names.control, names.changelog}
    assert on_disk(kafka, app) == stays | {names.rejections}, "as the receipt says"

    asyncio.run(alter(app, {names.changelog: CLEANED_AT_ONCE}))
    seeds = iter(range(100, 10_000))

    def cleaned() -> bool:
        send(app, events(20, 20, seed=next(seeds)))  # a segment that is written to is not cleaned
        return names.changelog not in on_disk(kafka, app)

    until(cleaned, "the cleaner", limit=100)
    assert worker.stop() == 0
    left = on_disk(kafka, app)
    asyncio.run(alter(app, dict.fromkeys(left, DELETED_AT_ONCE)))
    asyncio.run(delete_all(app, left))

    def deleted() -> bool:
        for topic in left:
            send(app, [(b"l:%d" % number, b"{}") for number in range(8)], topic=topic)  # rolls the segment
        return on_disk(kafka, app) == set()

    until(deleted, "Kafka to delete the rest", limit=100)
    commanded(app, "subject", MAIL, code=1)
