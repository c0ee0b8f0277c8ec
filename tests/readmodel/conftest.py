"""The read model's tests run on a real Valkey and on a real Redis 7; each test finds its server empty."""

import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import redis

from intentflow.adapters.embedded_valkey import EmbeddedValkey, answers
from intentflow.adapters.redis_client import Client, connect
from intentflow.adapters.server_process import free_port


class RedisServer:
    """A `redis-server` of this machine, kept in memory."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
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


@pytest.fixture(scope="session", params=["valkey", "redis"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a running server: the embedded Valkey, then Redis 7."""
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "redis" and shutil.which("redis-server") is None:
        pytest.skip("no redis-server on this machine: install Redis 7 to run the read model's tests on it too")
    with EmbeddedValkey(folder) if request.param == "valkey" else RedisServer(folder) as running:
        yield running.url


@pytest.fixture
async def store(server: str) -> AsyncIterator[Client]:
    """A client of an empty server."""
    client = connect(server)
    await client.config_set("maxmemory", 0)
    await client.flushall()
    yield client
    await client.aclose()
