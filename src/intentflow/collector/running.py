"""A collector from start to end.

It answers before Kafka does: who asks then is told to come again. On SIGTERM it takes no more connections, settles what waits, and ends
within ten seconds. The file of write keys is read again when it changes; a broken one is told of, and the keys stay as they were.
"""

import asyncio
import logging
import resource
import signal
import time
from collections.abc import Callable
from pathlib import Path

from intentflow.adapters.gathering import GatheringProducer
from intentflow.adapters.prometheus import serve
from intentflow.adapters.topic_specs import topics_of
from intentflow.adapters.topics import ensure
from intentflow.collector.connections import Bounds, Door
from intentflow.collector.front import Front
from intentflow.collector.keyfile import key_ring
from intentflow.collector.metrics import Metrics
from intentflow.collector.taking import Taker
from intentflow.errors import ConfigError, ServerMissingError
from intentflow.lane import memory
from intentflow.settings import Settings
from intentflow.wire.topic_names import TopicNames

log = logging.getLogger(__name__)

STOP_SECONDS = 6.0  # for what waits for Kafka
FLUSH_SECONDS = 1.5
LOOK_SECONDS = 2.0
STUCK_SECONDS = 30.0  # without a turn of the event loop, after which nobody need wait for another
READ_BYTES = 1 << 16  # buffered of one connection
SPARE_FILES = 200  # file descriptors that are no client's
BACKLOG = 1024
HEAD_BYTES = 16_384  # of a line of a request's head; a pixel has its event in one
MOST_HEADERS = 100
OURS_SECONDS = 3600.0  # aiohttp's own timer for idle connections, which is not wanted: `connections.py` has them
LINGER_SECONDS = 2.0  # how long the rest of a body is read that is not wanted, so that the answer arrives


class Collector:
    """A collector: make it, `start` it, `stop` it."""

    def __init__(self, settings: Settings) -> None:
        """Raises ConfigError if its keys can't be read."""
        self._settings = settings
        self._keys = keys_of(settings)
        self._read = self._changed()
        self.metrics = Metrics()
        names = TopicNames(settings.prefix, settings.app_id)
        self._producer = GatheringProducer(
            settings.kafka,
            most_bytes=settings.collector_waiting_bytes,
            patience_seconds=settings.collector_ack_seconds,
        )
        self._taker = Taker(settings, key_ring(self._keys), self._producer, self.metrics)
        front = Front(self._taker, self._producer, self.metrics, names.events, settings.partitions)
        bounds = Bounds(
            connections=_affordable(settings.collector_connections),
            head_seconds=settings.collector_head_seconds,
            idle_seconds=settings.collector_idle_seconds,
        )
        self._door = Door(
            front, front.quick, bounds, lambda why: self.metrics.count("connections_dropped", why),
            auto_decompress=False, access_log=None, max_line_size=HEAD_BYTES, max_field_size=HEAD_BYTES, max_headers=MOST_HEADERS,
            lingering_time=LINGER_SECONDS, read_bufsize=READ_BYTES, keepalive_timeout=OURS_SECONDS,
        )  # fmt: skip
        self._server: asyncio.Server | None = None
        self._end_metrics: Callable[[], None] = lambda: None
        self._topics = topics_of(settings)

    @property
    def port(self) -> int:
        """Where it listens."""
        assert self._server is not None
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def start(self) -> None:
        """It listens. Raises ConfigError if it can't."""
        self.metrics.watch("waiting_bytes", lambda: self._producer.waiting_bytes)
        self.metrics.watch("held_bytes", lambda: self._taker.reader.held_bytes)
        self.metrics.watch("connections", lambda: len(self._door))
        self.metrics.watch("kafka_up", lambda: self._producer.is_up)
        await self._producer.start()
        self._door.open()
        host, port = self._settings.collector_host, self._settings.collector_port
        try:
            self._server = await asyncio.get_running_loop().create_server(self._door, host, port, backlog=BACKLOG)
        except OSError as error:
            await self.stop()
            raise ConfigError(
                f"{host}:{port}: the collector cannot listen there ({error.strerror}): choose another port with --port"
            ) from error
        await self._serve_metrics(self._settings.metrics_host, self._settings.collector_metrics_port)

    async def _serve_metrics(self, host: str, port: int) -> None:
        if not port:
            return
        checks = {"live": self._live, "ready": lambda: "" if self._producer.is_up else "Kafka does not acknowledge"}
        try:
            self._end_metrics = serve(self.metrics.registry, port, host, checks)
        except OSError as error:
            await self.stop()
            raise ConfigError(
                f"{host}:{port}: the collector's metrics cannot be served there ({error.strerror}): choose another port with "
                "--metrics-port or INTENTFLOW_COLLECTOR_METRICS_PORT, 0 for none"
            ) from error

    async def stop(self) -> None:
        """It listens no more; what was taken is acknowledged, or its sender was told that it is not."""
        if self._server is not None:
            self._server.close()
            await asyncio.sleep(0)  # what has just come in is begun
        self._taker.reader.stop()
        await self._door.shut(STOP_SECONDS)
        await self._producer.stop(FLUSH_SECONDS)
        self._end_metrics()

    async def look_after_topics(self) -> None:
        """The topics are there as they must be. Raises ConfigError if they are otherwise; waits for Kafka if need be."""
        while True:
            try:
                await ensure(self._settings.kafka, self._topics)
            except ServerMissingError:
                await asyncio.sleep(LOOK_SECONDS)
            else:
                return

    async def look_after_keys(self) -> None:
        """Whenever the file of write keys has changed it is read again."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            changed = self._changed()
            if changed == self._read:
                continue
            self._read = changed
            try:
                self._taker.keys = key_ring(self._keys)
            except ConfigError as error:
                log.error("the write keys stay as they were: %s", error)
            else:
                log.info("%d write keys read from %s", len(self._taker.keys), self._keys)

    def _live(self) -> str:
        silent = time.monotonic() - self._door.beat
        return f"the event loop has not turned for {silent:.0f} s" if silent > STUCK_SECONDS else ""

    def _changed(self) -> int:
        """When the file changed; 0 if it is not there."""
        try:
            return self._keys.stat().st_mtime_ns
        except OSError:
            return 0


async def collect(settings: Settings) -> None:
    """Serve until SIGTERM or Ctrl-C. Raises ConfigError (keys, port, topics)."""
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, over.set)
    collector = Collector(settings)
    await collector.start()
    memory.tune()  # a request's objects live until Kafka has them: looked through every 700, they cost more than they hold
    memory.settle()
    log.info("collecting at http://%s:%d", settings.collector_host, collector.port)
    works: set[asyncio.Task[object]] = {
        asyncio.create_task(work) for work in (collector.look_after_topics(), collector.look_after_keys())
    }
    waiting: asyncio.Task[object] = asyncio.create_task(over.wait())
    try:
        while not waiting.done():
            done, works = await asyncio.wait({*works, waiting}, return_when=asyncio.FIRST_COMPLETED)
            works.discard(waiting)
            for task in done:
                task.result()
    finally:
        for task in (*works, waiting):
            task.cancel()
        await collector.stop()


def keys_of(settings: Settings) -> Path:
    """The file of write keys."""
    return settings.collector_keys or settings.data / "collector-keys.yaml"


def _affordable(connections: int) -> int:
    """So many connections, or as many as this process may have open files."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return connections if most == resource.RLIM_INFINITY else min(connections, most - SPARE_FILES)
