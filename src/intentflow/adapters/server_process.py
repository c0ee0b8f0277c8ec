"""A server that runs as our child: its folder, its lock, its log, its end.

The lock is an `flock` on `<folder>/lock`, and the child inherits it: the folder is taken as long as either of us lives, and free the
moment both are gone, however that came about. No stale lock can exist; the pid in the file is there for the message alone.
"""

import contextlib
import fcntl
import os
import secrets
import socket
import subprocess
import sys
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from intentflow.errors import ConfigError

LOCALHOST = "127.0.0.1"
FREE_FROM, FREE_TO = 20_000, 32_000  # ports that are chosen for servers; Linux gives out 32768 and above by itself
LAST_LINES = 12  # of a server's log, in an error
ORPHAN_SECONDS = 10.0  # how long a server whose owner was killed may take to end
REMEDIES = (  # what a server's last words mean
    ("No space left on device", "the disk is full: free some space, or choose another folder with --data"),
    ("Address already in use", "something else took the port: choose another one, or 0 for a free one"),
    ("Address in use", "something else took the port: choose another one, or 0 for a free one"),
    ("OutOfMemoryError", "give Kafka more memory: a larger heap"),
    ("UnsupportedClassVersionError", "this Java is too old: Kafka needs 17 or newer; leave --java out to use ours"),
    ("Permission denied", "the folder belongs to somebody else: make it yours, or choose another one with --data"),
)


class FolderLock:
    """The right to run a server on a folder; one process at a time holds it."""

    def __init__(self, folder: Path, server: str) -> None:
        """Makes the folder if need be. Raises ConfigError if it cannot be written or a server runs on it."""
        self.path = folder / "lock"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self.fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise ConfigError(
                f"{folder}: cannot be written ({error.strerror}): choose another folder with --data, or make it yours"
            ) from error
        if not self._take():
            owner = self._owner() or "unknown"
            os.close(self.fd)
            raise ConfigError(
                f"{folder}: {server} already runs on this folder, started by process {owner}: "
                "stop it with `intentflow down`, or choose another folder with --data"
            )
        os.ftruncate(self.fd, 0)
        os.pwrite(self.fd, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """The folder is free once the child has ended as well."""
        os.close(self.fd)

    def _take(self) -> bool:
        """Whether it is ours now. Waits only for the server of an owner that is gone: it is about to end."""
        deadline = time.monotonic() + ORPHAN_SECONDS
        while True:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(self.fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
            if is_alive(self._owner()) or time.monotonic() > deadline:
                return False
            time.sleep(0.1)

    def _owner(self) -> int:
        text = os.pread(self.fd, 20, 0).strip()
        return int(text) if text.isdigit() else 0


class ServerProcess:
    """A running child. It gets no Ctrl-C from our terminal, and on Linux it ends when we die."""

    def __init__(self, name: str, command: Sequence[str], log: Path, lock: FolderLock) -> None:
        """Starts it in the log's folder; the log of the run before is kept beside it as `<log>.1`."""
        self.name, self.log = name, log
        if log.exists():
            log.replace(log.with_name(f"{log.name}.1"))
        with log.open("wb") as out:
            self._popen = subprocess.Popen(
                leashed(command), stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                cwd=log.parent, start_new_session=True, pass_fds=(lock.fd,),
            )  # fmt: skip

    @property
    def pid(self) -> int:
        """The server's own process id: the leash becomes the server, it doesn't stay above it."""
        return self._popen.pid

    def ended(self) -> int | None:
        """The exit code, or None while it runs."""
        return self._popen.poll()

    def stop(self, bound_seconds: float) -> None:
        """It has ended: asked first (SIGTERM), killed after `bound_seconds`."""
        if self.ended() is None:
            self._popen.terminate()
        self.wait(bound_seconds)

    def wait(self, bound_seconds: float) -> int:
        """It has ended by itself, or was killed after `bound_seconds`; the exit code. It doesn't outlive an exception either."""
        try:
            return self._popen.wait(bound_seconds)
        except subprocess.TimeoutExpired:
            return self._kill()
        except BaseException:  # a Ctrl-C of ours, which it does not get itself
            self._kill()
            raise

    def _kill(self) -> int:
        self._popen.kill()
        return self._popen.wait()

    def failure(self, what: str) -> ConfigError:
        """`what` went wrong, as an error with the log's last lines and what to do."""
        written = self.log.read_text(errors="replace").splitlines()
        lines = [
            line for line in written if not line.lstrip().startswith(("at ", "... "))
        ]  # a stack's frames tell a user nothing
        said = "\n".join(f"    {line}" for line in lines[-LAST_LINES:]) or "    (nothing)"
        remedy = next((then for sign, then in REMEDIES if any(sign in line for line in lines)), "read the log above")
        return ConfigError(f"{self.name} {what}. The last lines of {self.log}:\n{said}\nWhat to do: {remedy}.")


class Started(ABC):
    """What is started and stopped: within `with` it runs."""

    @abstractmethod
    def start(self) -> object:
        """It runs."""

    @abstractmethod
    def stop(self) -> None:
        """It has ended."""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class EmbeddedServer(Started):
    """A server of a folder of its own, on 127.0.0.1."""

    port = 0
    _process: ServerProcess | None = None

    @property
    def pid(self) -> int:
        """The process id, or 0 if it is not running."""
        return self._process.pid if self._process is not None and self._process.ended() is None else 0

    def ended(self) -> ConfigError | None:
        """Why the server has ended although nobody stopped it; None while all is well."""
        process = self._process
        if process is None or (code := process.ended()) is None:
            return None
        return process.failure(f"has ended by itself (exit code {code})")


def leashed(command: Sequence[str]) -> list[str]:
    """The command, made to end when this process does, where that can be had."""
    if sys.platform != "linux" or threading.current_thread() is not threading.main_thread():
        return list(command)
    leash = Path(__file__).with_name("die_with_parent.py")
    return [sys.executable, "-I", "-S", str(leash), str(os.getpid()), *command]


def is_alive(pid: int) -> bool:
    """Whether there is such a process, ours or not."""
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listened on a moment ago.

    It lies below those that Linux gives to connections and to whoever asks for any port, so that none of them takes it before its server
    is up.
    """
    while True:
        port = FREE_FROM + secrets.randbelow(FREE_TO - FREE_FROM)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind((LOCALHOST, port))
            return port


def claimed_port(wanted: int, server: str, option: str) -> int:
    """`wanted` if nobody listens there, a free one for 0. Raises ConfigError with the remedy if it is taken."""
    if wanted == 0:
        return free_port()
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOCALHOST, wanted))
        except OSError as error:
            raise ConfigError(
                f"{LOCALHOST}:{wanted}: {server} cannot listen there ({error.strerror}): stop what does "
                f"(`ss -ltnp 'sport = :{wanted}'` names it), or start with {option} 0 for a free port"
            ) from error
    return wanted
