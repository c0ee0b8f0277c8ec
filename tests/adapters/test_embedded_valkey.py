"""A real Valkey, started and stopped by these tests."""

import os
import signal
import time

import pytest
import redis

from intentflow.adapters.embedded_valkey import EmbeddedValkey
from intentflow.adapters.server_process import free_port
from intentflow.errors import ConfigError


def test_what_was_written_survives_a_restart_where_it_was_and_on_another_port(tmp_path):
    valkey = EmbeddedValkey(tmp_path)
    with valkey, redis.Redis.from_url(valkey.url) as client:
        client.set("lead", "ada")
        first = valkey.port
    with valkey, redis.Redis.from_url(valkey.url) as client:
        assert client.get("lead") == b"ada"
        assert valkey.port == first
    assert valkey.pid == 0
    with EmbeddedValkey(tmp_path) as other, redis.Redis.from_url(other.url) as client:
        assert client.get("lead") == b"ada"
        assert other.port != first


def test_a_second_start_on_the_same_folder_is_refused(tmp_path):
    with EmbeddedValkey(tmp_path), pytest.raises(ConfigError, match="a Valkey already runs on this folder"):
        EmbeddedValkey(tmp_path).start()


def test_it_listens_on_this_machine_alone_at_the_port_that_was_asked_for(tmp_path):
    port = free_port()
    with EmbeddedValkey(tmp_path, port=port) as valkey, redis.Redis.from_url(valkey.url) as client:
        assert valkey.url == f"redis://127.0.0.1:{port}/0"
        assert client.config_get("bind") == {"bind": "127.0.0.1"}
        with pytest.raises(ConfigError, match=rf"127\.0\.0\.1:{port}: Valkey cannot listen there"):
            EmbeddedValkey(tmp_path / "other", port=port).start()


def test_a_valkey_that_was_killed_is_noticed(tmp_path):
    with EmbeddedValkey(tmp_path) as valkey:
        assert valkey.ended() is None
        os.kill(valkey.pid, signal.SIGKILL)
        while valkey.ended() is None:
            time.sleep(0.01)
        assert "Valkey has ended by itself (exit code -9)" in str(valkey.ended())
