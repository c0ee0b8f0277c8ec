"""The supervisor, with small programs in the place of workers."""

import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from intentflow.lane import supervisor
from intentflow.lane.supervisor import supervise
from intentflow.settings import Settings


@pytest.fixture(autouse=True)
def soon(monkeypatch):
    monkeypatch.setattr(supervisor, "BACK_OFF_SECONDS", 0.001)
    monkeypatch.setattr(supervisor, "LOOK_SECONDS", 0.01)


def program(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def settings(folder: Path, **more: object) -> Settings:
    return Settings(data=folder, **more)  # type: ignore[arg-type]  # pydantic checks them


def starts(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


BEGIN = """
import os, pathlib, signal, sys, time
folder = pathlib.Path(os.environ["INTENTFLOW_DATA"])
def note(name): (folder / name).touch()
"""
NOTE = BEGIN + "note(str(time.time_ns()))\n"


def test_what_fails_again_and_again_is_given_up_with_exit_code_70(tmp_path):
    assert supervise(settings(tmp_path), command=program(NOTE + "sys.exit(70)")) == 70
    assert len(starts(tmp_path)) == supervisor.RESTARTS + 1


def test_a_worker_that_was_killed_is_started_again(tmp_path):
    once = NOTE + "len(os.listdir(os.environ['INTENTFLOW_DATA'])) == 1 and os.kill(os.getpid(), 9)"
    assert supervise(settings(tmp_path), command=program(once)) == 0
    assert len(starts(tmp_path)) == 2


@pytest.mark.parametrize("code", [2, 69])
def test_what_must_be_changed_first_is_not_tried_again(tmp_path, code):
    assert supervise(settings(tmp_path), command=program(NOTE + f"sys.exit({code})")) == code
    assert len(starts(tmp_path)) == 1


def test_a_server_that_goes_away_later_is_waited_for(tmp_path, monkeypatch):
    monkeypatch.setattr(supervisor, "PATIENCE_SECONDS", 0.01)
    codes = NOTE + "starts = len(os.listdir(folder)); sys.exit(70 if starts == 1 else 69 if starts < 20 else 0)"
    assert supervise(settings(tmp_path), command=program(codes)) == 0
    assert len(starts(tmp_path)) == 20


def test_each_worker_has_its_own_metrics_port_and_number(tmp_path):
    own = "note(os.environ['INTENTFLOW_WORKER'] + '-' + os.environ['INTENTFLOW_METRICS_PORT'])"
    assert supervise(settings(tmp_path, metrics_port=9100), 2, command=program(BEGIN + own)) == 0
    assert starts(tmp_path) == ["0-9100", "1-9101"]


def test_no_metrics_stays_no_metrics(tmp_path):
    own = "note(os.environ['INTENTFLOW_METRICS_PORT'])"
    assert supervise(settings(tmp_path, metrics_port=0), command=program(BEGIN + own)) == 0
    assert starts(tmp_path) == ["0"]


def when_started(folder: Path, count: int) -> None:
    """Sends us SIGTERM once so many workers have said that they run."""

    def wait() -> None:
        while len(starts(folder)) < count:
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait).start()


def test_sigterm_reaches_the_workers_and_their_end_is_awaited(tmp_path):
    when_started(tmp_path, 2)
    obey = "signal.signal(15, lambda *_: (note(f'stopped-{os.getpid()}'), sys.exit(0)))\n"
    assert supervise(settings(tmp_path), 2, command=program(BEGIN + obey + NOTE + "signal.pause()")) == 0
    assert sum(name.startswith("stopped") for name in starts(tmp_path)) == 2


def test_a_worker_that_does_not_stop_is_killed(tmp_path, monkeypatch):
    monkeypatch.setattr(supervisor, "STOP_SECONDS", 0.2)
    when_started(tmp_path, 1)
    deaf = BEGIN + "signal.signal(15, signal.SIG_IGN)\n" + NOTE + "time.sleep(60)"
    assert supervise(settings(tmp_path), command=program(deaf)) == 0


def test_our_own_signal_handlers_are_put_back(tmp_path):
    before = signal.getsignal(signal.SIGTERM)
    supervise(settings(tmp_path), command=program("pass"))
    assert signal.getsignal(signal.SIGTERM) is before
