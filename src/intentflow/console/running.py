"""Serving the console, with a projector beside it: a child of its own, so that neither slows the other down or takes it along."""

import asyncio
import ipaddress
import logging
from collections.abc import Callable

import uvicorn
from fastapi import FastAPI

from intentflow.adapters.embedded_command import EmbeddedCommand
from intentflow.adapters.server_process import claimed_port
from intentflow.console.app import create_app
from intentflow.console.tokens import make_token
from intentflow.errors import ConfigError, IntentflowError
from intentflow.model.load import read
from intentflow.readmodel.queries import ReadModel
from intentflow.readmodel.running import redis_of
from intentflow.settings import Settings

log = logging.getLogger(__name__)
AGAIN_SECONDS = 2.0  # until a projector that ended is started again
LOOK_SECONDS = 1.0
PATIENCE_SECONDS = 4.0  # with Redis: somebody looks at a page and waits
SHUTDOWN_SECONDS = 3  # for requests that are being answered; streams are closed then


async def serve(settings: Settings, with_projector: bool, tell: Callable[[str], None]) -> None:
    """Serve until SIGTERM or Ctrl-C; `tell` is given the address to open, once.

    Raises `ConfigError` if it is set up wrong: no Redis, a port that is taken, no tokens where others may come.
    """
    port = claimed_port(settings.console_port, "the console", "--port")
    settings, token = _with_token(settings.model_copy(update={"console_port": port}))
    redis = redis_of(settings, PATIENCE_SECONDS)
    ask = ReadModel(redis, settings.app_id, read(settings.model))
    server = uvicorn.Server(config_of(create_app(settings, ask), settings.console_host, port))
    children = [EmbeddedCommand("projector", settings, settings.data / "projector.log")] if with_projector else []
    keeping = [asyncio.create_task(_keep(child, server)) for child in children]
    tell(address_of(settings, token))
    try:
        await server.serve()
        for task in keeping:
            if task.done():
                task.result()
    finally:
        for task in keeping:
            task.cancel()
        for child in children:
            child.stop()
        await redis.aclose()


def config_of(app: FastAPI, host: str = "127.0.0.1", port: int = 0) -> uvicorn.Config:
    """How the app is served: nothing said of what serves it, no name taken from a proxy, no line per request or for starting."""
    for logger, level in (("uvicorn", logging.WARNING), ("sse_starlette", logging.WARNING)):
        logging.getLogger(logger).setLevel(level)
    logging.getLogger("uvicorn.error").addFilter(_is_news)
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        timeout_keep_alive=30,
    )


def _is_news(record: logging.LogRecord) -> bool:
    """A stream that is cut when we end is none."""
    return "returned without completing response" not in record.getMessage()


def address_of(settings: Settings, token: str = "") -> str:
    """The console's address, with the token that opens it."""
    host = settings.console_host
    shown = "127.0.0.1" if host in ("0.0.0.0", "::", "") else f"[{host}]" if ":" in host else host  # noqa: S104 - what is listened on
    return f"http://{shown}:{settings.console_port}/" + (f"?token={token}" if token else "")


def _with_token(settings: Settings) -> tuple[Settings, str]:
    """The settings with a token, made here if they know none and nobody else can come."""
    if settings.console_tokens:
        return settings, ""
    if not _is_loopback(settings.console_host):
        raise ConfigError(
            f"the console would listen on {settings.console_host} and knows no tokens: `intentflow token create` makes one; its hash goes "
            "into INTENTFLOW_CONSOLE_TOKENS"
        )
    token, kept = make_token("operator")
    return settings.model_copy(update={"console_tokens": (kept,)}), token


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


async def _keep(child: EmbeddedCommand, server: uvicorn.Server) -> None:
    """The child runs. One that ended is started again; one that is set up wrong ends the console too."""
    child.start()
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        try:
            child.require_alive()
        except ConfigError:
            server.should_exit = True
            raise
        except IntentflowError as error:
            log.warning("%s", error)
            await asyncio.sleep(AGAIN_SECONDS)
            child.start()
