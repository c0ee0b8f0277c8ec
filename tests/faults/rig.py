"""One run: brokers, workers and load; faults as scheduled; then all faults stop, all is read to the end, and the judge looks."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

from aiokafka.errors import KafkaError

from intentflow.adapters import topics
from intentflow.adapters.embedded_kafka import speaks_kafka
from intentflow.adapters.producing import BatchProducer
from intentflow.adapters.topic_specs import TopicSpec, app_topics
from intentflow.errors import IntentflowError
from intentflow.lane.supervisor import STOP_SECONDS
from intentflow.settings import Settings
from intentflow.wire.control import encode_clock
from intentflow.wire.topic_names import TopicNames
from tests.faults import group
from tests.faults.brokers import START_SECONDS, Cluster, Node
from tests.faults.crew import Crew
from tests.faults.judging import judge, verify
from tests.faults.load import BEGIN, END, Feeder
from tests.faults.plan import Plan
from tests.faults.tally import Tally

LOOK_SECONDS = 0.01
STUCK_SECONDS = 120.0  # without any progress of the group while nothing is wrong
SLACK = 20.0  # seconds after a broker is back in which a worker that looked for it may still end
COMPACTED_SOON = {"segment.ms": "2000", "segment.bytes": str(1 << 20), "min.cleanable.dirty.ratio": "0.01"}


class StuckError(Exception):
    """Nothing was wrong any more, and still nothing moved; or a worker ended in a way that no fault excuses."""


class Rig:
    """What the faults work on."""

    def __init__(self, plan: Plan, cluster: Cluster, folder: Path) -> None:
        self.plan, self.cluster, self.folder = plan, cluster, folder
        folder.mkdir(parents=True, exist_ok=True)
        name = f"f{plan.seed}-{folder.name}"
        self.settings = Settings(
            bootstrap=cluster.proxied, app_id=name, prefix=name, partitions=plan.partitions, replication=cluster.replicas,
            family_topics=False, clock="records", kept_for_ever=True, data=folder, metrics_port=0, chunk=500, commit_interval=0.2,
            session_timeout=plan.session_timeout,
        )  # fmt: skip
        self.names = TopicNames(name, name)
        self.tally = Tally(seed=plan.seed, workers=plan.workers)
        self.crew = Crew(self.settings, folder, self.tally, Random(plan.seed ^ 1), lag_ms=plan.lag_ms, slow=plan.slow)
        self.feeder = Feeder(cluster.direct, self.names.events, plan.partitions, plan.seed, plan.events)
        self._begun = time.monotonic()

    # -- the frame -----------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """The topics are there, the workers are starting, the load waits to be allowed."""
        self._make_topics()
        self.feeder.start()
        for slot in range(self.plan.workers):
            self.crew.start(slot)

    def _make_topics(self) -> None:
        specs = app_topics(
            self.names, partitions=self.plan.partitions, replication=self.cluster.replicas, family_topics=False, kept_for_ever=True
        )  # fmt: skip
        if self.plan.lag_ms:
            soon = {**COMPACTED_SOON, "min.compaction.lag.ms": str(self.plan.lag_ms)}
            specs = tuple(
                TopicSpec(s.name, s.partitions, s.replication, {**s.config, **soon}) if s.name == self.names.changelog else s
                for s in specs
            )  # fmt: skip
        asyncio.run(topics.ensure(self.cluster.direct, specs, patience_seconds=60))

    def finish(self) -> Tally:
        """Faults are over: what is there is read to the end, the workers stop, and the first verdict is in the tally."""
        self.cluster.trouble.clear()
        self.feeder.allowed = self.feeder.total
        self.until(lambda: self.feeder.done, 600)
        self._drain()
        asyncio.run(self._pass_time())
        self.crew.kill(self.crew.slots[min(self.crew.slots)])
        self._drain()
        for slot in list(self.crew.slots):
            self.dismiss(slot)
        self.tally.lost_answers, self.tally.held_writes = self.cluster.trouble.lost, self.cluster.trouble.held
        self.tally.again = self.feeder.again
        self.tally.seconds = time.monotonic() - self._begun
        asyncio.run(judge(self.cluster.direct, self.settings, self.tally))
        return self.tally

    def verify(self) -> None:
        """The other judge, after `finish`: slower, and another program."""
        asyncio.run(verify(self.cluster.direct, self.settings, self.tally.verdict))

    async def _pass_time(self) -> None:
        """Nothing but time: many leads are due at once."""
        key, value = encode_clock(int(END.timestamp() * 1000))
        async with BatchProducer(self.cluster.direct) as producer:
            for number in range(self.plan.partitions):
                await producer.add(self.names.control, number, key, value, int(BEGIN.timestamp() * 1000))

    def _drain(self) -> None:
        """Until the group has committed all. Raises `StuckError` if it stops moving."""
        left, moved = 1 << 60, time.monotonic()
        while left:
            now = self._lag(left)
            if now < left:
                left, moved = now, time.monotonic()
            if time.monotonic() - moved > STUCK_SECONDS:
                raise StuckError(f"{left} records stay unread; logs in {self.folder}; again: {self.plan.command}")
            self.wait(0.5)
            self.check()

    def check(self) -> None:
        """Raises `StuckError` if a worker has ended as it must not: whoever comes after it would only do the same."""
        if self.tally.wrong_exits:
            raise StuckError(f"{self.tally.wrong_exits[0]}; again: {self.plan.command}")

    def _lag(self, unknown: int) -> int:
        """Records that the group has not committed; `unknown` while nobody can say."""
        sources = (self.names.events, self.names.control, self.names.identities)
        args = self.cluster.direct, self.settings.app_id, sources, self.settings.partitions
        with contextlib.suppress(KafkaError, IntentflowError):
            return asyncio.run(group.lag(*args)) or asyncio.run(
                group.lag(*args)
            )  # what the last record caused is there by now
        return unknown

    # -- for the faults ------------------------------------------------------------------------------------------------

    def wait(self, seconds: float) -> None:
        """So long, while the crew is looked after."""
        end = time.monotonic() + seconds
        while True:
            self.crew.look()
            left = end - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(LOOK_SECONDS, left))

    def until(self, holds: Callable[[], bool], limit: float) -> bool:
        """Until it holds, or so many seconds are over; whether it holds."""
        end = time.monotonic() + limit
        while not holds():
            if time.monotonic() > end:
                return False
            self.crew.look()
            time.sleep(LOOK_SECONDS)
        return True

    def dismiss(self, slot: int) -> None:
        """The slot's worker stops in order, or is killed when its time is over; the slot is gone."""
        one = self.crew.dismiss(slot)
        self.until(lambda: not one.runs, STOP_SECONDS)
        self.crew.gone(one)

    def some_slot(self, chance: Random) -> int:
        """A slot with a worker."""
        return chance.choice(sorted(self.crew.slots))

    def some_open(self) -> bool:
        """Whether any worker folds."""
        return any(one.phase == "open" and one.runs for one in self.crew.slots.values())

    def broker_away(self, node: Node, go: Callable[[], None], seconds: float) -> None:
        """The node goes, and comes back after so many seconds; a worker may end for want of it meanwhile."""
        self.crew.server_down = float("inf")
        go()
        self.wait(seconds)
        node.begin()
        self.until(lambda: speaks_kafka(node.port) or not node.pid, START_SECONDS)
        assert node.pid, node.ended()
        self.crew.server_down = time.monotonic() + SLACK

    def allow(self, part: float) -> None:
        """So much of all events, from 0 to 1, may be sent."""
        self.feeder.allowed = max(self.feeder.allowed, int(self.feeder.total * min(1.0, part)))
