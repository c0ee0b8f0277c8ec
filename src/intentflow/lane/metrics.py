"""What a worker tells Prometheus: every metric's name, labels and meaning, here and nowhere else.

No label names a lead. `topic` and `partition` are bounded by the settings, `reason` by the contract, `stage` names by the model.
"""

import collections
import logging
from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, start_http_server

from intentflow import __version__
from intentflow.domain.lead import NOTICE
from intentflow.lane.effects import Changes
from intentflow.wire.changes import kind_of, move_of
from intentflow.wire.records import Folded

log = logging.getLogger(__name__)
CHUNK_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
PREFIX = "intentflow_"
MEANINGS = {  # counters get `_total` from Prometheus' own conventions
    "events_counted": "Events that were counted for a lead",
    "events_duplicate": "Events whose id had been counted already",
    "events_rejected": "Records that were refused",
    "events_forwarded": "Events that were sent on to another lead, which counts them",
    "messages_passed": "Messages between leads that are no events: states, links, repeats",
    "events_redelivered": "Records read again after a restart and skipped; in no other count",
    "events_from_the_future": "Events dated after their receipt, counted at their receipt",
    "models_strange": "Records by which another scoring model than this worker's takes effect",
    "qualification_changes": "Qualification changes",
    "receipts_mismatch": "Qualification changes whose receipts did not add up to their scores; must stay 0",
    "cart_notices": "Notices of carts: abandoned, or bought after all",
    "chunk_seconds": "Time to fold one chunk",
    "chunk_records": "Records in folded chunks",
    "lag_records": "Records on the broker that are not folded yet",
    "leads": "Leads held by this worker",
    "partitions": "Partitions owned by this worker",
    "chunks_unsettled": "Folded chunks that are not yet durable and published",
    "clock_seconds": "Time that a partition's clock has reached, in seconds since 1970",
    "rebalances": "Times that partitions were handed out anew",
    "partitions_fenced": "Fences written: partitions taken",
    "changelog_void_records": "Records of fenced-off owners found in the changelog",
    "recovery_records_read": "Changelog records read by the current or last recovery",
    "recovery_records": "Changelog records that recovery has to read",
    "recovery_leads": "Leads found by the current or last recovery",
    "recovering": "1 while partitions are being taken, 0 while events are folded",
    "build": "Always 1; the labels say what runs",
}


disable_created_metrics()  # a time series beside each counter that nobody asked for


class Metrics:
    """One worker process's metrics, on a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.counted = self._counter("events_counted", "topic")
        self.duplicate = self._counter("events_duplicate", "topic")
        self.rejected = self._counter("events_rejected", "topic", "reason")
        self.forwarded = self._counter("events_forwarded", "topic")
        self.passed = self._counter("messages_passed")
        self.skipped = self._counter("events_redelivered")
        self.marked = self._counter("events_from_the_future")
        self.strange = self._counter("models_strange")
        self.changes = self._counter("qualification_changes", "from_stage", "to_stage", "cause")
        self.mismatch, self._mismatches = self._counter("receipts_mismatch"), 0
        self.cart_notices = self._counter("cart_notices", "kind")
        self.chunk_seconds = Histogram(*self._said("chunk_seconds"), buckets=CHUNK_SECONDS, registry=self.registry)
        self.chunk_records = self._counter("chunk_records")
        self.lag = self._gauge("lag_records", "topic")
        self.leads = self._gauge("leads")
        self.partitions = self._gauge("partitions")
        self.unsettled = self._gauge("chunks_unsettled")
        self.clock = self._gauge("clock_seconds", "partition")
        self.rebalances = self._counter("rebalances")
        self.fenced = self._counter("partitions_fenced")
        self.void = self._counter("changelog_void_records")
        self.recovery_done = self._gauge("recovery_records_read")
        self.recovery_total = self._gauge("recovery_records")
        self.recovery_leads = self._gauge("recovery_leads")
        self.recovering = self._gauge("recovering")
        self._build = self._gauge("build", "version", "model", "model_version", "model_hash")

    def _said(self, name: str) -> tuple[str, str]:
        return PREFIX + name, MEANINGS[name]

    def _counter(self, name: str, *labels: str) -> Counter:
        return Counter(*self._said(name), labels, registry=self.registry)

    def _gauge(self, name: str, *labels: str) -> Gauge:
        return Gauge(*self._said(name), labels, registry=self.registry)

    def running(self, model: str, version: int, model_hash: str) -> None:
        """What this worker runs."""
        self._build.labels(__version__, model, str(version), model_hash[:12]).set(1)

    def folded(self, topic: str, folded: Folded, seconds: float) -> None:
        """A chunk was folded, or a part of one. What was counted in an earlier life of the worker is in no count."""
        self.counted.labels(topic).inc(folded.counted)
        if folded.duplicate:
            self.duplicate.labels(topic).inc(folded.duplicate)
        if folded.forwarded:
            self.forwarded.labels(topic).inc(folded.forwarded)
        if folded.passed:
            self.passed.inc(folded.passed)
        if folded.skipped:
            self.skipped.inc(folded.skipped)
        if folded.marked:
            self.marked.inc(folded.marked)
        for model in folded.strange:
            self.strange.inc()
            log.warning(
                "the control topic says that the scoring model %s takes effect, but this worker runs another: start all "
                "workers of a group with one model",
                model[:12],
            )
        self.chunk_seconds.observe(seconds)

    def refused(self, topic: str, reasons: Iterable[str]) -> None:
        """Records were refused."""
        for reason in reasons:
            self.rejected.labels(topic, reason).inc()

    def receipts(self, mismatches: int) -> None:
        """So many changes of this worker had receipts that did not add up to their scores."""
        if mismatches > self._mismatches:
            log.error("a score is not the sum of its receipts; this is an error of ours, please report it")
            self.mismatch.inc(mismatches - self._mismatches)
            self._mismatches = mismatches

    def published(self, changes: Changes) -> None:
        """Changes and notices are on their topics."""
        notices = collections.Counter(kind_of(one.payload) for _, told in changes for one in told if one.to == NOTICE)
        for kind, count in notices.items():
            self.cart_notices.labels(kind).inc(count)
        moves = collections.Counter(
            move_of(change.payload) for _, told in changes for change in told if change.to is None
        )
        for move, count in moves.items():
            self.changes.labels(*move).inc(count)

    def recovery(self, done: int, total: int, leads: int) -> None:
        """How far a recovery has come."""
        self.recovery_done.set(done)
        self.recovery_total.set(total)
        self.recovery_leads.set(leads)

    def serve(self, port: int, host: str = "127.0.0.1") -> None:
        """Answer Prometheus on this port, in a thread."""
        start_http_server(port, host, self.registry)
