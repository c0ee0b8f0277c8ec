"""Both servers together: one real start, and what is refused before one."""

import os
import subprocess
import sys

import pytest
import redis

from intentflow.adapters.embedded_kafka import speaks_kafka
from intentflow.adapters.stack import EmbeddedStack, down, find_running, wipe
from intentflow.errors import ConfigError

DOWN = (
    "import sys; from pathlib import Path; from intentflow.adapters.stack import down; print(down(Path(sys.argv[1])))"
)


@pytest.mark.broker
def test_a_stack_is_found_by_its_folder_taken_down_by_another_process_revived_and_wiped(tmp_path):
    data = tmp_path / "data"
    with EmbeddedStack(data, kafka_port=0, valkey_port=0) as stack:
        (data / "mine.txt").write_text("not the stack's")
        assert find_running(data) == stack.addresses
        assert speaks_kafka(stack.kafka.port)
        with redis.Redis.from_url(stack.addresses.redis_url or "") as client:
            assert client.ping()
        with pytest.raises(ConfigError, match="already runs on this folder"):
            wipe(data)
        assert stack.ended() is None
        assert not stack.is_dismissed

        other = subprocess.run([sys.executable, "-c", DOWN, str(data)], capture_output=True, text=True, check=True)

        assert other.stdout == "True\n"
        assert stack.ended() is not None
        assert stack.is_dismissed
        assert find_running(data) is None

        there = stack.addresses
        stack.revive()

        assert stack.ended() is None
        assert find_running(data) == stack.addresses == there
    assert not down(data)
    wipe(data)
    assert [path.name for path in data.iterdir()] == ["mine.txt"]


def test_a_pid_that_is_somebody_elses_by_now_is_neither_believed_nor_stopped(tmp_path):
    addresses = '{"bootstrap": "127.0.0.1:1", "redis_url": null}'
    (tmp_path / "stack.json").write_text(
        f'{{"addresses": {addresses}, "owner": 1, "pids": {{"kafka": {os.getpid()}}}}}'
    )
    assert find_running(tmp_path) is None
    assert not down(tmp_path)


def test_a_folder_without_a_stack_has_none_running(tmp_path):
    assert find_running(tmp_path / "nothing") is None
    assert not down(tmp_path / "nothing")
    wipe(tmp_path / "nothing")


def test_a_disk_with_too_little_room_is_refused_before_anything_is_started(tmp_path):
    with pytest.raises(ConfigError, match=r"MB free, the stack needs 1,000,000,000,000 MB: free some space"):
        EmbeddedStack(tmp_path / "data", min_free_bytes=10**18).start()
    assert list((tmp_path / "data").iterdir()) == []


def test_a_data_folder_that_cannot_be_written_is_refused(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match=r"cannot be made .*--data"):
        EmbeddedStack(tmp_path / "file" / "data").start()
