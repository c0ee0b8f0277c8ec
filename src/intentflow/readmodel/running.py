"""Running a projector until it is told to end."""

import asyncio
import signal
from collections.abc import Callable

from intentflow.adapters import prometheus
from intentflow.adapters.redis_client import ANSWER_SECONDS, Client, connect
from intentflow.domain.fold import Fold
from intentflow.errors import ConfigError
from intentflow.model.load import load
from intentflow.readmodel.metrics import ProjectorMetrics
from intentflow.readmodel.projector import Projector
from intentflow.settings import Settings
from intentflow.wire.topic_names import TopicNames

INSIST_SECONDS = 1.0  # before a task that was cancelled is cancelled again


def redis_of(settings: Settings, answer_seconds: float = ANSWER_SECONDS) -> Client:
    """A client of the Redis that the settings name. Raises `ConfigError` if they name none."""
    if settings.redis_url is None:
        raise ConfigError("no Redis is named: set INTENTFLOW_REDIS_URL, or use the embedded stack's (`intentflow up`)")
    return connect(settings.redis_url.get_secret_value(), answer_seconds)


async def project(settings: Settings) -> None:
    """Feed the read model until SIGTERM or Ctrl-C.

    Raises `ConfigError` if it is set up wrong, `IntentflowError` if the changelog is not one of ours.
    """
    redis, metrics = redis_of(settings), ProjectorMetrics()
    names = TopicNames(settings.prefix, settings.app_id)
    projector = Projector(
        redis, settings.kafka, names, Fold(load(settings.model)), metrics, refresh=settings.read_model_refresh
    )
    stop = _serve(metrics, settings)
    told = asyncio.Event()
    running, waiting = asyncio.create_task(projector.run()), asyncio.create_task(told.wait())
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    try:
        await asyncio.wait({running, waiting}, return_when=asyncio.FIRST_COMPLETED)
        await ended(running)
        if not running.cancelled():
            running.result()
    finally:
        waiting.cancel()
        stop()
        await redis.aclose()


async def ended(task: asyncio.Task[None]) -> None:
    """The task is over: cancelled until it is, if it wasn't.

    Once is not enough: redis-py sends with `asyncio.wait_for`, and that of Python 3.11 loses a cancel that comes together with its answer.
    """
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=INSIST_SECONDS)


def _serve(metrics: ProjectorMetrics, settings: Settings) -> Callable[[], None]:
    port = settings.projector_metrics_port
    if not port:
        return lambda: None
    try:
        return prometheus.serve(metrics.registry, port, settings.metrics_host)
    except OSError as error:
        raise ConfigError(
            f"the projector's metrics: port {port} is taken ({error.strerror}): name another one with "
            "INTENTFLOW_PROJECTOR_METRICS_PORT, or 0 for none"
        ) from error
