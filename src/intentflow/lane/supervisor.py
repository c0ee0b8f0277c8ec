"""`intentflow worker`: worker processes, started, watched, started again, and stopped. It imports neither Faust nor the app.

A worker that sees anything it does not expect ends itself without a commit (exit code 70); the next one starts from
what is durable. So starting again is the cure for most, and cannot lose anything; but what fails five times in a minute
will fail the sixth time too. A server that is not there at the first start ends us, since it was probably named wrong;
one that goes away later comes back, and is waited for.
"""

import logging
import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence
from types import FrameType

from intentflow.adapters.embedded_command import environment
from intentflow.adapters.server_process import leashed
from intentflow.lane.exits import FAIL_STOP
from intentflow.settings import Settings

log = logging.getLogger(__name__)
STOP_SECONDS = 10.0  # from the signal to the kill; a worker settles and commits within about 4
RESTARTS = 5  # of one worker within WINDOW_SECONDS
WINDOW_SECONDS = 60.0
BACK_OFF_SECONDS = 0.5  # doubled by each restart within the window
LOOK_SECONDS = 0.1
WRONG, NO_SERVER = 2, 69  # exit codes: set up wrong; no server there
PATIENCE_SECONDS = 2.0  # between looks for a server that was there
WORKER = ("-m", "faust", "-A", "streams.scoring", "worker", "-l")


class Worker:
    """One worker process, and those that it was before."""

    def __init__(self, index: int, command: Sequence[str], env: dict[str, str]) -> None:
        self.index = index
        self._command, self._env = command, env
        self._starts: deque[float] = deque(maxlen=RESTARTS + 1)
        self._process: subprocess.Popen[bytes] | None = None
        self.due: float | None = 0.0  # when to start it; None = it runs, or never again
        self.served = False  # the server was there once

    def start(self, now: float) -> None:
        """Start it. It gets no Ctrl-C from our terminal: we pass on what should reach it."""
        self._starts.append(now)
        self.due = None
        self._process = subprocess.Popen(leashed(self._command), env=self._env, start_new_session=True)
        log.info("worker %d: process %d", self.index, self._process.pid)

    def ended(self) -> int | None:
        """Its exit code, once; None while it runs, or when it was told before."""
        code = None if self._process is None else self._process.poll()
        if code is not None:
            self._process = None
        return code

    def start_again(self, now: float) -> bool:
        """Plan the next start; False if there were too many."""
        recent = [at for at in self._starts if now - at < WINDOW_SECONDS]
        if len(recent) > RESTARTS:
            return False
        self.due = now + BACK_OFF_SECONDS * 2 ** (len(recent) - 1)
        return True

    def wait_for_server(self, now: float) -> None:
        """Plan the next start, which is no failure of its own."""
        self._starts.pop()
        self.due = now + PATIENCE_SECONDS

    def signal(self, number: int) -> None:
        """Pass a signal on, if it runs."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)

    def kill(self) -> None:
        """End it now, and see it end."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    @property
    def runs(self) -> bool:
        """Whether its process is there."""
        return self._process is not None and self._process.poll() is None


def supervise(
    settings: Settings, processes: int = 1, *, loglevel: str = "info", command: Sequence[str] | None = None
) -> int:
    """Run worker processes until they are told to stop (SIGTERM, SIGINT) or can't go on; returns the exit code. Main thread only.

    0: stopped. 2: a worker said that something must be changed first. 69: no server at the first start. 70: a worker failed again and
    again. Worker i has metrics port `settings.metrics_port` + i. `command` stands in for the worker in tests.
    """
    program = list(command) if command is not None else [sys.executable, *WORKER, loglevel]
    workers = [Worker(index, program, _environment(settings, index)) for index in range(processes)]
    stopping: list[int] = []

    def stop(number: int, _: FrameType | None) -> None:
        stopping.append(number)

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        return _watch(workers, lambda: bool(stopping))
    finally:
        _stop(workers)
        for number, handler in before.items():
            signal.signal(number, handler)


def _environment(settings: Settings, index: int) -> dict[str, str]:
    port = settings.metrics_port + index if settings.metrics_port else 0
    own = {"INTENTFLOW_METRICS_PORT": str(port), "INTENTFLOW_WORKER": str(index)}
    return {**os.environ, **environment(settings), **own}


def _watch(workers: Sequence[Worker], stopping: Callable[[], bool]) -> int:
    """Until we are told to stop, or a worker ends for good; returns our exit code."""
    while not stopping():
        now = time.monotonic()
        for worker in workers:
            if worker.due is not None and now >= worker.due:
                worker.start(now)
            code = worker.ended()
            if code is not None and (final := _after(worker, code, now)) is not None:
                return final
        if all(worker.due is None and not worker.runs for worker in workers):
            return 0
        time.sleep(LOOK_SECONDS)
    return 0


def _after(worker: Worker, code: int, now: float) -> int | None:
    """What follows when a worker has ended: our own exit code, or None to go on."""
    if code == 0:
        log.info("worker %d has stopped", worker.index)
        return None
    if code == NO_SERVER and worker.served:
        log.warning("worker %d: the server is gone; it is looked for every %g s", worker.index, PATIENCE_SECONDS)
        worker.wait_for_server(now)
        return None
    if code in (WRONG, NO_SERVER):
        log.error("worker %d ended with exit code %d: see above what to change", worker.index, code)
        return code
    worker.served = True
    if worker.start_again(now):
        log.warning("worker %d ended with exit code %d and is started again", worker.index, code)
        return None
    log.error(
        "worker %d ended %d times within %d s, last with exit code %d: giving up",
        worker.index,
        RESTARTS + 1,
        WINDOW_SECONDS,
        code,
    )
    return FAIL_STOP


def _stop(workers: Sequence[Worker]) -> None:
    """Tell all to stop, and kill what still runs after `STOP_SECONDS`: it loses nothing."""
    for worker in workers:
        worker.signal(signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while any(worker.runs for worker in workers) and time.monotonic() < deadline:
        time.sleep(LOOK_SECONDS / 2)
    for worker in workers:
        if worker.runs:
            log.warning(
                "worker %d did not stop within %d s and is killed; what it had not committed is read again",
                worker.index,
                STOP_SECONDS,
            )
            worker.kill()
