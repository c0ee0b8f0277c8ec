"""A server's folder, lock, log and end, on programs that are quicker than Kafka."""

import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from intentflow.adapters import server_process
from intentflow.adapters.server_process import FolderLock, ServerProcess, claimed_port, free_port
from intentflow.errors import ConfigError

SLEEP = ["/bin/sleep", "60"]
OWNER = """
import sys, time
from pathlib import Path
from intentflow.adapters.server_process import FolderLock, ServerProcess
folder = Path(sys.argv[1])
lock = FolderLock(folder, "a server")
print(ServerProcess("Sleep", ["/bin/sleep", "60"], folder / "server.log", lock).pid, flush=True)
time.sleep(60)
"""


def test_a_folder_has_one_server_at_a_time(tmp_path):
    lock = FolderLock(tmp_path, "a server")
    with pytest.raises(ConfigError, match=rf"already runs on this folder, started by process {os.getpid()}"):
        FolderLock(tmp_path, "a server")
    lock.release()
    FolderLock(tmp_path, "a server").release()


def test_a_lock_left_by_a_dead_process_is_no_lock(tmp_path):
    with subprocess.Popen(["/bin/true"]) as gone:
        gone.wait()
    (tmp_path / "lock").write_text(f"{gone.pid}\n")
    FolderLock(tmp_path, "a server").release()


def test_a_folder_stays_taken_while_the_child_lives(tmp_path):
    lock = FolderLock(tmp_path, "a server")
    server = ServerProcess("Sleep", SLEEP, tmp_path / "server.log", lock)
    lock.release()
    with pytest.raises(ConfigError, match="already runs"):
        FolderLock(tmp_path, "a server")
    server.stop(1.0)
    FolderLock(tmp_path, "a server").release()


def test_a_folder_that_cannot_be_written_is_refused(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match=r"cannot be written .*--data"):
        FolderLock(tmp_path / "file" / "data", "a server")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
def test_a_server_ends_when_its_owner_is_killed_and_the_folder_is_free(tmp_path):
    with subprocess.Popen([sys.executable, "-c", OWNER, str(tmp_path)], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        assert int(owner.stdout.readline()) > 0
        time.sleep(0.2)  # the leash is put on
        owner.kill()
    FolderLock(tmp_path, "a server").release()  # the server held it too, and slept for a minute


def test_a_server_gets_no_signal_of_our_terminal(tmp_path):
    lock = FolderLock(tmp_path, "a server")
    server = ServerProcess("Sleep", SLEEP, tmp_path / "server.log", lock)
    assert os.getpgid(server.pid) != os.getpgid(0)
    server.stop(1.0)
    lock.release()
    assert server.ended() == -signal.SIGTERM


def test_a_server_that_does_not_listen_is_killed_after_the_bound(tmp_path):
    lock = FolderLock(tmp_path, "a server")
    deaf = ["/bin/sh", "-c", "trap '' TERM; echo deaf; while :; do sleep 0.1; done"]
    server = ServerProcess("Deaf", deaf, tmp_path / "server.log", lock)
    while "deaf" not in (tmp_path / "server.log").read_text():
        time.sleep(0.01)
    server.stop(0.2)
    lock.release()
    assert server.ended() == -signal.SIGKILL


def test_frames_of_a_stack_are_left_out_of_the_last_words(tmp_path):
    lock = FolderLock(tmp_path, "a server")
    server = ServerProcess("Dying", ["/usr/bin/printf", "broken\\n\\tat a.b(C.java)\\n"], tmp_path / "server.log", lock)
    while server.ended() is None:
        time.sleep(0.01)
    lock.release()
    assert "broken" in str(server.failure("ended"))
    assert "C.java" not in str(server.failure("ended"))


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        ("java.io.IOException: No space left on device", "free some space"),
        ("java.net.BindException: Address already in use", "choose another one, or 0"),
        ("java.lang.OutOfMemoryError: Java heap space", "a larger heap"),
        ("something else", "read the log above"),
    ],
)
def test_what_a_server_died_of_is_said_with_its_last_words_and_the_remedy(tmp_path, words, remedy):
    lock = FolderLock(tmp_path, "a server")
    server = ServerProcess("Dying", ["/bin/sh", "-c", f"echo '{words}'; exit 3"], tmp_path / "server.log", lock)
    while server.ended() is None:
        time.sleep(0.01)
    lock.release()
    message = str(server.failure("ended"))
    assert words in message
    assert remedy in message
    assert str(tmp_path / "server.log") in message


def test_the_log_of_the_run_before_is_kept(tmp_path):
    for word in ("first", "second"):
        lock = FolderLock(tmp_path, "a server")
        server = ServerProcess("Echo", ["/bin/echo", word], tmp_path / "server.log", lock)
        while server.ended() is None:
            time.sleep(0.01)
        lock.release()
    assert [(tmp_path / name).read_text() for name in ("server.log", "server.log.1")] == ["second\n", "first\n"]


def test_a_port_that_is_taken_is_refused_with_the_remedy():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(ConfigError, match=rf"127\.0\.0\.1:{port}: Kafka cannot listen there .*--kafka-port 0"):
            claimed_port(port, "Kafka", "--kafka-port")


def test_a_port_of_zero_is_a_free_one():
    wanted = free_port()
    assert claimed_port(wanted, "Kafka", "--kafka-port") == wanted
    assert claimed_port(0, "Kafka", "--kafka-port") > 0


def test_a_free_port_is_none_that_a_connection_or_another_program_is_given_before_its_server_is_up():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        given = other.getsockname()[1]
    assert all(server_process.FREE_FROM <= free_port() < server_process.FREE_TO <= given for _ in range(50))


def test_a_free_port_is_none_on_which_somebody_listens(monkeypatch):
    with socket.socket() as other:
        other.bind(("127.0.0.1", free_port()))
        other.listen()
        taken = other.getsockname()[1]
        monkeypatch.setattr(server_process, "FREE_FROM", taken)
        monkeypatch.setattr(server_process, "FREE_TO", taken + 3)
        assert taken not in {free_port() for _ in range(50)}
