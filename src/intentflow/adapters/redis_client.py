"""A client of a Redis or a Valkey: patient enough for a slow one, and never hanging on one that is gone."""

from typing import Any, TypeAlias

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from intentflow.errors import ConfigError

ANSWER_SECONDS = 10.0
CONNECT_SECONDS = 3.0
# redis-py types each answer as "awaitable or not", for both of its clients at once: under mypy nothing of it could be awaited.
Client: TypeAlias = Any


def connect(url: str) -> Client:
    """A client that gives bytes, and raises where it could only guess whether something was done: it never asks twice by itself.

    Nothing is asked yet. Raises `ConfigError` if the URL is none.
    """
    try:
        return Redis.from_url(
            url,
            socket_timeout=ANSWER_SECONDS,
            socket_connect_timeout=CONNECT_SECONDS,
            retry=Retry(NoBackoff(), 0),
            client_name="intentflow",
        )
    except (ValueError, RedisError) as error:
        raise ConfigError(
            f"INTENTFLOW_REDIS_URL: {error}; write it as redis://host:6379/0, or rediss:// with TLS"
        ) from error
