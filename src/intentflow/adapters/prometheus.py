"""The port at which a process answers Prometheus and whoever keeps it running.

    /metrics   what it tells Prometheus
    /live      200 while it is worth keeping; 503 with the reason: start it again
    /ready     200 while it does its work; 503 with what it waits for
    /started   200 once it has been ready; 503 before: give it time

It answers from a thread of its own, so that it still answers while the event loop is busy or blocked.
"""

import threading
from collections.abc import Callable, Iterable, Mapping
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    make_wsgi_app,
)

from intentflow.metrics import PREFIX, Metric

Check = Callable[[], str]  # what is wrong, in words; empty if nothing is
TEXT = (("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store"))
REQUEST_SECONDS = 5.0  # until a client that says nothing is hung up on

disable_created_metrics()  # type: ignore[no-untyped-call]  # a time series beside each counter that nobody asked for


class Registered:
    """The metrics of one part, on a registry of their own; each is found under its name."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)  # memory, CPU and open files of the process
        self.counters: dict[str, Counter] = {}
        self.gauges: dict[str, Gauge] = {}
        self.histograms: dict[str, Histogram] = {}
        for one in metrics:
            name, registry = PREFIX + one.name, self.registry
            if one.kind == "counter":
                self.counters[one.name] = Counter(name, one.meaning, one.labels, registry=registry)
            elif one.kind == "gauge":
                self.gauges[one.name] = Gauge(name, one.meaning, one.labels, registry=registry)
            else:
                self.histograms[one.name] = Histogram(
                    name, one.meaning, one.labels, registry=registry, buckets=one.buckets
                )


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Handler(WSGIRequestHandler):
    timeout = REQUEST_SECONDS

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name there
        """Nothing: a line per scrape tells nobody anything."""


def serve(
    registry: CollectorRegistry, port: int, host: str = "127.0.0.1", checks: Mapping[str, Check] | None = None
) -> Callable[[], None]:
    """Answer on this port from a thread of our own; `checks` by path without the slash (`live`, `ready`, `started`). Returns what ends it.

    Raises OSError if the port is taken.
    """
    metrics, known = make_wsgi_app(registry), dict(checks or {})

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "").strip("/")
        if path in ("", "metrics"):
            found: Iterable[bytes] = metrics(environ, start_response)
            return found
        if path not in known:
            start_response("404 Not Found", list(TEXT))
            return [f"nothing here; try {', '.join('/' + name for name in ('metrics', *known))}\n".encode()]
        wrong = known[path]()
        start_response("503 Service Unavailable" if wrong else "200 OK", list(TEXT))
        return [f"{wrong or 'ok'}\n".encode()]

    server = make_server(host, port, app, server_class=_Server, handler_class=_Handler)
    thread = threading.Thread(target=server.serve_forever, name="prometheus", daemon=True)
    thread.start()

    def end() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    return end
