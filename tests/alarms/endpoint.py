"""A receiver of webhooks in a thread: it answers what it is told to."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

SIGNING = "whsec_YWxhcm1zLWFsYXJtcy1hbGFybXMtYWxhcm1zLS0="  # made up for this test
# The one is patient, so that what it gets waits long; the other says 410 when its time has come, and is given up at once.
ENDPOINTS = """\
deliver: 1
begin: now
endpoints:
  patient:
    url: http://127.0.0.1:{port}/patient
    secrets: [{{env: ALARMS_SECRET}}]
    retry: [0s, 1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s, 2s, 2s, 2s, 2s, 2s, 5s, 5s, 5s, 5s, 5s]
    allow_networks: [127.0.0.0/8]
  gone:
    url: http://127.0.0.1:{port}/gone
    secrets: [{{env: ALARMS_SECRET}}]
    allow_networks: [127.0.0.0/8]
"""


class Endpoint:
    """A context manager; `port` is where it listens, `answers` the status for each path."""

    def __init__(self) -> None:
        self.answers = {"/patient": 204, "/gone": 204}
        self.got = 0
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["content-length"]))
                endpoint.got += 1
                self.send_response(endpoint.answers[self.path])
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_port

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
