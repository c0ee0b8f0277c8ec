"""One Apache Kafka node (KRaft) on 127.0.0.1, out of Python wheels and Kafka's own jars.

Everything is under `<data>/kafka`: `data/` (topics and metadata; survives restarts), `server.properties` (written anew at each start,
so ports may differ from run to run), `server.log` and `server.log.1`, `lock`.

What the settings below are for: a small machine with one user. Acknowledged records are safe from a killed process, as they are in the
operating system's cache; they are not safe from a power cut (Kafka never forces them to disk by itself).
"""

import asyncio
import concurrent.futures
import os
import shutil
import socket
import struct
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import TypeVar

from intentflow.adapters import topics
from intentflow.adapters.jars import kafka_jars
from intentflow.adapters.java import ClassArchive, java_program
from intentflow.adapters.server_process import (
    LOCALHOST,
    EmbeddedServer,
    FolderLock,
    ServerProcess,
    claimed_port,
    free_port,
)
from intentflow.errors import ServerMissingError

CLUSTER_ID = "aW50ZW50ZmxvdzEyMzQ1Ng"  # 16 bytes in base64: the same in every data folder
START_SECONDS = 90.0  # until it answers; it takes 2 to 5, and up to 6 more after a kill
STOP_SECONDS = 6.0  # until it is killed; it takes about 1
SETTINGS = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller_port}
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller_port}
advertised.listeners=PLAINTEXT://{host}:{port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
# Relative to the server's folder, so that no character of its path can matter here.
log.dirs={log_dirs}
# Topics are made with the partitions and settings that the app needs, or not at all.
auto.create.topics.enable=false
default.replication.factor=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=1
# Consumer groups: no wait for members that don't come, and sessions as short as tests want them.
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
# After a kill the node waits until its own former registration has run out: 9 s by default.
broker.session.timeout.ms=5000
# A small machine: few threads, and buffers that fit a heap of 256 MB (the cleaner's is 128 MB by default).
num.network.threads=2
num.io.threads=2
background.threads=2
num.recovery.threads.per.data.dir=2
log.cleaner.dedupe.buffer.size=16777216
log.segment.bytes=268435456
log.index.size.max.bytes=2097152
# Whoever is erased is off the disk soon: by default the broker looks every 15 s for what to compact, every 5 minutes for what to delete.
log.cleaner.backoff.ms=1000
log.retention.check.interval.ms=5000
"""
JVM_OPTIONS = (
    "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-Djava.awt.headless=true",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info",
    "-Dorg.slf4j.simpleLogger.showDateTime=true", "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd HH:mm:ss.SSS",
)  # fmt: skip
T = TypeVar("T")


class EmbeddedKafka(EmbeddedServer):
    """Start it from the main thread: on Linux it then ends with this process, however this process ends."""

    def __init__(
        self, data: Path, *, port: int = 0, heap_mb: int = 256, java: Path | None = None, cache: Path | None = None
    ) -> None:
        """Nothing happens yet. `port` 0 is a free one; `java` None is the wheel's; `cache` is where jars are kept."""
        self._folder = data.resolve() / "kafka"
        self._wanted_port, self._heap_mb, self._wanted_java, self._cache = port, heap_mb, java, cache
        self._lock: FolderLock | None = None
        self._archive: ClassArchive | None = None
        self._jvm: list[str] = []

    @property
    def bootstrap(self) -> str:
        """host:port, for clients; known once it is started."""
        return f"{LOCALHOST}:{self.port}"

    @property
    def log(self) -> Path:
        """The server's own log."""
        return self._folder / "server.log"

    def start(self) -> None:
        """Kafka answers and every partition has a leader.

        Raises ConfigError (folder, port, Java, jars, what the server died of) and ServerMissingError (no answer within START_SECONDS,
        jars that cannot be fetched). After an error nothing is left running.
        """
        self._lock = FolderLock(self._folder, "a Kafka")
        try:
            self.port = claimed_port(self.port or self._wanted_port, "Kafka", "--kafka-port")
            java, jars = java_program(self._wanted_java), kafka_jars(self._cache)
            self._archive = ClassArchive(java, jars, self._folder)
            heap = f"-Xmx{self._heap_mb}m"
            self._jvm = [
                str(java),
                heap,
                *JVM_OPTIONS,
                *self._archive.options(),
                "-cp",
                os.pathsep.join(map(str, jars)),
            ]
            self._format()
            self._launch()
            self._wait_until_ready()
            self._archive.begin([heap, *JVM_OPTIONS])
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """It has ended, and the folder is free; what was acknowledged is there at the next start."""
        if self._process is not None:
            self._process.stop(STOP_SECONDS)
        if self._archive is not None:
            self._archive.end()
        if self._lock is not None:
            self._lock.release()
        self._process = self._archive = self._lock = None

    def _write_settings(self, log_dirs: str) -> Path:
        path = self._folder / "server.properties"
        controller_port = next(port for port in iter(free_port, 0) if port != self.port)
        path.write_text(
            SETTINGS.format(host=LOCALHOST, port=self.port, controller_port=controller_port, log_dirs=log_dirs)
        )
        return path

    def _format(self) -> None:
        """`data/` is a formatted storage: made once, beside its place and moved there, so that no half-made one is ever used."""
        data, new = self._folder / "data", self._folder / "data.new"
        if data.exists():
            return
        shutil.rmtree(new, ignore_errors=True)
        assert self._lock is not None
        settings = self._write_settings(new.name)
        command = [
            *self._jvm,
            "kafka.tools.StorageTool",
            "format",
            "--cluster-id",
            CLUSTER_ID,
            "--config",
            settings.name,
        ]
        tool = ServerProcess("Kafka", command, self._folder / "format.log", self._lock)
        if (code := tool.wait(START_SECONDS)) != 0:
            raise tool.failure(f"could not format its storage (exit code {code})")
        new.rename(data)

    def _launch(self) -> None:
        assert self._lock is not None
        settings = self._write_settings("data")
        marker = f"-Dintentflow.folder={self._folder}"  # by which `down` knows the process for ours
        java, *options = self._jvm
        self._process = ServerProcess(
            "Kafka", [java, marker, *options, "kafka.Kafka", settings.name], self.log, self._lock
        )

    def _wait_until_ready(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + START_SECONDS
        while not speaks_kafka(self.port):
            if (code := self._process.ended()) is not None:
                raise self._process.failure(f"ended while it was starting (exit code {code})")
            if time.monotonic() > deadline:
                raise ServerMissingError(str(self._process.failure(f"did not answer within {START_SECONDS:.0f} s")))
            time.sleep(0.05)
        in_a_thread(topics.leaders(self.bootstrap))


def speaks_kafka(port: int) -> bool:
    """Whether a broker on 127.0.0.1 answers a Metadata request (version 1, of no topic) and counts itself among the living."""
    request = struct.pack(">hhihi", 3, 1, 1, -1, 0)
    try:
        with socket.create_connection((LOCALHOST, port), timeout=2) as connection, connection.makefile("rb") as answer:
            connection.sendall(struct.pack(">i", len(request)) + request)
            head = answer.read(12)  # size, correlation id, number of brokers
    except OSError:
        return False
    return len(head) == 12 and struct.unpack(">iii", head)[2] > 0


def in_a_thread(work: Coroutine[None, None, T]) -> T:
    """The coroutine's result, whether or not the caller is inside an event loop."""
    with concurrent.futures.ThreadPoolExecutor(1) as one:
        return one.submit(asyncio.run, work).result()
