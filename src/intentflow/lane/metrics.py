"""What a worker tells Prometheus: every metric's name, labels and meaning, here and nowhere else.

No label names a lead. `topic` and `partition` are bounded by the settings, `reason` by the contract, `stage` names by the model.
"""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server

from intentflow import __version__
from intentflow.lane.effects import Changes
from intentflow.wire.changes import decode_change
from intentflow.wire.chunk import Folded

CHUNK_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)


class Metrics:
    """One worker process's metrics, on a registry of their own."""

    def __init__(self) -> None:
        registry = self.registry = CollectorRegistry()
        self.counted = Counter(
            "intentflow_events_counted", "Events that were counted for a lead", ["topic"], registry=registry
        )
        self.duplicate = Counter(
            "intentflow_events_duplicate", "Events whose id had been counted already", ["topic"], registry=registry
        )
        self.rejected = Counter(
            "intentflow_events_rejected", "Records that were refused", ["topic", "reason"], registry=registry
        )
        self.skipped = Counter(
            "intentflow_events_redelivered",
            "Records read again after a restart and skipped; in no other count",
            registry=registry,
        )
        self.marked = Counter(
            "intentflow_events_from_the_future",
            "Events dated after their receipt, counted at their receipt",
            registry=registry,
        )
        self.changes = Counter(
            "intentflow_qualification_changes",
            "Qualification changes",
            ["from_stage", "to_stage", "cause"],
            registry=registry,
        )
        self.chunk_seconds = Histogram(
            "intentflow_chunk_seconds", "Time to fold one chunk", buckets=CHUNK_SECONDS, registry=registry
        )
        self.chunk_records = Counter("intentflow_chunk_records", "Records in folded chunks", registry=registry)
        self.lag = Gauge(
            "intentflow_lag_records", "Records on the broker that are not folded yet", ["topic"], registry=registry
        )
        self.leads = Gauge("intentflow_leads", "Leads held by this worker", registry=registry)
        self.partitions = Gauge("intentflow_partitions", "Partitions owned by this worker", registry=registry)
        self.unsettled = Gauge(
            "intentflow_chunks_unsettled", "Folded chunks that are not yet durable and published", registry=registry
        )
        self.clock = Gauge(
            "intentflow_clock_seconds", "Time that a partition's clock has reached", ["partition"], registry=registry
        )
        self.rebalances = Counter(
            "intentflow_rebalances", "Times that partitions were handed out anew", registry=registry
        )
        self.fenced = Counter("intentflow_partitions_fenced", "Fences written: partitions taken", registry=registry)
        self.void = Counter(
            "intentflow_changelog_void_records",
            "Records of fenced-off owners found in the changelog",
            registry=registry,
        )
        self.recovery_done = Gauge(
            "intentflow_recovery_records_read",
            "Changelog records read by the current or last recovery",
            registry=registry,
        )
        self.recovery_total = Gauge(
            "intentflow_recovery_records", "Changelog records that recovery has to read", registry=registry
        )
        self.recovery_leads = Gauge(
            "intentflow_recovery_leads", "Leads found by the current or last recovery", registry=registry
        )
        self.recovering = Gauge(
            "intentflow_recovering", "1 while partitions are being taken, 0 while events are folded", registry=registry
        )
        build = Gauge(
            "intentflow_build",
            "Always 1; the labels say what runs",
            ["version", "model", "model_version", "model_hash"],
            registry=registry,
        )
        self._build = build

    def running(self, model: str, version: int, model_hash: str) -> None:
        """What this worker runs."""
        self._build.labels(__version__, model, str(version), model_hash[:12]).set(1)

    def folded(self, topic: str, records: int, folded: Folded, seconds: float) -> None:
        """A chunk was folded. What was counted in an earlier life of the worker is in no count."""
        self.counted.labels(topic).inc(folded.counted)
        if folded.duplicate:
            self.duplicate.labels(topic).inc(folded.duplicate)
        if folded.skipped:
            self.skipped.inc(folded.skipped)
        if folded.marked:
            self.marked.inc(folded.marked)
        self.chunk_seconds.observe(seconds)
        self.chunk_records.inc(records)

    def refused(self, topic: str, reasons: Iterable[str]) -> None:
        """Records were refused."""
        for reason in reasons:
            self.rejected.labels(topic, reason).inc()

    def published(self, changes: Changes) -> None:
        """Changes are on their topic."""
        for _, told in changes:
            for change in told:
                said = decode_change(change.payload)
                self.changes.labels(said.from_stage, said.to_stage, said.cause.kind).inc()

    def recovery(self, done: int, total: int, leads: int) -> None:
        """How far a recovery has come."""
        self.recovery_done.set(done)
        self.recovery_total.set(total)
        self.recovery_leads.set(leads)

    def serve(self, port: int, host: str = "127.0.0.1") -> None:
        """Answer Prometheus on this port, in a thread."""
        start_http_server(port, host, self.registry)
