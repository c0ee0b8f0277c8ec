"""Parts of the embedded stack: what has ended by itself is started again, unless something must be changed first."""

import os
import signal
import time
from collections.abc import Callable

import pytest

from intentflow.adapters import embedded_parts
from intentflow.adapters.embedded_command import EmbeddedCommand
from intentflow.adapters.embedded_parts import EmbeddedParts
from intentflow.errors import ConfigError, IntentflowError
from intentflow.settings import Settings


def until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def settings(tmp_path) -> Settings:
    """Of a Kafka that is not there: a collector waits for it."""
    keys = tmp_path / "collector-keys.yaml"
    keys.write_text("keys: []\n")
    return Settings(bootstrap="127.0.0.1:1", data=tmp_path, collector_port=0, collector_metrics_port=0, collector_keys=keys)  # fmt: skip


def command(parts: EmbeddedParts, name: str) -> EmbeddedCommand:
    return parts._parts[name]


def test_a_part_that_was_killed_is_told_of_once_and_started_again(settings, monkeypatch):
    monkeypatch.setattr(embedded_parts, "AGAIN_SECONDS", 0.1)
    with EmbeddedParts(settings, ("collector",)) as parts:
        first = command(parts, "collector").pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        found: list[str] = []

        def looked() -> bool:
            found.extend(parts.look_after())
            return bool(found)

        until(looked)
        assert "the collector ended with exit code -9" in found[0]
        until(lambda: not parts.look_after() and command(parts, "collector").pid)
        assert command(parts, "collector").pid != first
    assert command(parts, "collector").pid is None


def test_a_part_that_is_set_up_wrong_ends_it_with_what_to_change(settings):
    settings.collector_keys.unlink()
    with EmbeddedParts(settings, ("collector",)) as parts, pytest.raises(ConfigError, match="add-key"):
        until(lambda: bool(parts.look_after()) and False)


def test_a_worker_has_a_supervisor_of_its_own_and_is_not_started_again(settings, tmp_path):
    with EmbeddedParts(settings, ("worker",)) as parts:
        pid = command(parts, "worker").pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(IntentflowError, match="the worker ended"):
            until(lambda: bool(parts.look_after()) and False)
