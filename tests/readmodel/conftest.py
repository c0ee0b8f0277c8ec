"""The read model's tests run on a real Valkey and on a real Redis 7; each test finds its server empty."""

import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import redis

from intentflow.adapters.embedded_kafka import EmbeddedKafka
from intentflow.adapters.embedded_valkey import EmbeddedValkey, answers
from intentflow.adapters.redis_client import Client, connect
from intentflow.adapters.server_process import free_port
from tests.readmodel.stage import Stage
from tests.readmodel.town import NOW


class RedisServer:
    """A `redis-server` of this machine; what it holds survives a kill."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        self.folder, self.port = folder, port or free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def __enter__(self) -> "RedisServer":
        command = [
            "redis-server",
            "--bind",
            "127.0.0.1",
            "--port",
            str(self.port),
            "--dir",
            str(self.folder),
            "--save",
            "",
        ]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        with redis.Redis(port=self.port) as client:
            while not answers(client):
                time.sleep(0.01)
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    @property
    def pid(self) -> int:
        return 0 if self._process is None else self._process.pid


@pytest.fixture(scope="session", params=["valkey", "redis"])
def kind(request: pytest.FixtureRequest) -> str:
    """Which server."""
    if request.param == "redis" and shutil.which("redis-server") is None:
        pytest.skip("no redis-server on this machine: install Redis 7 to run the read model's tests on it too")
    return str(request.param)


def make_server(kind: str, folder: Path, port: int = 0) -> EmbeddedValkey | RedisServer:
    """A server of that kind, not yet started."""
    return EmbeddedValkey(folder, port=port) if kind == "valkey" else RedisServer(folder, port)


@pytest.fixture(scope="session")
def server(kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a running server: the embedded Valkey, then Redis 7."""
    with make_server(kind, tmp_path_factory.mktemp(kind)) as running:
        yield running.url


@pytest.fixture
async def store(server: str) -> AsyncIterator[Client]:
    """A client of an empty server."""
    client = connect(server)
    await client.config_set("maxmemory", 0)
    await client.flushall()
    yield client
    await client.aclose()


@pytest.fixture
async def stage(kafka: EmbeddedKafka, server: str) -> AsyncIterator[Stage]:
    """A town of thirty on Kafka, and an empty server."""
    stage = Stage(kafka.bootstrap, server)
    await stage.client.config_set("maxmemory", 0)
    await stage.client.flushall()
    await stage.begin()
    for n in range(30):
        stage.town.signs_up(f"l:{n}@acme.com", NOW + n * 1000)
    stage.town.refuses(b"l:x", b"{", offset=7)
    await stage.publish()
    yield stage
    await stage.client.aclose()
