"""What a process that delivers says of itself at its metrics port, beside the metrics: is it alive, is it ready."""

import time
from collections.abc import Callable, Mapping

from prometheus_client import CollectorRegistry

from intentflow.adapters.prometheus import Check, serve
from intentflow.deliver.tenure import Tenure
from intentflow.deliver.topics import group_of
from intentflow.errors import ConfigError
from intentflow.settings import Settings

LIVE_SECONDS = 30.0  # without a turn of the event loop it is worth no keeping


def serving(settings: Settings, registry: CollectorRegistry, checks: Mapping[str, Check]) -> Callable[[], None]:
    """Metrics and health are served, if a port is set; returns what ends it. Raises ConfigError if the port is taken."""
    port, host = settings.deliver_metrics_port, settings.metrics_host
    if not port:
        return lambda: None
    try:
        return serve(registry, port, host, checks)
    except OSError as error:
        raise ConfigError(
            f"{host}:{port}: metrics cannot be served there ({error.strerror}): choose another --metrics-port"
        ) from error


def not_live(beat: float) -> str:
    """Why it is worth no keeping; empty if its event loop turned, at that time of the monotonic clock, not long ago."""
    silent = time.monotonic() - beat
    return f"the event loop has not turned for {silent:.0f} s" if silent > LIVE_SECONDS else ""


def not_ready(settings: Settings, tenures: Mapping[int, Tenure], *, assigned: bool) -> str:
    """What a process waits for; empty if it delivers."""
    if not assigned:
        return f"waiting for partitions of group {group_of(settings)}"
    taking = [str(number) for number, tenure in sorted(tenures.items()) if tenure.partition is None]
    return f"taking partitions {', '.join(taking)}" if taking else ""
