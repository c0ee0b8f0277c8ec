"""Changes on a real Kafka, and processes that deliver them: some in the test's own process, some to be killed."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from ipaddress import ip_network
from pathlib import Path

from aiokafka import AIOKafkaProducer
from pydantic import SecretStr

from intentflow.adapters.offsets import Offsets, records
from intentflow.adapters.topics import ensure
from intentflow.deliver.endpoint import Endpoint
from intentflow.deliver.process import Process
from intentflow.deliver.rows import Letter, Request, encode_request, read_letter
from intentflow.deliver.standing import latest_rows
from intentflow.deliver.topics import group_of, names_of, topics
from intentflow.settings import Settings
from intentflow.wire.murmur2 import partition_of
from tests.deliver.made import ENVIRON, endpoint, record

LOOPBACK = (ip_network("127.0.0.0/8"),)
FAST = (0, 300, 300, 300, 300, 300, 300, 300)  # milliseconds between attempts
PATIENCE_SECONDS = 30.0


def at(url: str, name: str = "crm", **other: object) -> Endpoint:
    """A webhook on loopback that is tried again soon."""
    return endpoint(**{"name": name, "url": SecretStr(url), "networks": LOOPBACK, "retry": FAST, **other})  # type: ignore[arg-type]  # as said


class Rig:
    """The topics of one test, of two partitions."""

    def __init__(self, bootstrap: str) -> None:
        self.prefix = f"d{uuid.uuid4().hex[:8]}"
        self.settings = Settings(
            bootstrap=bootstrap,
            prefix=self.prefix,
            app_id=self.prefix,
            partitions=2,
            deliver_metrics_port=0,
            session_timeout=3,
        )
        self.names = names_of(self.settings)

    async def make(self) -> None:
        """The topics are there."""
        await ensure(self.settings.kafka, topics(self.settings))

    async def publish(self, said: Iterable[dict[str, object]]) -> None:
        """Changes and notices, as the scoring app publishes them."""
        async with self._producer() as producer:
            for one in said:
                value, headers = record(one)
                key = str(one["lead"]).encode()
                topic = self.names.cart_notices if "cart_id" in one else self.names.changes
                await producer.send(topic, value, key, partition_of(key, 2), headers=headers)

    async def ask(self, request: Request, lead: str = "") -> None:
        """A request, to the lead's partition or to all."""
        async with self._producer() as producer:
            for number in [partition_of(lead.encode(), 2)] if lead else [0, 1]:
                await producer.send(self.names.delivery_requests, encode_request(request), lead.encode(), number)

    async def put(self, topic: str, value: bytes, key: bytes) -> None:
        """Any record."""
        async with self._producer() as producer:
            await producer.send(topic, value, key, partition_of(key, 2))

    @contextlib.asynccontextmanager
    async def _producer(self) -> AsyncIterator[AIOKafkaProducer]:
        producer = AIOKafkaProducer(bootstrap_servers=self.settings.bootstrap, acks="all")
        await producer.start()
        try:
            yield producer
        finally:
            await producer.stop()

    @contextlib.asynccontextmanager
    async def delivering(self, *endpoints: Endpoint, from_now: bool = False) -> AsyncIterator[Process]:
        """A process that delivers, in this one."""
        process, over = Process(self.settings, endpoints, from_now=from_now), asyncio.Event()
        running = asyncio.create_task(process.run(over))
        try:
            yield process
        finally:
            over.set()
            await running

    async def letters(self) -> list[Letter]:
        """All dead letters."""
        found = [
            read_letter(r.key, r.value, r.headers)
            async for r in records(self.settings.bootstrap, [self.names.dead_letters], 2)
        ]
        return [letter for letter in found if letter is not None]

    async def rows(self) -> dict[bytes, bytes]:
        """The rows that lie in the topic of deliveries."""
        return {record.key: record.value async for record in latest_rows(self.settings)}

    async def lag(self) -> int:
        """Changes and notices that are not committed."""
        async with Offsets(self.settings.bootstrap) as offsets:
            ends = await offsets.ends([self.names.changes, self.names.cart_notices], 2)
            done = await offsets.committed(group_of(self.settings))
        return sum(end - done.get(where, 0) for where, end in ends.items())

    def environment(self) -> dict[str, str]:
        """The settings, as another process reads them."""
        return {
            "INTENTFLOW_BOOTSTRAP": self.settings.bootstrap,
            "INTENTFLOW_PREFIX": self.prefix,
            "INTENTFLOW_APP_ID": self.prefix,
            "INTENTFLOW_PARTITIONS": "2",
            "INTENTFLOW_SESSION_TIMEOUT": "2",
        }

    def child(self, file: Path) -> subprocess.Popen[bytes]:
        """`intentflow deliver` as a process of its own, to be killed."""
        command = [sys.executable, "-m", "intentflow", "deliver", "--endpoints", str(file), "--metrics-port", "0"]
        with file.with_suffix(".log").open("ab") as log:
            return subprocess.Popen(command, env=os.environ | self.environment() | ENVIRON, stdout=log, stderr=log)


async def until(holds: Callable[[], object], what: str) -> None:
    """Wait until something holds; fail if it does not in time."""
    deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
    while not holds():
        assert asyncio.get_running_loop().time() < deadline, f"not in {PATIENCE_SECONDS:g} s: {what}"
        await asyncio.sleep(0.05)


async def eventually(look: Callable[[], Awaitable[list[Letter]]], count: int) -> None:
    """Wait until a look into Kafka finds so many."""
    deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
    while len(await look()) != count:
        assert asyncio.get_running_loop().time() < deadline, f"not {count} in {PATIENCE_SECONDS:g} s"
        await asyncio.sleep(0.1)


def kill(child: subprocess.Popen[bytes]) -> None:
    """At once, as a machine that loses power."""
    child.send_signal(signal.SIGKILL)
    child.wait()
