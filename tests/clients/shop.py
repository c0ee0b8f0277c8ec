"""The example page as a shop of its own: another origin than the collector's, on this machine alone."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from tests.house.tree import ROOT

PAGE = ROOT / "examples" / "trackers.html"


class Shop:
    """Serves `examples/trackers.html` and the libraries that it loads."""

    def __init__(self, libraries: dict[str, bytes]) -> None:
        files = {"/trackers.html": (PAGE.read_bytes(), "text/html")}
        files |= {f"/lib/{name}": (content, "text/javascript") for name, content in libraries.items()}

        class Handler(BaseHTTPRequestHandler):
            """Answers from `files`."""

            def do_GET(self) -> None:
                content, kind = files.get(self.path.partition("?")[0], (b"", ""))
                self.send_response(200 if kind else 404)
                self.send_header("Content-Type", f"{kind or 'text/plain'}; charset=utf-8")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the base class calls it
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        """The page. By name, so that it is of another site than a collector at 127.0.0.1."""
        return f"http://localhost:{self._server.server_port}/trackers.html"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
