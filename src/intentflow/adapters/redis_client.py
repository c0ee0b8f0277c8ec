"""A client of a Redis or a Valkey: patient enough for a slow one, and never hanging on one that is gone."""

from pathlib import Path
from typing import Any, TypeAlias

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from intentflow.errors import ConfigError

ANSWER_SECONDS = 10.0  # a large transaction may take some
CONNECT_SECONDS = 3.0
# redis-py types each answer as "awaitable or not", for both of its clients at once: under mypy nothing of it could be awaited.
Client: TypeAlias = Any


def connect(url: str, answer_seconds: float = ANSWER_SECONDS) -> Client:
    """A client that gives bytes, and raises where it could only guess whether something was done: it never asks twice by itself.

    Nothing is asked yet. Raises `ConfigError` if the URL is none, or names a file of authorities that cannot be read.
    """
    try:
        client = Redis.from_url(
            url,
            socket_timeout=answer_seconds,
            socket_connect_timeout=CONNECT_SECONDS,
            retry=Retry(NoBackoff(), 0),
            client_name="intentflow",
        )
    except (ValueError, RedisError):
        # redis-py repeats what it could not read, and that may be a piece of the password
        raise ConfigError(
            "INTENTFLOW_REDIS_URL is no address of a Redis: write it as redis://:password@host:6379/0, or rediss:// with TLS; "
            "what is no letter or digit in a password is written as %2F (for a slash)"
        ) from None
    _check_authority(client.connection_pool.connection_kwargs.get("ssl_ca_certs"))
    return client


def _check_authority(path: str | None) -> None:
    """Every connection would fail for it, and say less."""
    try:
        if path is not None:
            Path(path).open("rb").close()
    except OSError as error:
        raise ConfigError(
            f"INTENTFLOW_REDIS_URL, ssl_ca_certs: {path}: {error.strerror}: a PEM file that this user can read is wanted"
        ) from error
