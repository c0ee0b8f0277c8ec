"""Leads on several partitions that turn out to be one person: nothing of theirs is lost or counted twice, whoever is killed."""

import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from intentflow.adapters.embedded_kafka import EmbeddedKafka
from intentflow.domain.event import key_of
from intentflow.domain.fold import Fold
from intentflow.domain.lead import Lead
from intentflow.lane.changelog import ledger_sums
from intentflow.model.load import load
from intentflow.replay.through_core import CoreReplay
from intentflow.wire.events import decode
from intentflow.wire.messages import Enclosed, decode_message
from intentflow.wire.rejections import Rejection
from intentflow.wire.rows import decode_row
from tests.system.records import Sending, make_topics, read, send, settled
from tests.system.verdict import changelog_of
from tests.system.workers import App

pytestmark = [pytest.mark.broker, pytest.mark.slow]
SLOW = "tests.system.slow_scoring"
KINDS: tuple[dict[str, Any], ...] = (
    {"family": "website_visit", "action": "view", "page": {"url": "https://shop.example/pricing"}},
    {"family": "landing_page", "action": "land", "campaign": {"name": "spring"}},
    {"family": "cart", "action": "shipping_quote", "cart_id": "c1"},
    {"family": "newsletter_signup", "action": "signup"},
)


def people(count: int, seed: int) -> Iterator[Sending]:
    """Everybody has two browsers, an address and an account; who they are is said late, in any order, some of it twice."""
    chance, begin = random.Random(seed), datetime.now(UTC) - timedelta(hours=2)
    records: list[dict[str, Any]] = []
    for n in range(count):
        browsers, address, account = [f"b{n}-1", f"b{n}-2"], f"p{n}@example.com", f"u{n}"
        who: list[dict[str, str]] = [{"visitor_id": b} for b in browsers] + [{"email": address}, {"lead_id": account}]
        who += [{"lead_id": account, "visitor_id": browsers[0]}]
        records += [{**chance.choice(KINDS), **chance.choice(who)} for _ in range(12)]
        links = [{"visitor_id": browsers[1], "email": address}, {"lead_id": account, "email": address}]
        links += [{"lead_id": account, "visitor_id": browsers[0]}, {"lead_id": account, "same_as": f"a{n}"}]
        records += [{"family": "link", **link} for link in links + links[:2]]
    chance.shuffle(records)
    for n, record in enumerate(records):
        value = msgspec.json.encode(
            {"event_id": f"{seed}-{n}", "occurred_at": begin + timedelta(milliseconds=50 * n), **record}
        )
        event = decode(value)
        assert not isinstance(event, Rejection), event
        yield key_of(event), value


def undisturbed(app: App, sent: list[Sending]) -> CoreReplay:
    """The same records through the core alone."""

    class Files:
        def records(self) -> Iterator[Enclosed]:
            now = int(time.time() * 1000)
            return iter([Enclosed(n, now, key, value, ()) for n, (key, value) in enumerate(sent)])

    core = CoreReplay(load(app.settings.model))
    core.take(Files())  # type: ignore[arg-type]  # as much of a reading as is read
    return core


def leads_of(rows: dict[bytes, bytes]) -> dict[bytes, Lead]:
    return {key: decode_row(row) for key, row in rows.items()}


def person(leads: dict[bytes, Lead], key: bytes) -> bytes:
    """Whose alias a lead is in the end."""
    while (bonds := leads[key].bonds) is not None and bonds.alias:
        key = bonds.alias
    return key


def the_same_people_with_the_same_scores(app: App, sent: list[Sending]) -> None:
    fold, core = Fold(load(app.settings.model)), undisturbed(app, sent)
    logs = changelog_of(app)
    mine = leads_of({key: row for log in logs.values() for key, row in log.rows.items()})
    expected = leads_of(core.rows)
    assert mine.keys() == expected.keys()
    end = max(lead.clock for lead in (*mine.values(), *expected.values()))
    for key, lead in expected.items():
        assert person(expected, key) == person(mine, key), key
        assert fold.scores.at(mine[key], end) == pytest.approx(fold.scores.at(lead, end), abs=1e-9), key
    sums = ledger_sums(logs.values())
    events, told = sums[app.names.events], sums[app.names.identities]
    assert events.counted + told.counted == core.counted == len(sent)
    assert events.forwarded + told.forwarded == told.counted + told.duplicate + told.rejected + told.forwarded


def messages_are_numbered_without_a_fork(app: App) -> None:
    """What was published again is byte for byte what it was."""
    seen: dict[tuple[bytes, int], bytes] = {}
    for record in read(app, app.names.identities):
        message = decode_message(record.value)
        assert not isinstance(message, Rejection)
        assert seen.setdefault((message.sender, message.number), record.value) == record.value


def test_people_who_turn_out_to_be_one_are_scored_as_one_wherever_their_ids_lie(kafka: EmbeddedKafka, tmp_path):
    with App(kafka.bootstrap, tmp_path) as app:
        sent = list(people(60, seed=1))
        app.worker().ready()
        send(app, sent)
        settled(app)
        the_same_people_with_the_same_scores(app, sent)
        messages_are_numbered_without_a_fork(app)


def test_kills_between_telling_and_hearing_lose_nothing_and_count_nothing_twice(kafka: EmbeddedKafka, tmp_path):
    with App(kafka.bootstrap, tmp_path, chunk=60) as app:
        make_topics(app)
        sent, chance = list(people(80, seed=2)), random.Random(5)
        for part in range(5):
            send(app, sent[part * len(sent) // 5 : (part + 1) * len(sent) // 5])
            workers = [app.worker(SLOW) for _ in range(1 + part % 2)]
            workers[0].ready()
            time.sleep(chance.uniform(0.1, 1.5))
            for worker in workers:
                worker.kill()
        app.worker(SLOW).ready()
        settled(app)
        the_same_people_with_the_same_scores(app, sent)
        messages_are_numbered_without_a_fork(app)
