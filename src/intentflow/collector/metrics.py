"""What a collector tells Prometheus: every metric's name, labels and meaning, here and nowhere else.

No label has anything in it that a client chose: trackers, statuses and reasons come from closed sets, keys from the file of write keys.
"""

from collections import Counter as Counts
from collections.abc import Callable, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, start_http_server

from intentflow import __version__
from intentflow.collector.intake import Ended

SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
PREFIX = "intentflow_collector_"
MEANINGS = {  # counters get `_total` from Prometheus' own conventions
    "requests": "Requests answered, by whose path and with which status",
    "request_seconds": "From a request's head to its answer, of requests with events",
    "events": "Events received, by what became of them",
    "events_refused": "Events that were refused, by reason; they are on the rejections topic",
    "parts_withheld": "Parts of accepted events that their write key may not say",
    "links": "Links written because an event named a lead and a visitor",
    "bytes": "Bytes of bodies received, as they were sent",
    "unacknowledged": "Requests answered 503, since Kafka did not acknowledge their events in time or could not take more",
    "waiting_bytes": "Bytes handed to Kafka and not acknowledged",
    "connections": "Open connections",
    "connections_dropped": "Connections that were closed by us, by why",
    "kafka_up": "1 while Kafka acknowledges, 0 while it does not",
    "build": "Always 1; the labels say what runs",
}

disable_created_metrics()  # type: ignore[no-untyped-call] # a time series beside each counter that nobody asked for


class Metrics:
    """One collector's metrics, on a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = self._counter("requests", "tracker", "status")
        self.seconds = Histogram(*self._said("request_seconds"), ["tracker"], buckets=SECONDS, registry=self.registry)
        self.events = self._counter("events", "tracker", "key", "end")
        self.refused = self._counter("events_refused", "tracker", "reason")
        self.withheld = self._counter("parts_withheld", "key")
        self.links = self._counter("links")
        self.bytes = self._counter("bytes", "tracker")
        self.unacknowledged = self._counter("unacknowledged")
        self.dropped = self._counter("connections_dropped", "why")
        self._gauge("build", "version").labels(__version__).set(1)

    def _said(self, name: str) -> tuple[str, str]:
        return PREFIX + name, MEANINGS[name]

    def _counter(self, name: str, *labels: str) -> Counter:
        return Counter(*self._said(name), labels, registry=self.registry)

    def _gauge(self, name: str, *labels: str) -> Gauge:
        return Gauge(*self._said(name), labels, registry=self.registry)

    def taken(self, tracker: str, key: str, ends: Sequence[Ended], links: int) -> None:
        """A request's events have ended, and Kafka has what is to be kept."""
        for end, count in Counts(one.end for one in ends).items():
            self.events.labels(tracker, key, end).inc(count)
        for one in ends:
            if one.rejection is not None:
                self.refused.labels(tracker, one.rejection.reason).inc()
            if one.withheld:
                self.withheld.labels(key).inc(one.withheld)
        if links:
            self.links.inc(links)

    def watch(self, name: str, value: Callable[[], float]) -> None:
        """A gauge that is read when it is asked for: `waiting_bytes`, `connections`, `kafka_up`."""
        self._gauge(name).set_function(value)

    def serve(self, port: int, host: str = "127.0.0.1") -> None:
        """Answer Prometheus on this port, in a thread."""
        start_http_server(port, host, self.registry)
