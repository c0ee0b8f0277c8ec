"""The embedded stack: Kafka and Valkey together, in one folder that the user can see.

    <data>/stack.json   who runs and where; other commands find the stack by it
    <data>/kafka/       see embedded_kafka.py
    <data>/valkey/      see embedded_valkey.py

A pid in `stack.json` is believed only if its command line names this folder: after a crash the number may be anybody's.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import msgspec
from pydantic import SecretStr

from intentflow.adapters.embedded_kafka import EmbeddedKafka
from intentflow.adapters.embedded_valkey import EmbeddedValkey
from intentflow.adapters.server_process import FolderLock, Started
from intentflow.errors import ConfigError
from intentflow.settings import Settings

DATA = Path(".intentflow")
KAFKA_PORT = 9092
VALKEY_PORT = 6379
MIN_FREE_BYTES = 500_000_000
DOWN_SECONDS = 8.0  # until a server that was asked to end is killed
NOBODY = 0  # the owner of a stack that is being ended
SERVERS = ("kafka", "valkey")  # as they are started; stopped in the other order


class Addresses(msgspec.Struct, frozen=True):
    """Where a running stack answers."""

    bootstrap: str
    redis_url: str | None


class Note(msgspec.Struct, frozen=True):
    """What `stack.json` says. Pids by server name."""

    addresses: Addresses
    owner: int
    pids: dict[str, int]


class EmbeddedStack(Started):
    """Kafka, and Valkey unless told not to; a context manager. Start it from the main thread, so that it ends with this process."""

    def __init__(
        self,
        data: Path = DATA,
        *,
        kafka_port: int = KAFKA_PORT,
        valkey_port: int = VALKEY_PORT,
        valkey: bool = True,
        heap_mb: int = 256,
        java: Path | None = None,
        cache: Path | None = None,
        min_free_bytes: int = MIN_FREE_BYTES,
    ) -> None:
        """Nothing happens yet. A port of 0 is a free one."""
        self._data, self._min_free_bytes = data.resolve(), min_free_bytes
        self.kafka = EmbeddedKafka(self._data, port=kafka_port, heap_mb=heap_mb, java=java, cache=cache)
        self.valkey = EmbeddedValkey(self._data, port=valkey_port) if valkey else None

    @property
    def addresses(self) -> Addresses:
        """Known once it is started."""
        return Addresses(self.kafka.bootstrap, self.valkey.url if self.valkey else None)

    def start(self) -> Addresses:
        """Both answer, and `stack.json` says where.

        Raises ConfigError (folder, disk space, ports, what a server died of) and ServerMissingError. After an error nothing is left
        running.
        """
        require_space(self._data, self._min_free_bytes)
        self.kafka.start()
        try:
            pids = {"kafka": self.kafka.pid}
            if self.valkey is not None:
                self.valkey.start()
                pids["valkey"] = self.valkey.pid
            _write(self._data, Note(self.addresses, os.getpid(), pids))
        except BaseException:
            self.stop()
            raise
        return self.addresses

    def stop(self) -> None:
        """Both have ended, Valkey first; the data stays."""
        note = _read(self._data)
        if note is not None and note.owner == os.getpid():
            (self._data / "stack.json").unlink(missing_ok=True)
        if self.valkey is not None:
            self.valkey.stop()
        self.kafka.stop()

    def ended(self) -> ConfigError | None:
        """Why one of the servers has ended although this process did not stop it; None while all is well."""
        return self.kafka.ended() or (self.valkey.ended() if self.valkey else None)

    @property
    def is_dismissed(self) -> bool:
        """Whether `down` was said from elsewhere: its servers end, or have ended, and are not wanted back."""
        note = _read(self._data)
        return note is None or note.owner != os.getpid()

    def revive(self) -> None:
        """Whichever has ended by itself answers again, at its old address. From the main thread; raises as `start` does."""
        for server in (self.kafka, self.valkey):
            if server is not None and server.ended() is not None:
                server.stop()
                server.start()
        pids = {"kafka": self.kafka.pid} | ({"valkey": self.valkey.pid} if self.valkey else {})
        _write(self._data, Note(self.addresses, os.getpid(), pids))


def settings_at(settings: Settings, addresses: Addresses) -> Settings:
    """These settings, for a stack of our own: it neither encrypts nor asks who one is, whatever is said of Kafkas elsewhere."""
    redis_url = settings.redis_url or (SecretStr(addresses.redis_url) if addresses.redis_url else None)
    here = {"bootstrap": addresses.bootstrap, "security_protocol": "PLAINTEXT", "redis_url": redis_url}
    return settings.model_copy(update=here)


def find_running(data: Path = DATA) -> Addresses | None:
    """Where the stack of this folder answers; None if all or part of it is not running."""
    note = _read(data)
    if note is None or not all(is_ours(pid, data, server) for server, pid in note.pids.items()):
        return None
    return note.addresses


def down(data: Path = DATA) -> bool:
    """The stack of this folder has ended, whoever started it. False if none was running.

    Who started it is told (`is_dismissed`). Raises ConfigError if a server belongs to another user or doesn't end even when killed.
    """
    note = _read(data)
    if note is None:
        return False
    _write(
        data, msgspec.structs.replace(note, owner=NOBODY)
    )  # before the first of them ends, so that its owner knows why
    ours = {s: note.pids[s] for s in reversed(SERVERS) if s in note.pids and is_ours(note.pids[s], data, s)}
    for server, pid in ours.items():
        _end(pid, data, server)
    (data / "stack.json").unlink(missing_ok=True)
    return bool(ours)


def owner_of(data: Path = DATA) -> int:
    """The process that started the stack of this folder; 0 if that can't be told."""
    note = _read(data)
    return NOBODY if note is None else note.owner


