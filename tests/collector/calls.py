"""A running collector, called as clients call it: over sockets, byte for byte; and what it has written."""

import base64
import contextlib
import http.client
import json
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from intentflow.adapters.embedded_command import EmbeddedCommand
from intentflow.adapters.offsets import records
from intentflow.adapters.server_process import free_port
from intentflow.collector.keyfile import add_key
from intentflow.settings import Settings
from intentflow.wire.topic_names import TopicNames

LIMIT = 30.0  # seconds after which a wait is a failure
PAGE = "https://shop.example"


class Reply(Struct):
    """An answer."""

    status: int
    headers: dict[str, str]  # names in lower case
    body: bytes

    @property
    def said(self) -> Any:
        return json.loads(self.body)


class Running:
    """`intentflow collector` as a process of its own."""

    def __init__(self, bootstrap: str, folder: Path, name: str, **settings: Any) -> None:
        self.folder, self.log = folder, folder / "collector.log"
        self.port = free_port()
        self.settings = Settings(
            bootstrap=bootstrap,
            app_id=name,
            prefix=name,
            partitions=4,
            data=folder,
            collector_port=self.port,
            collector_metrics_port=0,
            **settings,
        )
        self.names = TopicNames(name, name)
        self.server = self.key("server", "server")
        self.browser = self.key("browser", "browser")
        self.few = self.key("few", "browser", events_per_second=1)  # ten in ten seconds
        self.homely = self.key("homely", "browser", origins=(PAGE,))
        self.process = EmbeddedCommand("collector", self.settings, self.log)

    def key(self, name: str, scope: Any, **more: Any) -> str:
        """A new write key in the file."""
        return add_key(self.folder / "collector-keys.yaml", name, scope, **more)

    def call(self, method: str, path: str, body: bytes | object = None, *, key: str = "", **headers: str) -> Reply:
        """One request on a connection of its own. `DNT="1"` is a header, `Content_Type=` another."""
        said = {name.replace("_", "-"): text for name, text in headers.items()}
        if key:
            said["Authorization"] = "Basic " + base64.b64encode(f"{key}:".encode()).decode()
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LIMIT)
        with contextlib.closing(connection):
            connection.request(method, path, data, said)
            answer = connection.getresponse()
            return Reply(answer.status, {name.lower(): text for name, text in answer.getheaders()}, answer.read())

    def post(self, path: str, body: bytes | object, **more: str) -> Reply:
        """A POST with the server's key, unless `key` is another."""
        return self.call("POST", path, body, **{"key": self.server, **more})

    def raw(self, request: bytes) -> bytes:
        """All that comes back for these bytes until the collector closes the connection."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=LIMIT) as connection:
            connection.sendall(request)
            return b"".join(iter(lambda: connection.recv(65536), b""))

    async def written(self, topic: str, about: str) -> list[Any]:
        """The records of a topic that have this text in key, value or headers, by partition in their order."""
        found = [record async for record in records(self.settings.bootstrap, [topic], self.settings.partitions)]
        return [record for record in found if about.encode() in _whole(record)]

    async def events(self, about: str) -> list[Mapping[str, Any]]:
        """The events that have this text in them."""
        return [json.loads(record.value) for record in await self.written(self.names.events, about)]


def _whole(record: Any) -> bytes:
    return b"\0".join([record.key or b"", record.value or b"", *(text for _, text in record.headers)])


def until(holds: Callable[[], bool], what: str) -> None:
    """Wait until it holds; fail with `what` if it never does."""
    deadline = time.monotonic() + LIMIT
    while not holds():
        assert time.monotonic() < deadline, f"waited {LIMIT} s for {what}"
        time.sleep(0.05)


@contextlib.contextmanager
def running(bootstrap: str, folder: Path, name: str, **settings: Any) -> Iterator[Running]:
    """A collector that is ready, until the end of the block."""
    one = Running(bootstrap, folder, name, **settings)
    with one.process:
        until(lambda: is_ready(one), f"a collector to be ready: {one.log}")
        yield one


def is_ready(one: Running) -> bool:
    """Whether it answers, and so does its Kafka."""
    one.process.require_alive()
    try:
        return one.call("GET", "/ready").status == 200
    except OSError:
        return False


def track(event: str, **more: Any) -> dict[str, Any]:
    """One of Segment's calls, about whom it says."""
    return {"type": "track", "event": event, "properties": {}} | more
