"""Only the jars of the committed list are ever put before Java."""

import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from intentflow.adapters import jars
from intentflow.adapters.jars import Jar, fetch, kafka_jars, pinned, sha256_of
from intentflow.adapters.server_process import free_port
from intentflow.errors import ConfigError, ServerMissingError

SMALL = Jar("org.example:small:1.0", "5" * 64)


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that jgo takes for Maven Central, over HTTP on this machine."""
    served = tmp_path / "mirror"
    served.mkdir()
    handler = functools.partial(QuietHandler, directory=str(served))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings = tmp_path / "jgo.conf"
        settings.write_text(f"[repositories]\nmirror = http://127.0.0.1:{server.server_port}\n")
        monkeypatch.setenv("JGO_CONFIG_FILE", str(settings))
        yield served
        server.shutdown()


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


def put(mirror: Path, content: bytes) -> None:
    path = mirror / "org/example/small/1.0/small-1.0.jar"
    path.parent.mkdir(parents=True)
    path.write_bytes(content)


def test_the_list_pins_kafka_and_one_logging_backend_by_sum():
    listed = pinned()
    names = [jar.coordinate.split(":")[1] for jar in listed]
    assert f"org.apache.kafka:kafka_2.13:{jars.VERSION}" in [jar.coordinate for jar in listed]
    assert [name for name in names if name.startswith("slf4j-")] == ["slf4j-simple", "slf4j-api"]
    assert all(len(jar.sha256) == 64 for jar in listed)
    assert len({jar.file_name for jar in listed}) == len(listed)


def test_a_jar_with_another_sum_is_refused_before_the_start(tmp_path):
    cached = kafka_jars()
    copy = tmp_path / cached[0].parent.name
    copy.mkdir()
    for jar in cached:
        (copy / jar.name).symlink_to(jar)
    (copy / cached[3].name).unlink()
    (copy / cached[3].name).write_bytes(b"something else")
    with pytest.raises(ConfigError, match=rf"{cached[3].name}: not the .* delete the file and start again"):
        kafka_jars(tmp_path)


def test_a_fetched_jar_is_kept_once_its_sum_is_right(tmp_path, mirror):
    put(mirror, b"a jar")
    jar = Jar(SMALL.coordinate, sha256_of(mirror / "org/example/small/1.0/small-1.0.jar"))
    fetch((jar,), tmp_path / "cache")
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["small-1.0.jar"]


def test_a_fetched_jar_with_another_sum_is_not_kept(tmp_path, mirror):
    put(mirror, b"not the jar")
    with pytest.raises(ConfigError, match=r"small-1\.0\.jar: not the org\.example:small:1\.0"):
        fetch((SMALL,), tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_jar_that_cannot_be_fetched_is_a_missing_server(tmp_path, monkeypatch):
    settings = tmp_path / "jgo.conf"
    settings.write_text(f"[repositories]\nmirror = http://127.0.0.1:{free_port()}\n")
    monkeypatch.setenv("JGO_CONFIG_FILE", str(settings))
    with pytest.raises(ServerMissingError, match="could not be fetched from Maven Central"):
        fetch((SMALL,), tmp_path / "cache")


def test_a_cache_that_cannot_be_written_is_our_set_up(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError):
        fetch((SMALL,), tmp_path / "file" / "cache")
