"""What the projector tells Prometheus: every metric's name, labels and meaning, here and nowhere else."""

from prometheus_client import CollectorRegistry, Counter, Gauge, start_http_server

from intentflow.readmodel.pulse import Pulse
from intentflow.readmodel.writes import Writes

PREFIX = "intentflow_projector_"
MEANINGS = {  # counters get `_total` from Prometheus' own conventions
    "records": "Records read from Kafka and written to Redis",
    "leads_written": "Rows of leads written to Redis",
    "leads_erased": "Leads that were erased and taken out of Redis",
    "batches": "Transactions that Redis took",
    "batches_moved": "Batches that found Redis elsewhere than it was left, and were read again",
    "failures": "Times that the projector had to begin again, by what failed",
    "lag_records": "Records on the broker that are not in Redis yet",
    "worker_lag_records": "Records on the broker that the worker has not scored yet, as its books say",
    "generation": "Number of the generation that is written",
    "built_ratio": "How much of that generation is built, from 0 to 1",
    "leading": "1 while this process holds the lease, 0 while it stands by",
}


class ProjectorMetrics:
    """One projector's metrics, on a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.records = self._counter("records", "topic")
        self.leads = self._counter("leads_written")
        self.erased = self._counter("leads_erased")
        self.batches = self._counter("batches")
        self.moved = self._counter("batches_moved")
        self.failures = self._counter("failures", "of")
        self.lag = self._gauge("lag_records")
        self.worker_lag = self._gauge("worker_lag_records")
        self.generation = self._gauge("generation")
        self.built = self._gauge("built_ratio")
        self.leading = self._gauge("leading")

    def _counter(self, name: str, *labels: str) -> Counter:
        return Counter(PREFIX + name, MEANINGS[name], labels, registry=self.registry)

    def _gauge(self, name: str) -> Gauge:
        return Gauge(PREFIX + name, MEANINGS[name], registry=self.registry)

    def took(self, counts: dict[str, int], writes: Writes) -> None:
        """A batch is in Redis; so many records by topic."""
        self.batches.inc()
        self.leads.inc(len(writes.rows))
        self.erased.inc(len(writes.gone))
        for topic, count in counts.items():
            self.records.labels(topic).inc(count)

    def stands(self, pulse: Pulse) -> None:
        """How the projector is."""
        self.generation.set(pulse.generation)
        self.built.set(pulse.built)
        if pulse.lag is not None:
            self.lag.set(pulse.lag)
        if pulse.worker_lag is not None:
            self.worker_lag.set(pulse.worker_lag)

    def serve(self, port: int, host: str = "127.0.0.1") -> None:
        """Answer Prometheus on this port, in a thread."""
        start_http_server(port, host, self.registry)
