"""What runs on the embedded stack: the worker, the doors and the console, each a command of ours as a child.

worker      scores; its own supervisor starts it again, so that if it ends, something must be changed first
collector   takes events over HTTP          ┐
console     the pages, the API, the projector ├ started again when they end by themselves
deliver     webhooks, if endpoints are named ┘
"""

import contextlib
import time
from pathlib import Path

from intentflow.adapters.embedded_command import EmbeddedCommand
from intentflow.adapters.server_process import Started
from intentflow.errors import ConfigError, IntentflowError
from intentflow.settings import Settings

AGAIN_SECONDS = 2.0  # between an end and the next start
SUPERVISED = "worker"


class EmbeddedParts(Started):
    """These commands with these settings; a context manager. Logs lie in the data folder, one for each."""

    def __init__(self, settings: Settings, names: tuple[str, ...] = ("worker", "collector", "console")) -> None:
        self._parts = {name: EmbeddedCommand(name, settings, settings.data / f"{name}.log") for name in names}
        self._due: dict[str, float] = {}

    def log(self, name: str) -> Path:
        """Where a part says what it does."""
        return self._parts[name].log

    def look_after(self) -> list[str]:
        """All run, or will soon: what has ended is started again after AGAIN_SECONDS. Returns what was found ended, in words.

        Raises ConfigError if a part says that something must be changed first, and IntentflowError if the worker gave up.
        """
        found = []
        for name, part in self._parts.items():
            if name in self._due:
                if time.monotonic() >= self._due[name]:
                    del self._due[name]
                    part.start()
                continue
            try:
                part.require_alive()
            except ConfigError:
                raise
            except IntentflowError as error:
                if name == SUPERVISED:
                    raise
                found.append(str(error))
                self._due[name] = time.monotonic() + AGAIN_SECONDS
        return found

    def require_alive(self) -> None:
        """Raises with the last lines of its log if a part has ended by itself."""
        for part in self._parts.values():
            part.require_alive()

    def start(self) -> None:
        """All run; none does after an error."""
        with contextlib.ExitStack() as begun:
            for part in self._parts.values():
                part.start()
                begun.callback(part.stop)
            begun.pop_all()

    def stop(self) -> None:
        """All have ended, the last one first."""
        with contextlib.ExitStack() as ending:
            for part in self._parts.values():
                ending.callback(part.stop)
