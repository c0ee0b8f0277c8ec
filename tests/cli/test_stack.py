"""`intentflow up` as a stranger runs it: a child process, told by what it prints."""

import contextlib
import http.client
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.broker
PATIENCE_SECONDS = 120.0
ANY_PORTS = [f"--{name}-port=0" for name in ("kafka", "valkey", "collector", "console", "metrics")]


@contextlib.contextmanager
def heeding_ctrl_c() -> Iterator[None]:
    """A process begun here heeds SIGINT. Without this it wouldn't where a shell began the tests in its background: that is inherited."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


class Up:
    """A running `intentflow up`, and the lines that it printed."""

    def __init__(self, data: Path) -> None:
        command = [sys.executable, "-m", "intentflow", "up", "--data", str(data), *ANY_PORTS]
        with heeding_ctrl_c():
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
        self.lines: list[str] = []
        self._come: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._reading = threading.Thread(target=self._read)
        self._reading.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._come.put(line)

    def line(self, pattern: str) -> str:
        """The next line that it prints like this."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            self.lines.append(self._come.get(timeout=max(deadline - time.monotonic(), 0.1)))
            if re.search(pattern, self.lines[-1]):
                return self.lines[-1]

    def interrupted(self) -> int:
        """It has ended of a Ctrl-C; the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.ended()

    def ended(self) -> int:
        """The exit code."""
        code = self.process.wait(PATIENCE_SECONDS)
        self._reading.join()
        while not self._come.empty():
            self.lines.append(self._come.get())
        return code


@contextlib.contextmanager
def up(data: Path) -> Iterator[Up]:
    running = Up(data)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.process.terminate()
            running.process.wait(PATIENCE_SECONDS)
        assert running.process.stdout is not None
        running.process.stdout.close()


def send(collector: str, key: str, body: str) -> None:
    """An event, as the page that `up` prints says."""
    connection = http.client.HTTPConnection(collector.removeprefix("http://"), timeout=10)
    with contextlib.closing(connection):
        connection.request("POST", "/v1/track", body, {"Authorization": f"Bearer {key}"})
        assert connection.getresponse().status == 200


def test_it_tells_each_change_once_ends_on_ctrl_c_and_on_down_and_finds_all_of_it_again(tmp_path):
    data = tmp_path / "data"
    with up(data) as first:
        _, collector, *_, key = first.line("collector").split()
        first.line("Changes as they come")
        send(collector, key, '{"userId": "anna", "event": "Newsletter Signed Up", "messageId": "1"}')
        assert "suspect ↑ prospect" in first.line("l:anna")
        assert first.interrupted() == 0
    assert [line.split()[0] for line in first.lines if line.startswith("Stop")] == ["Stopping", "Stopped."]
    with up(data) as second:
        _, collector, *_, again = second.line("collector").split()
        assert again == key
        second.line("Changes as they come")
        send(collector, key, '{"userId": "anna", "event": "Order Completed", "messageId": "2"}')
        assert "prospect ↑ customer" in second.line("l:anna")
        said = [sys.executable, "-m", "intentflow", "down", "--data", str(data)]
        assert subprocess.run(said, capture_output=True, text=True, check=True).stdout == "Stopped.\n"
        assert second.process.poll() == 0
        assert second.ended() == 0
    assert sum("l:anna" in line for line in second.lines) == 1
    assert not [line for line in second.lines if "started again" in line]
