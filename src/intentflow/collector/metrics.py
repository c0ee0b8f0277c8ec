"""What a collector tells Prometheus: every metric's name, labels and meaning, here and nowhere else.

No label has anything in it that a client chose: trackers, statuses and reasons come from closed sets, keys from the file of write keys.

Counting is adding to a dict, and the metrics are made of it when they are asked for: Prometheus' own counters, with their locks and labels, took a tenth
of a request.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from intentflow import __version__
from intentflow.collector.intake import Ended

SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
PREFIX = "intentflow_collector_"
COUNTERS = {  # name: what it counts, and its labels; counters get `_total` from Prometheus' own conventions
    "requests": ("Requests answered, by whose path and with which status", ("tracker", "status")),
    "events": ("Events received, by what became of them", ("tracker", "key", "end")),
    "events_refused": ("Events refused, by reason; they are on the rejections topic", ("tracker", "reason")),
    "parts_withheld": ("Parts of accepted events that their write key may not say", ("key",)),
    "links": ("Links written because an event named a lead and a visitor", ()),
    "bytes": ("Bytes of bodies received, as they were sent", ("tracker",)),
    "unacknowledged": ("Requests answered 503 for Kafka: it acknowledged nothing in time, or can't take more", ()),
    "connections_dropped": ("Connections that were closed by us, by why", ("why",)),
}
GAUGES = {
    "waiting_bytes": "Bytes handed to Kafka and not acknowledged",
    "held_bytes": "Bytes of bodies that are being read or worked on",
    "connections": "Open connections",
    "kafka_up": "1 while Kafka acknowledges, 0 while it does not",
}
REQUEST_SECONDS = "From a request's head to its answer, of requests with events"


class Metrics(Collector):
    """One collector's metrics, on a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._counts: dict[str, dict[tuple[str, ...], float]] = {name: defaultdict(float) for name in COUNTERS}
        self._counts["links"][()] = self._counts["unacknowledged"][()] = 0.0
        self._seconds: dict[str, list[int]] = defaultdict(lambda: [0] * (len(SECONDS) + 1))
        self._sums: dict[str, float] = defaultdict(float)
        self._gauges: dict[str, Callable[[], float]] = {}
        self.registry.register(self)

    def count(self, name: str, *labels: str, by: float = 1) -> None:
        """So many more."""
        self._counts[name][labels] += by

    def took(self, tracker: str, seconds: float) -> None:
        """A request with events was answered."""
        self._seconds[tracker][bisect_left(SECONDS, seconds)] += 1
        self._sums[tracker] += seconds

    def taken(self, tracker: str, key: str, ends: Sequence[Ended], links: int) -> None:
        """A request's events have ended, and Kafka has what is to be kept."""
        events = self._counts["events"]
        for one in ends:
            events[tracker, key, one.end] += 1
            if one.rejection is not None:
                self.count("events_refused", tracker, one.rejection.reason)
            if one.withheld:
                self.count("parts_withheld", key, by=one.withheld)
        if links:
            self.count("links", by=links)

    def watch(self, name: str, value: Callable[[], float]) -> None:
        """A gauge of `GAUGES` that is read when it is asked for."""
        self._gauges[name] = value

    def collect(self) -> Iterator[Metric]:
        """Everything as it stands."""
        for name, (meaning, labels) in COUNTERS.items():
            counter = CounterMetricFamily(PREFIX + name, meaning, labels=labels)
            for said, value in list(self._counts[name].items()):
                counter.add_metric(said, value)
            yield counter
        for name, read in self._gauges.items():
            yield GaugeMetricFamily(PREFIX + name, GAUGES[name], value=read())
        yield self._histogram()
        build = GaugeMetricFamily(PREFIX + "build", "Always 1; the labels say what runs", labels=["version"])
        build.add_metric([__version__], 1)
        yield build

    def serve(self, port: int, host: str = "127.0.0.1") -> None:
        """Answer Prometheus on this port, in a thread."""
        start_http_server(port, host, self.registry)

    def _histogram(self) -> HistogramMetricFamily:
        histogram = HistogramMetricFamily(PREFIX + "request_seconds", REQUEST_SECONDS, labels=["tracker"])
        for tracker, counts in list(self._seconds.items()):
            total, buckets = 0, []
            for bound, count in zip([*map(str, SECONDS), "+Inf"], counts, strict=True):
                total += count
                buckets.append((bound, float(total)))
            histogram.add_metric([tracker], buckets, self._sums[tracker])
        return histogram
