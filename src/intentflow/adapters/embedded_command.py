"""One of our own commands beside the embedded stack: `intentflow worker`, `intentflow collector`, as a child with its log in a file."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from pydantic import SecretStr

from intentflow.adapters.server_process import Started, leashed
from intentflow.errors import ConfigError, IntentflowError
from intentflow.settings import Settings
from intentflow.settings_sources import PREFIX

STOP_SECONDS = 10.0
LAST_LINES = 12


def environment(settings: Settings) -> dict[str, str]:
    """Our own environment, with these settings in it, secrets too: a child of ours may know what we know."""
    said = {f"{PREFIX}{name.upper()}": _as_text(value) for name, value in settings.model_dump().items()}
    return {**os.environ, **said}


def _as_text(value: object) -> str:
    """As `Settings` reads it from the environment; nothing is nothing."""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if value is None or isinstance(value, str | Path | int | float):
        return "" if value is None else str(value)
    return json.dumps(value, default=_as_text)


class EmbeddedCommand(Started):
    """A command of ours with these settings; a context manager. It gets no Ctrl-C from our terminal."""

    def __init__(self, command: str, settings: Settings, log: Path) -> None:
        """`command` is what follows `intentflow` on the command line, and its name in errors."""
        self.command, self.settings, self.log = command, settings, log
        self._popen: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """It runs; whether it is ready, its log, its port and its metrics say."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as out:
            self._popen = subprocess.Popen(
                leashed([sys.executable, "-m", "intentflow", *self.command.split()]),
                stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, env=environment(self.settings), start_new_session=True,
            )  # fmt: skip

    @property
    def pid(self) -> int | None:
        """The child's process id while it runs."""
        return None if self._popen is None or self._popen.poll() is not None else self._popen.pid

    @property
    def exit_code(self) -> int | None:
        """How it ended; None while it runs, or if it was never started."""
        return None if self._popen is None else self._popen.poll()

    def stop(self) -> None:
        """It has settled what it had begun and ended; killed after ten seconds, which loses nothing."""
        if self._popen is None or self._popen.poll() is not None:
            return
        self._popen.terminate()
        try:
            self._popen.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self._popen.pid, signal.SIGKILL)
            self._popen.wait()

    def require_alive(self) -> None:
        """Raises with the last lines of its log if it has ended by itself."""
        code = self.exit_code
        if code is None:
            return
        said = "\n".join(f"    {line}" for line in self.log.read_text(errors="replace").splitlines()[-LAST_LINES:])
        kind = ConfigError if code == ConfigError.exit_code else IntentflowError
        raise kind(f"the {self.command} ended with exit code {code}. The last lines of {self.log}:\n{said}")
