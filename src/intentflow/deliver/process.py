"""A process that delivers: reads what its partitions bring, sends what is due, and answers Prometheus and whoever keeps it running.

Several processes of one group share the partitions; each speaks to all endpoints, with a circuit breaker and a bound of its own.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Collection, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.errors import KafkaError

from intentflow.adapters.kafka_access import client_arguments
from intentflow.adapters.topics import ensure
from intentflow.deliver.deliverer import Deliverer, Sending
from intentflow.deliver.endpoint import Endpoint
from intentflow.deliver.health import not_live, not_ready, serving
from intentflow.deliver.metrics import Metrics
from intentflow.deliver.partition import WINDOW
from intentflow.deliver.saying import said_of, saying
from intentflow.deliver.sending import Sender
from intentflow.deliver.tenure import Tenure, now_ms
from intentflow.deliver.topics import group_of, names_of, sources, topics
from intentflow.errors import ServerMissingError
from intentflow.settings import Settings

log = logging.getLogger(__name__)

READ_MS = 200
LOOK_SECONDS = 1.0
FULL_SECONDS = 0.05


class Process(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka says nothing of its types
    """One process of the group."""

    def __init__(self, settings: Settings, endpoints: Sequence[Endpoint], *, from_now: bool = False) -> None:
        """`from_now`: where nothing was ever delivered, begin with what comes from now on."""
        self.settings, self.from_now = settings, from_now
        self.names = names_of(settings)
        self.deliverer = Deliverer(endpoints)
        self.metrics = Metrics(self.deliverer)
        self.tenures: dict[int, Tenure] = {}
        self.assigned = False
        self._ending = False
        self._told: list[int] | None = None
        self.left: dict[str, int] = {}  # endpoint -> changes that waited when this process ended
        self._holding: dict[int, asyncio.Task[None]] = {}
        self._senders = {endpoint.name: Sender(endpoint) for endpoint in endpoints}
        self._consumer: AIOKafkaConsumer
        self._tasks: asyncio.TaskGroup
        self._sends: set[asyncio.Task[None]] = set()
        self._wake: asyncio.TimerHandle | None = None
        self.beat = time.monotonic()
        self._say = saying(settings)

    async def run(self, until: asyncio.Event) -> None:
        """Deliver until the event is set. Raises ConfigError (topics, ports) and ServerMissingError (no Kafka at the start)."""
        asyncio.get_running_loop().set_exception_handler(_unheard)
        await ensure(self.settings.kafka, topics(self.settings))
        async with contextlib.AsyncExitStack() as stack:
            for sender in self._senders.values():
                await stack.enter_async_context(sender)
            checks = {"live": lambda: not_live(self.beat), "ready": self.not_ready}
            stack.callback(serving(self.settings, self.metrics.registry, checks))
            if self._say is not None:
                stack.push_async_callback(self._say.ended)
            await self._join()
            stack.push_async_callback(self._leave)
            try:
                async with asyncio.TaskGroup() as self._tasks:
                    self._consumer.subscribe(sources(self.names), listener=self)
                    works = [self._tasks.create_task(work) for work in (self._read(), self._look())]
                    self._tasks.create_task(self._end(until, works))
            except BaseExceptionGroup as group:
                raise group.exceptions[0] from None

    async def _join(self) -> None:
        self._consumer = AIOKafkaConsumer(
            **client_arguments(self.settings.kafka),
            group_id=group_of(self.settings),
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            session_timeout_ms=int(self.settings.session_timeout * 1000),
            heartbeat_interval_ms=int(self.settings.session_timeout * 1000 / 3),
            # Only this one gives a number of all sources to one member.
            partition_assignment_strategy=(RangePartitionAssignor,),
            fetch_max_wait_ms=100,
            # Nothing is read while memory is full, or a receiver slow: that is no reason to leave the group.
            max_poll_interval_ms=24 * 3_600_000,
            rebalance_timeout_ms=60_000,
        )
        try:
            await self._consumer.start()
        except (KafkaError, OSError) as error:
            await self._consumer.stop()
            raise ServerMissingError(f"no Kafka answers at {self.settings.bootstrap} ({error})") from error

    async def _leave(self) -> None:
        try:
            await self._consumer.stop()
        except (
            asyncio.CancelledError
        ):  # of its own task, which it cancels while that waits for a Kafka that is gone; not of ours
            if (task := asyncio.current_task()) is not None and task.cancelling():
                raise

    async def _end(self, until: asyncio.Event, works: Sequence[asyncio.Task[None]]) -> None:
        await until.wait()
        self._ending = True
        for work in works:
            work.cancel()
        if self._wake is not None:
            self._wake.cancel()
        self.left = {name: waits.changes for name, waits in self.deliverer.waits().items()}
        await self._give_back_all()
        for send in self._sends:  # whoever comes next sends it again
            send.cancel()

    # -- partitions ------------------------------------------------------------------------------------------------------

    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:  # noqa: ARG002 - a rebalance takes all
        """The group hands its partitions out anew: all of them, whatever the client says; after a rejoin it says none."""
        self.assigned = False
        await self._give_back_all()

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """These are ours."""
        await self._give_back_all()
        if self._ending:
            return
        for number in sorted({tp.partition for tp in assigned}):
            tenure = Tenure(
                number,
                self.settings.kafka,
                self.names,
                group_of(self.settings),
                self._consumer,
                self.deliverer,
                from_now=self.from_now,
            )
            self.tenures[number] = tenure
            self._holding[number] = self._tasks.create_task(tenure.hold())
        self.assigned = True

    async def _give_back_all(self) -> None:
        held, self.tenures = list(self.tenures.values()), {}
        tasks, self._holding = list(self._holding.values()), {}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.gather(*(tenure.give_back() for tenure in held))

    # -- reading and sending ---------------------------------------------------------------------------------------------

    async def _read(self) -> None:
        while True:
            self.beat = time.monotonic()
            wanted = self._with_room()
            if not wanted:
                await asyncio.sleep(FULL_SECONDS)
                continue
            found = await self._consumer.getmany(*wanted, timeout_ms=READ_MS, max_records=WINDOW)
            for tp, records in found.items():
                if (tenure := self.tenures.get(tp.partition)) is not None:
                    tenure.arrived(records)
            self._send_what_is_due()

    def _with_room(self) -> list[TopicPartition]:
        if self.deliverer.bytes >= self.settings.deliver_waiting_bytes:
            return []
        ready = [t for t in self.tenures.values() if t.partition is not None and t.partition.room() > 0]
        return [tp for tenure in ready for tp in tenure.sources]

    def _send_what_is_due(self) -> None:
        now = now_ms()
        for sending in self.deliverer.due(now):
            send = self._tasks.create_task(self._send(sending))
            self._sends.add(send)
            send.add_done_callback(self._sends.discard)
        if self._wake is not None:
            self._wake.cancel()
        at = self.deliverer.wakes_at(now)
        if at is not None:
            delay = max(at - now, 1) / 1000
            self._wake = asyncio.get_running_loop().call_later(delay, self._send_what_is_due)

    async def _send(self, sending: Sending) -> None:
        name, begun = sending.endpoint.name, time.monotonic()
        answers = await self._senders[name].send(sending.deliveries)
        self.metrics.took(name, time.monotonic() - begun)
        self.deliverer.answered(sending, answers, now_ms())
        self._send_what_is_due()

    def not_ready(self) -> str:
        """What it waits for; empty if it delivers."""
        return not_ready(self.settings, self.tenures, assigned=self.assigned)

    async def idle(self) -> bool:
        """Whether all that lies in the sources is read, and nothing can be sent now: what is left waits for a later attempt."""
        if self.not_ready():
            return False
        for tenure in self.tenures.values():
            ends = await self._consumer.end_offsets(tenure.sources)
            if tenure.partition is None or any(tenure.partition.next[tp.topic] < end for tp, end in ends.items()):
                return False
        at = self.deliverer.wakes_at(now_ms())
        return not self._sends and (at is None or at > now_ms())

    # -- what it says of itself ------------------------------------------------------------------------------------------

    async def _look(self) -> None:
        while True:
            self.metrics.look(now_ms())
            self._tell()
            if self._say is not None:
                await self._say.well(said_of(self.deliverer, now_ms()))
            for topic in sources(self.names):
                lags = [self._lag(tp) for tenure in self.tenures.values() for tp in tenure.sources if tp.topic == topic]
                self.metrics.gauges["deliver_lag_records"].labels(topic).set(sum(lags))
            await asyncio.sleep(LOOK_SECONDS)

    def _tell(self) -> None:
        """Say once which partitions are ours, when all of them are taken."""
        ours = sorted(self.tenures) if not self.not_ready() else None
        if ours is not None and ours != self._told:
            waiting = sum(waits.changes for waits in self.deliverer.waits().values())
            log.info("delivering partitions %s; %d changes wait", ", ".join(map(str, ours)) or "none", waiting)
        self._told = ours

    def _lag(self, tp: TopicPartition) -> int:
        """Records that the broker has and the partition's books have not, as far as the client has heard."""
        tenure = self.tenures[tp.partition]
        end = self._consumer.highwater(tp) if tp in self._consumer.assignment() else None
        return 0 if end is None or tenure.partition is None else max(0, end - tenure.partition.next[tp.topic])


def _unheard(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """What failed and nobody asked for. The Kafka client leaves such things behind whenever it is fenced; we have heard of it otherwise."""
    if isinstance(context.get("exception"), KafkaError):
        log.debug("a Kafka client left behind: %s", context.get("exception"))
    else:
        loop.default_exception_handler(context)
