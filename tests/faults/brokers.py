"""Apache Kafka nodes that can be killed and started again on the same ports and data, each with a proxy before it.

A node has two listeners: one for the rig itself, and one whose advertised address is the proxy's, for the workers. So
whatever a worker says to any node, the group's coordinator included, goes through a proxy.
"""

import os
import random
import signal
import socket
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from intentflow.adapters import topics
from intentflow.adapters.embedded_kafka import JVM_OPTIONS, EmbeddedKafka, in_a_thread, speaks_kafka
from intentflow.adapters.jars import kafka_jars
from intentflow.adapters.java import ClassArchive, java_program
from intentflow.adapters.server_process import LOCALHOST, FolderLock
from tests.faults.proxy import Proxy, Trouble
from tests.system.workers import until

START_SECONDS = 120.0
ports = random.SystemRandom()
NODE = """\
node.id={number}
controller.quorum.voters={voters}
listeners=PLAINTEXT://{host}:{port},PROXIED://{host}:{behind},CONTROLLER://{host}:{controller}
advertised.listeners=PLAINTEXT://{host}:{port},PROXIED://{host}:{front}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT
default.replication.factor={replicas}
offsets.topic.replication.factor={replicas}
min.insync.replicas={in_sync}
log.cleaner.backoff.ms=300
"""


def fixed_port() -> int:
    """A free port below those that the system hands out to clients: one of theirs might be in use when a node comes back."""
    while True:
        port = ports.randrange(15_000, 32_000)
        with socket.socket() as probe:
            if probe.connect_ex((LOCALHOST, port)):
                return port


class Node(EmbeddedKafka):
    """One node of a cluster: broker and controller in one."""

    def __init__(self, data: Path, number: int) -> None:
        super().__init__(data)
        self.number = number
        self.port, self.behind, self.front, self.controller = (fixed_port() for _ in range(4))
        self.peers: Sequence[Node] = (self,)

    def _write_settings(self, log_dirs: str) -> Path:
        path = super()._write_settings(log_dirs)
        replicas = min(3, len(self.peers))
        path.write_text(path.read_text() + NODE.format(
            host=LOCALHOST, number=self.number, port=self.port, behind=self.behind, front=self.front, controller=self.controller,
            voters=",".join(f"{node.number}@{LOCALHOST}:{node.controller}" for node in self.peers),
            replicas=replicas, in_sync=(replicas + 1) // 2,
        ))  # fmt: skip
        return path

    def begin(self) -> None:
        """It is starting; `await_ready` waits for it."""
        self._lock = FolderLock(self._folder, "a Kafka")
        java, jars = java_program(None), kafka_jars(None)
        self._archive = ClassArchive(java, jars, self._folder)
        heap = f"-Xmx{self._heap_mb}m"
        self._jvm = [str(java), heap, *JVM_OPTIONS, *self._archive.options(), "-cp", os.pathsep.join(map(str, jars))]
        self._format()
        self._launch()

    def await_ready(self) -> None:
        """It answers."""
        until(lambda: speaks_kafka(self.port) or not self.pid, f"node {self.number} to answer", START_SECONDS)
        assert self.pid, self.ended()

    def kill(self) -> None:
        """SIGKILL; its data stays."""
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
        self.stop()


class Cluster:
    """One node, or three with everything three times; a context manager, for the main thread."""

    def __init__(self, folder: Path, size: int = 1) -> None:
        self.nodes = [Node(folder / f"node-{number}", number) for number in range(1, size + 1)]
        for node in self.nodes:
            node.peers = self.nodes
        self.trouble = Trouble()
        self._proxy = Proxy(self.trouble, {node.front: node.behind for node in self.nodes})

    @property
    def replicas(self) -> int:
        """Of every topic."""
        return len(self.nodes)

    @property
    def direct(self) -> str:
        """Addresses for the rig, without a proxy."""
        return ",".join(f"{LOCALHOST}:{node.port}" for node in self.nodes)

    @property
    def proxied(self) -> str:
        """Addresses for the workers."""
        return ",".join(f"{LOCALHOST}:{node.front}" for node in self.nodes)

    @property
    def complete(self) -> bool:
        """Whether all nodes run."""
        return all(node.pid for node in self.nodes)

    def cut(self) -> int:
        """Every connection through the proxy breaks; returns how many."""
        return self._proxy.cut()

    def __enter__(self) -> Self:
        try:
            for node in self.nodes:
                node.begin()
            for node in self.nodes:
                node.await_ready()
            in_a_thread(topics.leaders(self.direct, patience_seconds=START_SECONDS))
            self._proxy.start()
        except BaseException:
            self.kill()
            raise
        return self

    def kill(self) -> None:
        """All nodes have ended."""
        for node in self.nodes:
            node.kill()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._proxy.stop()
        self.kill()
