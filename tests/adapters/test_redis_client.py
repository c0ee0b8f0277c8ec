"""A Redis that speaks TLS and asks for a password, as one that is hosted does; and addresses that are none."""

import asyncio
import shutil
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
import trustme
from redis.exceptions import AuthenticationError
from redis.exceptions import ConnectionError as Unreachable

from intentflow.adapters.redis_client import Client, connect
from intentflow.adapters.server_process import LOCALHOST, free_port
from intentflow.errors import ConfigError

PASSWORD = "correct-horse"  # noqa: S105 - of the server that this test starts
PATIENCE_SECONDS = 20.0


class SecureRedis:
    """A `redis-server` with TLS alone: no open port. `url` is its address without anything that lets one in."""

    def __init__(self, folder: Path) -> None:
        self.port, self._folder = free_port(), folder
        self.authority, self._own = folder / "authority.pem", folder / "server.pem"
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(self.authority))
        authority.issue_cert(LOCALHOST).private_key_and_cert_chain_pem.write_to_path(str(self._own))

    def address(self, scheme: str = "rediss", password: str = PASSWORD, ca: str | None = None) -> str:
        """As it is written into INTENTFLOW_REDIS_URL; `ca` empty: none is named."""
        named = str(self.authority) if ca is None else ca
        return f"{scheme}://:{password}@{LOCALHOST}:{self.port}/0" + (f"?ssl_ca_certs={named}" if named else "")

    def __enter__(self) -> "SecureRedis":
        own = ["--tls-cert-file", str(self._own), "--tls-key-file", str(self._own), "--tls-auth-clients", "no"]
        doors = ["--bind", LOCALHOST, "--port", "0", "--tls-port", str(self.port), "--requirepass", PASSWORD]
        kept = ["--dir", str(self._folder), "--save", "", "--tls-ca-cert-file", str(self.authority)]
        self._process = subprocess.Popen(["redis-server", *doors, *own, *kept], stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + PATIENCE_SECONDS
        with redis.Redis.from_url(self.address()) as client:
            while not _answers(client):
                assert time.monotonic() < deadline, "the redis-server with TLS did not answer"
                time.sleep(0.02)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()


async def left(client: Client) -> None:
    """The client and what it gave up on are closed; TLS says goodbye after `aclose`."""
    await client.aclose()
    await asyncio.sleep(0.1)


def _answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except Unreachable:
        return False


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecureRedis]:
    if shutil.which("redis-server") is None:
        pytest.skip("no redis-server on this machine: install Redis to try TLS on it")
    with SecureRedis(tmp_path_factory.mktemp("redis-tls")) as running:
        yield running


async def test_what_is_written_over_tls_is_read_over_tls(server: SecureRedis):
    client = connect(server.address())
    await client.set("lead", "ada")
    assert await client.get("lead") == b"ada"
    cipher = client.connection_pool._available_connections[0]._writer.get_extra_info("cipher")
    assert cipher[1].startswith("TLSv1.")
    await left(client)


@pytest.mark.parametrize(
    ("other", "error"),
    [
        ({"scheme": "redis", "ca": ""}, Unreachable),  # in the clear, at a door that speaks TLS alone
        ({"ca": ""}, Unreachable),  # an authority that this machine doesn't know
        ({"password": "a-wrong-one"}, AuthenticationError),
    ],
    ids=["plain", "unknown authority", "wrong password"],
)
async def test_whoever_comes_otherwise_is_not_let_in_and_no_password_is_said(server: SecureRedis, other, error):
    client = connect(server.address(**other))
    with pytest.raises(error) as refused:
        await client.ping()
    assert PASSWORD not in str(refused.value)
    await left(client)


async def test_a_certificate_of_another_name_is_refused(server: SecureRedis):
    client = connect(server.address().replace(LOCALHOST, "localhost"))
    with pytest.raises(Unreachable) as refused:
        await client.ping()
    assert isinstance(refused.value.__context__ or refused.value.__cause__, ssl.SSLCertVerificationError)
    await left(client)


@pytest.mark.parametrize(
    "url",
    [
        "http://:geheim@redis:6379/0",
        "rediss://:ge/heim@redis:6379/0",  # a slash in the password ends the address there
        "rediss://:geheim@redis:port/0",
        "rediss://:geheim@redis:6379/0?socket_timeout=geheim",
    ],
)
def test_what_is_no_address_is_told_with_the_remedy_and_without_what_is_in_it(url):
    with pytest.raises(ConfigError, match=r"INTENTFLOW_REDIS_URL.*rediss://") as told:
        connect(url)
    assert "heim" not in str(told.value)
    assert told.value.__cause__ is None


def test_an_authority_that_is_not_there_is_named():
    with pytest.raises(ConfigError, match=r"ssl_ca_certs: /nowhere/ca\.pem: "):
        connect("rediss://:geheim@redis:6379/0?ssl_ca_certs=/nowhere/ca.pem")
