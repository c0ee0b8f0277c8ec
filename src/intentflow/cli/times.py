"""Moments as they are written on the command line."""

import time

from intentflow.cli.replay import parsed_time
from intentflow.errors import ConfigError
from intentflow.model.durations import duration


def moment(option: str, written: str | None) -> int | None:
    """A time (`2026-05-01T10:00:00Z`), or how long ago it was (`2h`, `7d`), in epoch milliseconds. Raises `ConfigError`."""
    if written is None:
        return None
    try:
        return int(time.time() * 1000) - duration(written)
    except ValueError:
        pass
    try:
        return parsed_time(option, written)
    except ConfigError as error:
        raise ConfigError(f"{error}, or how long ago it was, like 2h or 7d") from None
