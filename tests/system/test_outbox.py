"""One lead that has more to tell than any row could carry."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from intentflow.adapters.embedded_kafka import EmbeddedKafka
from intentflow.lane.changelog import ledger_sums
from intentflow.wire.changes import decode_change
from intentflow.wire.cutting import BOUND
from tests.system.records import Sending, events, make_topics, read, send, settled
from tests.system.verdict import changelog_of, nothing_lost_and_nothing_twice
from tests.system.workers import App

pytestmark = [pytest.mark.broker, pytest.mark.slow]
FLIPS, OTHERS = 9000, 900
FLIPPER = "l:flipper"


def flips() -> Iterator[Sending]:
    """One lead signs up and unsubscribes every two hours: each event changes its stage. In between, other leads' events."""
    begin = datetime.now(UTC) - timedelta(hours=2 * FLIPS + 1)
    others = events(OTHERS, 50, seed=3)
    for n in range(FLIPS):
        action = "unsubscribe" if n % 2 else "signup"
        event = {
            "family": "newsletter_signup", "action": action, "event_id": f"flip-{n}", "lead_id": FLIPPER[2:],
            "occurred_at": (begin + timedelta(hours=2 * n)).isoformat(),
        }  # fmt: skip
        yield FLIPPER.encode(), json.dumps(event).encode()
        if n % (FLIPS // OTHERS) == 0:
            yield next(others)


def test_thousands_of_changes_of_one_lead_in_one_fetch_all_come_out_once(kafka: EmbeddedKafka, tmp_path):
    """Uncut, the lead's row would have 6 MB, which Kafka refuses, at every start again."""
    with App(kafka.bootstrap, tmp_path, partitions=1, chunk=10_000, fetch_bytes=8 << 20) as app:
        make_topics(app)
        sent = send(app, flips())
        worker = app.worker().ready()
        settled(app, limit=120)
        assert worker.stop() == 0
        counts = ledger_sums(changelog_of(app).values())[app.names.events]
        assert counts.counted + counts.duplicate + counts.rejected == sent == FLIPS + OTHERS
        changes = [decode_change(record.value) for record in read(app, app.names.changes)]
        assert [change.sequence for change in changes if change.lead == FLIPPER] == list(range(1, FLIPS + 1))
        rows = [len(record.value) for record in read(app, app.names.changelog) if record.key == FLIPPER.encode()]
        assert BOUND.told < max(rows) < 3 * BOUND.told
        assert nothing_lost_and_nothing_twice(app, path="none").changes == len(changes)
        assert app.worker().ready().stop() == 0, "and what was written is read again"
