"""What a worker tells Prometheus, where each thing happens: its counter and its log line together. `intentflow.metrics` lists them all."""

import collections
import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime

from intentflow import __version__
from intentflow.adapters import prometheus
from intentflow.domain.lead import NOTICE
from intentflow.domain.rules import ScoringModel
from intentflow.lane.effects import Changes
from intentflow.metrics import WORKER
from intentflow.wire.changes import kind_of, move_of
from intentflow.wire.records import Folded
from intentflow.wire.rejections import Header
from intentflow.wire.trace_context import trace_id

REPLAYED_SECONDS = 3600.0  # a timestamp this old is no time of receipt: somebody sends history
log = logging.getLogger(__name__)


class Metrics:
    """One worker process's metrics, on a registry of their own."""

    def __init__(self, real_time: bool = True) -> None:
        """Without `real_time` timestamps are no times of receipt (demo, replay): nothing is said of how late a change is."""
        self._real_time = real_time
        made = prometheus.Registered(WORKER)
        self.registry = made.registry
        counters, gauges, histograms = made.counters, made.gauges, made.histograms
        self.counted = counters["events_counted"]
        self.duplicate = counters["events_duplicate"]
        self.rejected = counters["events_rejected"]
        self.forwarded = counters["events_forwarded"]
        self.passed = counters["messages_passed"]
        self.skipped = counters["events_redelivered"]
        self.marked = counters["events_from_the_future"]
        self.strange = counters["models_strange"]
        self.changes = counters["qualification_changes"]
        self.mismatch, self._mismatches = counters["receipts_mismatch"], 0
        self.cart_notices = counters["cart_notices"]
        self.chunk_seconds = histograms["chunk_seconds"]
        self.chunk_records = counters["chunk_records"]
        self.event_to_change = histograms["event_to_change_seconds"]
        self.lag, self.lag_seconds = gauges["lag_records"], gauges["lag_seconds"]
        self.uncommitted = gauges["uncommitted_records"]
        self.leads = gauges["leads"]
        self.partitions = gauges["partitions"]
        self.unsettled = gauges["chunks_unsettled"]
        self.clock = gauges["clock_seconds"]
        self.rebalances = counters["rebalances"]
        self.fenced = counters["partitions_fenced"]
        self.void = counters["changelog_void_records"]
        self.broker_errors = counters["broker_errors"]
        self.recovery_done = gauges["recovery_records_read"]
        self.recovery_total = gauges["recovery_records"]
        self.recovery_leads = gauges["recovery_leads"]
        self.recovering = gauges["recovering"]
        self.loop_delay = histograms["event_loop_delay_seconds"]
        self._expected = gauges["partitions_expected"]
        self.model_since = gauges["model_since_seconds"]
        self._review, self._build = gauges["model_review_seconds"], gauges["build"]

    def running(self, model: ScoringModel, review_by: date | None, partitions: int) -> None:
        """What this worker runs, until when that is agreed, and of how many partitions the app is."""
        self._expected.set(partitions)
        self._build.labels(__version__, model.name, str(model.version), model.hash[:12]).set(1)
        if review_by is not None:
            self._review.set(datetime.combine(review_by, datetime.min.time(), UTC).timestamp())

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

    def published(self, changes: Changes, received: int = 0, trace: Sequence[Header] = ()) -> None:
        """Changes and notices are on their topics. `received`: the oldest record that caused them, in epoch milliseconds; 0: not known.

        `trace` is the trace context of one of them, if there is one: an exemplar of how late they are.
        """
        notices = collections.Counter(kind_of(one.payload) for _, told in changes for one in told if one.to == NOTICE)
        for kind, count in notices.items():
            self.cart_notices.labels(kind).inc(count)
        moves = collections.Counter(
            move_of(change.payload) for _, told in changes for change in told if change.to is None
        )
        for move, count in moves.items():
            self.changes.labels(*move).inc(count)
        late = time.time() - received / 1000
        if self._real_time and late < REPLAYED_SECONDS:
            exemplar = {"trace_id": trace_id(trace)} if trace else None
            for _ in range(moves.total()):
                self.event_to_change.observe(max(0.0, late), exemplar)

    def recovery(self, done: int, total: int, leads: int) -> None:
        """How far a recovery has come."""
        self.recovery_done.set(done)
        self.recovery_total.set(total)
        self.recovery_leads.set(leads)

    def behind(self, topic: str, records: int, read: float | None, uncommitted: int) -> None:
        """So many records of a topic are not folded; the oldest of the last ones that were is of that time, in seconds since 1970."""
        for counter in (self.counted, self.duplicate, self.forwarded):
            counter.labels(topic)  # from 0 on: Prometheus does not see an increase from nothing
        self.rejected.labels(topic, "misrouted")  # the same; an alert asks how many there were, and a burst may be all
        self.lag.labels(topic).set(records)
        self.lag_seconds.labels(topic).set(max(0.0, time.time() - read) if records and read is not None else 0.0)
        self.uncommitted.labels(topic).set(uncommitted)

    def serve(self, port: int, host: str, checks: Mapping[str, prometheus.Check]) -> None:
        """Answer Prometheus on this port, and whoever keeps the worker running, from a thread."""
        prometheus.serve(self.registry, port, host, checks)
