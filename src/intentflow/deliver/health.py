"""What a process that delivers says of itself at its metrics port, beside the metrics: is it alive, is it ready."""

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from intentflow.adapters.prometheus import Check, serve
from intentflow.deliver.topics import group_of
from intentflow.errors import ConfigError

if TYPE_CHECKING:
    from intentflow.deliver.process import Process

LIVE_SECONDS = 30.0  # without a turn of the event loop it is worth no keeping


def serving(process: "Process") -> Callable[[], None]:
    """Metrics and health are served, if a port is set; returns what ends it. Raises ConfigError if the port is taken."""
    port, host = process.settings.deliver_metrics_port, process.settings.metrics_host
    if not port:
        return lambda: None
    try:
        return serve(process.metrics.registry, port, host, checks_of(process))
    except OSError as error:
        raise ConfigError(
            f"{host}:{port}: metrics cannot be served there ({error.strerror}): choose another --metrics-port"
        ) from error


def checks_of(process: "Process") -> Mapping[str, Check]:
    """By name: live, ready."""
    return {"live": lambda: _not_live(process), "ready": lambda: not_ready(process)}


def _not_live(process: "Process") -> str:
    silent = time.monotonic() - process.beat
    return f"the event loop has not turned for {silent:.0f} s" if silent > LIVE_SECONDS else ""


def not_ready(process: "Process") -> str:
    """What a process waits for; empty if it delivers."""
    if not process.assigned:
        return f"waiting for partitions of group {group_of(process.settings)}"
    taking = [str(number) for number, tenure in sorted(process.tenures.items()) if tenure.partition is None]
    return f"taking partitions {', '.join(taking)}" if taking else ""
