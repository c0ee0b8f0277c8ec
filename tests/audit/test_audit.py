"""`make audit`, with pip-audit as it is and, in the place of OSV, a server of ours that says what OSV says."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from intentflow.adapters.server_process import free_port
from tests.audit.__main__ import audit

LOCK = "".join(f"{name}==1.0 --hash=sha256:{0:064d}\n" for name in ("bad-package", "good-package"))
SAID = {
    "id": "OSV-1", "summary": "It does harm.",
    "affected": [{"package": {"name": "bad-package", "ecosystem": "PyPI"}, "ranges": [
        {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.1"}]}]}],
}  # fmt: skip


class Advisories(BaseHTTPRequestHandler):
    """Of one package something is known."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        known = {"vulns": [SAID]} if asked["package"]["name"] == "bad-package" else {}
        body = json.dumps(known).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Advisories) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/v1/query"
        server.shutdown()
        thread.join()


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    path = tmp_path / "requirements.txt"
    path.write_text(LOCK)
    return path


def test_what_is_known_to_be_vulnerable_is_told_with_the_version_that_mends_it(service, lock, capsys):
    assert audit(lock, service, []) == 1
    said = capsys.readouterr()
    assert "bad-package 1.0     OSV-1 1.1" in said.out
    assert "good-package" not in said.out
    assert "make lock" in said.err


def test_what_was_judged_to_do_no_harm_here_can_be_left_out(service, lock):
    assert audit(lock, service, ["--ignore-vuln", "OSV-1"]) == 0


def test_where_nobody_answers_nothing_was_audited_and_that_is_no_success(lock, capsys):
    service = f"http://127.0.0.1:{free_port()}/v1/query"
    assert audit(lock, service, []) == 69
    assert f"Nothing was audited: {service} did not answer" in capsys.readouterr().err


def test_every_package_of_the_lock_is_asked_about(service):
    done = subprocess.run(
        [sys.executable, "-m", "tests.audit", "--service", service], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "No known vulnerabilities found" in done.stderr
