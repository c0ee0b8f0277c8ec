"""Two systems that do the same job under the same hazards: intentflow, and a stock Faust app."""

import asyncio
import json
import os
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from copy import copy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import msgspec

from intentflow.adapters.embedded_command import environment
from intentflow.adapters.offsets import Offsets
from intentflow.lane.changelog import ledger_sums
from tests.faults.brokers import fixed_port
from tests.system.records import Sending, make_topics, read, send
from tests.system.verdict import changelog_of, nothing_lost_and_nothing_twice
from tests.system.workers import App, Worker


class Outcome(NamedTuple):
    """Events that count, how many of them were lost and how many counted twice, and what else was seen."""

    sent: int
    lost: int
    doubled: int
    seen: str = ""


def visits(name: str, count: int, leads: int = 20, people: str = "", wide: int = 0) -> Iterator[Sending]:
    """Visits of some leads, ten milliseconds apart; `name` begins the ids of the events, `people` (or that) those of the leads.

    `wide`: attributes of a thousand letters each.
    """
    begun = datetime.now(UTC) - timedelta(hours=1)
    for n in range(count):
        lead = f"{people or name}-lead-{n % leads}"
        event = {
            "family": "website_visit", "event_id": f"{name}-{n}", "lead_id": lead,
            "occurred_at": (begun + timedelta(milliseconds=10 * n)).isoformat(), "page": {"url": "https://shop.example/products/7"},
        }  # fmt: skip
        if wide:
            event["attributes"] = {f"a{at}": "x" * 1000 for at in range(wide)}
        yield f"l:{lead}".encode(), msgspec.json.encode(event)


class Subject(App):
    """An app whose workers may reach their broker through a proxy; what is sent and read from outside goes there directly."""

    module = "streams.scoring"

    def __init__(self, bootstrap: str, direct: str, folder: Path, **more: object) -> None:
        super().__init__(bootstrap, folder, **more)
        self.outside = copy(self)
        self.outside.settings = self.settings.model_copy(update={"bootstrap": direct})
        self.sent: Counter[str] = Counter()

    def begin(self) -> None:
        """Its topics are there."""
        make_topics(self.outside)

    def start(self, module: str | None = None, **env: str) -> Worker:
        """A worker that has its partitions."""
        return self.worker(module or self.module, **env).ready()

    def give(self, sendings: Iterable[Sending], count: bool = True) -> None:
        """These are on the events topic; `count`: each of them should be counted."""
        sendings = list(sendings)
        send(self.outside, sendings)
        self.sent.update((key or b"").decode() for key, _ in sendings if count)

    def committed(self) -> int:
        """Events that are committed."""
        return asyncio.run(self._lag_and_committed())[1]

    def lag(self) -> int:
        """Events that are not committed."""
        return asyncio.run(self._lag_and_committed())[0]

    async def _lag_and_committed(self) -> tuple[int, int]:
        async with Offsets(self.outside.settings.bootstrap) as offsets:
            ends = await offsets.ends([self.names.events], self.settings.partitions)
            committed = await offsets.committed(self.settings.app_id)
            done = sum(committed.get(tp, 0) for tp in ends)
            return sum(ends.values()) - done, done

    def drained(self, limit: float = 40.0) -> bool:
        """Whether everything is committed within so many seconds."""
        deadline = time.monotonic() + limit
        while self.lag():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.1)
        return True

    def counted(self) -> int:
        """Events that are in its state."""
        sums = ledger_sums(changelog_of(self.outside).values())
        return sums[self.names.events].counted if self.names.events in sums else 0

    def outcome(self, seen: str = "") -> Outcome:
        """What became of all that was given. The worker has drained it; whatever it did wrong fails here already."""
        nothing_lost_and_nothing_twice(self.outside, path="none")
        sent = self.sent.total()
        return Outcome(sent, max(0, sent - self.counted()), max(0, self.counted() - sent), seen)


class StockWorker(Worker):
    """A process of the stock app."""

    def openings(self) -> int:
        return self.said.count("Worker ready")


class StockSubject(Subject):
    """The stock app."""

    module = "tests.faults.stock_app"

    def worker(self, module: str = module, **env: str) -> Worker:
        given = {**os.environ, **environment(self.settings), "STOCK_WEB_PORT": str(fixed_port()), **env}
        worker = StockWorker(self, f"stock-{len(self.workers)}", given, module)
        self.workers.append(worker)
        return worker

    def start(self, module: str | None = None, **env: str) -> Worker:
        return self.worker(**env).ready()

    @property
    def changelog(self) -> str:
        """Its table's."""
        return f"{self.settings.app_id}-leads-changelog"

    def states(self) -> dict[str, int]:
        """How many events each lead had, as the changelog has it."""
        found: dict[str, int] = {}
        for record in read(self.outside, self.changelog):
            try:
                state = json.loads(record.value)
                key = json.loads(record.key)
            except (ValueError, TypeError):
                continue
            found[key] = state if isinstance(state, int) else len(state) if isinstance(state, list) else state["n"]
        return found

    def counted(self) -> int:
        return sum(self.states().values())

    def outcome(self, seen: str = "") -> Outcome:
        states = self.states()
        off = {key: states.get(key, 0) - sent for key, sent in self.sent.items()}
        lost, doubled = sum(-n for n in off.values() if n < 0), sum(n for n in off.values() if n > 0)
        return Outcome(self.sent.total(), lost, doubled, seen)
