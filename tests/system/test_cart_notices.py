"""Notices of carts on a real Apache Kafka: each once, whatever is killed, and the same bytes wherever it is there twice."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain

import pytest

from intentflow.adapters.embedded_kafka import EmbeddedKafka
from tests.system.records import Sending, read, send, settled
from tests.system.verdict import nothing_lost_and_nothing_twice
from tests.system.workers import App, until

pytestmark = [pytest.mark.broker, pytest.mark.slow]
LEADS = 300
NOW = datetime.now(UTC)
LEFT = timedelta(hours=2)  # ago: longer than retail's quiet hour


def used(n: int, action: str, ago: timedelta, **more: object) -> Sending:
    name = f"lead-{n}"
    at = (NOW - ago + timedelta(milliseconds=n)).isoformat()
    event = {"family": "cart", "event_id": f"{action}-{n}", "lead_id": name, "occurred_at": at, "action": action}
    return b"l:" + name.encode(), json.dumps({**event, "cart_id": f"k{n}", **more}).encode()


def filled() -> Iterator[Sending]:
    for n in range(LEADS):
        yield used(n, "add", LEFT, value={"amount": f"{n}.90", "currency": "EUR"})


def bought() -> Iterator[Sending]:
    for n in range(0, LEADS, 3):
        yield used(n, "purchase", timedelta(minutes=10))


def looked_at() -> Iterator[Sending]:
    for n in range(LEADS):
        yield used(n, "view", timedelta(minutes=5))


def notices(app: App) -> dict[str, bytes]:
    """By id; what is there twice is the same."""
    found: dict[str, bytes] = {}
    for record in read(app, app.names.cart_notices):
        headers = dict(record.headers)
        assert headers["ce_type"] == b"intentflow.cart-notice"
        assert found.setdefault(headers["ce_id"].decode(), record.value) == record.value
        assert json.loads(record.value)["lead"].encode() == record.key == headers["ce_subject"]
    return found


@pytest.mark.timeout(400)
def test_each_cart_is_told_of_once_and_taken_back_once_over_kills(kafka: EmbeddedKafka, tmp_path):
    with App(kafka.bootstrap, tmp_path, commit_interval=2.0, chunk=20) as app:
        first = app.worker().ready()
        send(app, filled())
        settled(app)
        send(app, chain(bought(), looked_at()))
        until(lambda: len(notices(app)) > LEADS // 4, "notices")
        first.kill()
        second = app.worker().ready()
        settled(app)
        second.kill()
        app.worker().ready()
        settled(app)
        told = [json.loads(value) for value in notices(app).values()]
        kinds = {
            kind: sorted(one["cart_id"] for one in told if one["kind"] == kind) for kind in ("abandoned", "recovered")
        }
        assert kinds["abandoned"] == sorted(f"k{n}" for n in range(LEADS))
        assert kinds["recovered"] == sorted(f"k{n}" for n in range(0, LEADS, 3))
        assert {(one["cart_id"], one["value"]["amount"]) for one in told} == {
            (f"k{n}", f"{n}.90") for n in range(LEADS)
        }
        nothing_lost_and_nothing_twice(app)
