"""The stack that clients meet: a collector and a worker, each a process, on the tests' Kafka; and what is to be read on the other side."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from intentflow.adapters.embedded_command import EmbeddedCommand
from intentflow.collector.keyfile import add_key
from intentflow.domain.event import FAMILY_OF, Link, Profile
from intentflow.domain.fold import Fold
from intentflow.domain.lead import Lead
from intentflow.model.load import load
from intentflow.wire.events import decode
from intentflow.wire.rejections import Rejection
from intentflow.wire.rows import decode_row
from tests.system.records import make_topics, read, settled
from tests.system.verdict import changelog_of
from tests.system.workers import App, until


class Doors:
    """A running collector with a worker behind it. `url` and `key` are all that a client is told."""

    def __init__(self, bootstrap: str, folder: Path) -> None:
        self.app = App(
            bootstrap, folder, collector_port=0, collector_metrics_port=0, collector_keys=folder / "keys.yaml"
        )
        self.key = add_key(folder / "keys.yaml", "clients", "browser", also=("profiles", "joins"))
        make_topics(self.app)
        self._collector = EmbeddedCommand("collector", self.app.settings, folder / "collector.log")

    def open(self) -> None:
        """Both run."""
        self._collector.start()
        worker = self.app.worker()
        until(lambda: bool(self.url), "the collector to listen")
        worker.ready()

    def close(self) -> None:
        self._collector.stop()

    @property
    def url(self) -> str:
        """Where the collector listens; empty until it does."""
        self._collector.require_alive()
        found = re.search(r"http://127\.0\.0\.1:\d+", self._collector.log.read_text())
        return found[0] if found else ""

    def events(self, keys: Iterable[str]) -> list[tuple[str, str]]:
        """What is on the topic under these keys: what it is, beside the key, sorted."""
        records = read(self.app, self.app.names.events)
        return sorted((key, kind_of(record.value)) for record in records if (key := record.key.decode()) in keys)

    def rejections(self) -> list[str]:
        """Why anything was refused."""
        return [dict(record.headers)["detail"].decode() for record in read(self.app, self.app.names.rejections)]

    def changes(self, lead: str) -> list[dict[str, Any]]:
        """The changes of one lead, in order."""
        records = read(self.app, self.app.names.changes)
        return [msgspec.json.decode(record.value) for record in records if record.key.decode() == lead]

    def leads(self) -> dict[str, Lead]:
        """Every lead that there is, by its key; the worker has nothing more to do."""
        settled(self.app)
        rows = {key: row for log in changelog_of(self.app).values() for key, row in log.rows.items()}
        return {key.decode(): decode_row(row) for key, row in rows.items()}

    def scores(self, lead: Lead) -> list[float]:
        """Engagement, fit and intent, as of its latest moment."""
        return Fold(load(self.app.settings.model)).scores.at(lead, lead.clock)

    def until_all_are(self, stage: str, leads: Iterable[str]) -> None:
        """Wait until the last change of each of these leads goes to that stage."""

        def arrived() -> bool:
            last = {}
            for record in read(self.app, self.app.names.changes):
                last[record.key.decode()] = msgspec.json.decode(record.value)["to"]
            return all(last.get(lead) == stage for lead in leads)

        until(arrived, f"{', '.join(leads)} to be {stage}")


def kind_of(value: bytes) -> str:
    """What a record on the events topic is: `cart.add`, `link`, `profile`."""
    event = decode(value)
    assert not isinstance(event, Rejection), event
    if isinstance(event, Link | Profile):
        return "link" if isinstance(event, Link) else "profile"
    return f"{FAMILY_OF[type(event)]}.{event.action}"


def aliases_of(lead: str, leads: dict[str, Lead]) -> list[str]:
    """The other ids of one person: visitors and addresses that turned out to be this lead."""
    return sorted(key for key, one in leads.items() if one.bonds is not None and one.bonds.alias.decode() == lead)
