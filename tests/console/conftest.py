"""The console as it is served: real HTTP on a free port, a real Valkey behind it, a small town of leads in that."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from typing import Any

import aiohttp
import pytest
import uvicorn

from intentflow.adapters.embedded_valkey import EmbeddedValkey
from intentflow.adapters.redis_client import Client, connect
from intentflow.console.app import create_app
from intentflow.console.running import config_of
from intentflow.console.tokens import make_token
from intentflow.settings import Settings
from tests.readmodel.town import NOW, Feeder, Town

VIEWER, OPERATOR = make_token("viewer"), make_token("operator")


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedValkey]:
    """One Valkey for the console's tests."""
    with EmbeddedValkey(tmp_path_factory.mktemp("console")) as running:
        yield running


@pytest.fixture
async def store(valkey: EmbeddedValkey) -> AsyncIterator[Client]:
    """A client of it, empty."""
    client = connect(valkey.url)
    await client.flushall()
    yield client
    await client.aclose()


@pytest.fixture
def town() -> Town:
    """Somebody qualified, somebody who looked around, and a record that was refused."""
    town = Town()
    town.signs_up("l:ada@acme.com", NOW)
    town.happens("v:c0ffee", NOW, family="website_visit", action="view", page={"url": "https://shop.example/pricing"})
    town.refuses(b"l:x", b'{"<script>alert(1)</script>', offset=7)
    return town


@pytest.fixture
async def feeder(store: Client, town: Town) -> Feeder:
    """The town in the store."""
    feeder = await Feeder(store, town).begin()
    await feeder.feed()
    return feeder


@contextlib.asynccontextmanager
async def served(app: Any) -> AsyncIterator[str]:
    """The app on a free port of this machine; yields where."""
    with socket.create_server(("127.0.0.1", 0)) as listening:  # who comes before it is ready waits
        server = uvicorn.Server(config_of(app))
        running = asyncio.create_task(server.serve([listening]))
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            await running


@pytest.fixture
async def site(feeder: Feeder) -> AsyncIterator[str]:
    """Where the console answers; it knows one viewer and one operator."""
    settings = Settings(console_tokens=(VIEWER[1], OPERATOR[1]), console_hosts=("console.example",))
    async with served(create_app(settings, feeder.ask)) as address:
        yield address


@pytest.fixture
async def viewer(site: str) -> AsyncIterator[aiohttp.ClientSession]:
    """Somebody who may look."""
    async with aiohttp.ClientSession(site, headers={"Authorization": f"Bearer {VIEWER[0]}"}) as session:
        yield session


@pytest.fixture
async def stranger(site: str) -> AsyncIterator[aiohttp.ClientSession]:
    """Somebody without a token, who keeps no cookies."""
    async with aiohttp.ClientSession(site, cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield session