def wipe(data: Path = DATA) -> None:
    """All that the stack kept is deleted, and nothing else in the folder. Raises ConfigError if a server still runs on it."""
    folders = [data / server for server in SERVERS if (data / server).exists()]
    with contextlib.ExitStack() as held:
        for folder in folders:
            held.callback(FolderLock(folder, f"the {folder.name} server").release)
        for folder in folders:
            shutil.rmtree(folder)
    (data / "stack.json").unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # not there, or something else is in it
        data.rmdir()


def require_space(data: Path, min_free_bytes: int) -> None:
    """The folder is there and its disk has room. Raises ConfigError."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(data).free
    except OSError as error:
        raise ConfigError(f"{data}: cannot be made ({error.strerror}): choose another folder with --data") from error
    if free < min_free_bytes:
        raise ConfigError(
            f"{data}: its disk has {free / 1e6:,.0f} MB free, the stack needs {min_free_bytes / 1e6:,.0f} MB: free some space, or "
            "choose a folder on another disk with --data"
        )


def is_ours(pid: int, data: Path, server: str) -> bool:
    """Whether the process is there and its command line names the server's folder."""
    return str(data.resolve() / server) in command_line(pid)


def command_line(pid: int) -> str:
    """With single spaces between the arguments; empty if there is no such process."""
    proc = Path("/proc")
    if (proc / "self" / "cmdline").exists():
        try:
            return (proc / str(pid) / "cmdline").read_text(errors="replace").replace("\0", " ")
        except OSError:
            return ""
    return subprocess.run(
        ["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout


def _end(pid: int, data: Path, server: str) -> None:
    """Asked first, killed after DOWN_SECONDS."""
    for number, bound_seconds in ((signal.SIGTERM, DOWN_SECONDS), (signal.SIGKILL, 2.0)):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        except PermissionError as error:
            raise ConfigError(f"{server} (process {pid}) belongs to another user: only they can stop it") from error
        deadline = time.monotonic() + bound_seconds
        while time.monotonic() < deadline:
            if not is_ours(pid, data, server):
                return
            time.sleep(0.05)
    raise ConfigError(f"{server} (process {pid}) does not end even when killed: its disk may hang; restart the machine")


def _read(data: Path) -> Note | None:
    """None if there is no stack.json, or it is not one of ours."""
    try:
        return msgspec.json.decode((data / "stack.json").read_bytes(), type=Note)
    except (OSError, msgspec.DecodeError):
        return None


def _write(data: Path, note: Note) -> None:
    """Whole or not at all: another command may be reading."""
    new = data / "stack.json.new"
    new.write_bytes(msgspec.json.encode(note))
    new.replace(data / "stack.json")
