"""What a collector counts. The names, labels and meanings are in `intentflow.metrics`.

No label has anything in it that a client chose: trackers, statuses and reasons come from closed sets, keys from the file of write keys.
Counting is adding to a dict, and Prometheus' metrics are made of that when they are asked for: the client library's own counters, with
their locks and labels, took a tenth of a request.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.core import Metric as Family
from prometheus_client.registry import Collector

from intentflow import __version__
from intentflow.collector.intake import Ended
from intentflow.metrics import ANSWER_SECONDS, COLLECTOR, PREFIX, Metric

OWN = "collector_"  # before the names of this part
BOUNDS = [*map(str, ANSWER_SECONDS), "+Inf"]


class Metrics(Collector):
    """One collector's metrics, on a registry of their own. Names are said without `collector_`."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._counts: dict[str, dict[tuple[str, ...], float]] = defaultdict(lambda: defaultdict(float))
        for one in COLLECTOR:
            if one.kind == "counter" and not one.labels:
                self.count(one.name.removeprefix(OWN), by=0)
        self._seconds: dict[str, list[int]] = defaultdict(lambda: [0] * len(BOUNDS))
        self._sums: dict[str, float] = defaultdict(float)
        self._gauges: dict[str, Callable[[], float]] = {"build": lambda: 1}
        self.registry.register(self)

    def count(self, name: str, *labels: str, by: float = 1) -> None:
        """So many more."""
        self._counts[name][labels] += by

    def answered(self, tracker: str, status: int, seconds: float) -> None:
        """A request with events was answered, so long after its head was read."""
        self._counts["requests"][tracker, str(status)] += 1
        self._seconds[tracker][bisect_left(ANSWER_SECONDS, seconds)] += 1
        self._sums[tracker] += seconds

    def taken(self, tracker: str, key: str, ends: Sequence[Ended]) -> None:
        """A request's events have ended, and Kafka has what is to be kept."""
        events = self._counts["events"]
        for one in ends:
            events[tracker, key, one.end] += 1
            if one.rejection is not None:
                self.count("events_refused", tracker, one.rejection.reason)
            if one.withheld:
                self.count("parts_withheld", key, by=one.withheld)

    def watch(self, name: str, value: Callable[[], float]) -> None:
        """A gauge that is read when it is asked for."""
        self._gauges[name] = value

    def collect(self) -> Iterator[Family]:
        """Everything as it stands."""
        for one in COLLECTOR:
            name = one.name.removeprefix(OWN)
            if one.kind == "counter":
                counter = CounterMetricFamily(PREFIX + one.name, one.meaning, labels=one.labels)
                for labels, value in list(self._counts[name].items()):
                    counter.add_metric(labels, value)
                yield counter
            elif one.kind == "histogram":
                yield self._histogram(one)
            elif name in self._gauges:
                gauge = GaugeMetricFamily(PREFIX + one.name, one.meaning, labels=one.labels)
                gauge.add_metric([__version__] if one.labels else [], self._gauges[name]())
                yield gauge

    def _histogram(self, one: Metric) -> HistogramMetricFamily:
        histogram = HistogramMetricFamily(PREFIX + one.name, one.meaning, labels=one.labels)
        for tracker, counts in list(self._seconds.items()):
            sums = [float(sum(counts[: number + 1])) for number in range(len(counts))]
            histogram.add_metric([tracker], list(zip(BOUNDS, sums, strict=True)), self._sums[tracker])
        return histogram
