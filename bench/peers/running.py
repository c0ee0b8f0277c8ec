"""An arm's process: on its own core, its output in a file, with all that it starts."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

from bench.arms import pinned
from bench.peers.resolving import ROOT
from intentflow.adapters.server_process import leashed

STOP_SECONDS = 20.0
LAST_LINES = 15
TICKS = os.sysconf("SC_CLK_TCK")


class Running:
    """It runs until it is stopped; ends with this process on Linux."""

    def __init__(self, command: list[str], said: dict[str, str], log: Path) -> None:
        log.parent.mkdir(parents=True, exist_ok=True)
        self.log = log
        with log.open("ab") as out:
            first, *rest = pinned(command)
            self._popen = subprocess.Popen(
                leashed([shutil.which(first) or first, *rest]), env={**os.environ, **said}, stdin=subprocess.DEVNULL, cwd=ROOT, stdout=out,
                stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip

    def cpu(self) -> float:
        """User and system seconds so far, of all its processes."""
        return sum((int(fields[11]) + int(fields[12])) / TICKS for _, fields in self._stats())

    def resident(self) -> int:
        """Bytes in memory now, of all its processes."""
        return sum(int(fields[21]) for _, fields in self._stats()) * os.sysconf("SC_PAGE_SIZE")

    def require_alive(self) -> None:
        """Raises RuntimeError with the last lines of its log if it has ended."""
        if (code := self._popen.poll()) is not None:
            raise RuntimeError(f"ended with exit code {code}: {self.last_lines()}")

    def last_lines(self) -> str:
        """What it said last."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-LAST_LINES:])

    def stop(self) -> None:
        """It has ended: asked to, and killed if it does not within STOP_SECONDS."""
        if self._popen.poll() is None:
            self._popen.terminate()
            try:
                self._popen.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self) -> None:
        """It has ended, without a word, and so has all that it started."""
        if self._popen.poll() is None:
            os.killpg(self._popen.pid, signal.SIGKILL)
        self._popen.wait()

    def _stats(self) -> list[tuple[int, list[str]]]:
        """Pid and fields of `stat` of every process of its session."""
        found = []
        for path in Path("/proc").iterdir():
            if path.name.isdigit():
                try:
                    fields = (path / "stat").read_text().rpartition(")")[2].split()
                except (FileNotFoundError, ProcessLookupError):
                    continue
                if int(fields[3]) == self._popen.pid:
                    found.append((int(path.name), fields))
        return found
