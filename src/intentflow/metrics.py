"""Every metric that a part of intentflow tells Prometheus: its name, kind, labels and meaning, here and nowhere else.

Names follow Prometheus' conventions: base units, `_seconds`, `_total` for counters (added by the client). No label names a lead: `topic`
and `partition` are bounded by the settings, `reason` by the contract, stages by the model. `docs/metrics.md` is written from this file.
"""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

PREFIX = "intentflow_"
FOLD_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
WAIT_SECONDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
ANSWER_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
DELAY_SECONDS = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 30.0)


class Metric(Struct, frozen=True):
    """One metric; `buckets` are upper bounds in the metric's unit, for histograms alone."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    meaning: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()

    @property
    def exposed(self) -> str:
        """The name that a query uses; a histogram has `_bucket`, `_sum` and `_count` behind it."""
        return PREFIX + self.name + ("_total" if self.kind == "counter" else "")


def _counter(name: str, meaning: str, *labels: str) -> Metric:
    return Metric(name, "counter", meaning, labels)


def _gauge(name: str, meaning: str, *labels: str) -> Metric:
    return Metric(name, "gauge", meaning, labels)


def _histogram(name: str, meaning: str, buckets: Sequence[float], *labels: str) -> Metric:
    return Metric(name, "histogram", meaning, labels, tuple(buckets))


WORKER = (
    _counter("events_counted", "Events that were counted for a lead", "topic"),
    _counter("events_duplicate", "Events whose id had been counted already", "topic"),
    _counter("events_rejected", "Records that were refused", "topic", "reason"),
    _counter("events_forwarded", "Events that were sent on to another lead, which counts them", "topic"),
    _counter("messages_passed", "Messages between leads that are no events: states, links, repeats"),
    _counter("events_redelivered", "Records read again after a restart and skipped; in no other count"),
    _counter("events_from_the_future", "Events dated after their receipt, counted at their receipt"),
    _counter("models_strange", "Records by which another scoring model than this worker's takes effect"),
    _counter("qualification_changes", "Qualification changes", "from_stage", "to_stage", "cause"),
    _counter("receipts_mismatch", "Changes whose receipts did not add up to their scores; must stay 0"),
    _counter("cart_notices", "Notices of carts: abandoned, or bought after all", "kind"),
    _histogram("chunk_seconds", "Time to fold one chunk", FOLD_SECONDS),
    _counter("chunk_records", "Records in folded chunks"),
    _histogram(
        "event_to_change_seconds",
        "From the receipt of the oldest record of a chunk until a change that the chunk caused is acknowledged; once for each "
        "change. Of records an hour old nothing is said: those are history",
        WAIT_SECONDS,
    ),
    _gauge("lag_records", "Records on the broker that are not folded yet", "topic"),
    _gauge("lag_seconds", "Age of the last record folded, where there are newer ones; 0 where there are none", "topic"),
    _gauge("uncommitted_records", "Records that are folded and not yet committed", "topic"),
    _gauge("leads", "Leads held by this worker"),
    _gauge("partitions", "Partitions owned by this worker"),
    _gauge("partitions_expected", "Partitions of the app, whoever owns them"),
    _gauge("chunks_unsettled", "Folded chunks that are not yet durable and published"),
    _gauge("clock_seconds", "Time that a partition's clock has reached, in seconds since 1970", "partition"),
    _counter("rebalances", "Times that partitions were handed out anew"),
    _counter("partitions_fenced", "Fences written: partitions taken"),
    _counter("changelog_void_records", "Records of fenced-off owners found in the changelog"),
    _counter("broker_errors", "Looks at the broker that failed and are made again"),
    _gauge("recovery_records_read", "Changelog records read by the current or last recovery"),
    _gauge("recovery_records", "Changelog records that recovery has to read"),
    _gauge("recovery_leads", "Leads found by the current or last recovery"),
    _gauge("recovering", "1 while partitions are being taken, 0 while events are folded"),
    _histogram("event_loop_delay_seconds", "How much later than asked for the event loop comes back", DELAY_SECONDS),
    _gauge(
        "model_since_seconds",
        "Moment at which this worker's scoring model took effect for the last of its partitions, in seconds since 1970; "
        "0 while it has not, or where nobody noted it",
    ),
    _gauge("model_review_seconds", "Day by which the scoring model is to be reviewed, in seconds since 1970"),
    _gauge("build", "Always 1; the labels say what runs", "version", "model", "model_version", "model_hash"),
)

COLLECTOR = (
    _counter("collector_requests", "Requests answered, by whose path and with which status", "tracker", "status"),
    _histogram(
        "collector_request_seconds", "From the head of a request with events to its answer", ANSWER_SECONDS, "tracker"
    ),
    _counter("collector_events", "Events received, by what became of them", "tracker", "key", "end"),
    _counter("collector_events_refused", "Events refused; they are on the rejections topic", "tracker", "reason"),
    _counter("collector_parts_withheld", "Parts of accepted events that their write key may not say", "key"),
    _counter("collector_links", "Links written because an event named a lead and a visitor"),
    _counter("collector_bytes", "Bytes of bodies received, as they were sent", "tracker"),
    _counter(
        "collector_unacknowledged", "Requests answered 503: Kafka acknowledged nothing in time, or can't take more"
    ),
    _counter("collector_connections_dropped", "Connections that were closed by us, by why", "why"),
    _gauge("collector_waiting_bytes", "Bytes handed to Kafka and not acknowledged"),
    _gauge("collector_held_bytes", "Bytes of bodies that are being read or worked on"),
    _gauge("collector_connections", "Open connections"),
    _gauge("collector_kafka_up", "1 while Kafka acknowledges, 0 while it does not"),
    _gauge("collector_build", "Always 1; the label says what runs", "version"),
)

DELIVER = (
    _counter("deliver_attempts", "Attempts to deliver a change, by what came of them", "endpoint", "answer"),
    _counter("deliver_delivered", "Changes that an endpoint has", "endpoint"),
    _counter("deliver_skipped", "Changes that an endpoint does not get, by why", "endpoint", "why"),
    _counter("deliver_repeats", "Records with an id that came before; nobody gets them"),
    _counter("deliver_dead_letters", "Changes that were given up, by why", "endpoint", "reason"),
    _gauge("deliver_waiting", "Changes that wait for an endpoint", "endpoint"),
    _gauge("deliver_waiting_leads", "Leads whose changes wait for an endpoint", "endpoint"),
    _gauge("deliver_oldest_waiting_seconds", "How long the oldest of them has waited; 0 if none does", "endpoint"),
    _gauge("deliver_waiting_bytes", "Bytes of all changes that wait, in memory"),
    _gauge(
        "deliver_circuit",
        "1 for how an endpoint is taken: closed (well), open, half_open, held, disabled",
        "endpoint",
        "state",
    ),
    _histogram("deliver_request_seconds", "Time of a request to an endpoint", WAIT_SECONDS, "endpoint"),
    _gauge("deliver_lag_records", "Records of the sources that are not read yet", "topic"),
    _gauge("deliver_partitions", "Partitions that this process delivers"),
    _counter("deliver_partitions_taken", "Times that a partition was taken, after a rebalance or trouble with Kafka"),
)

PROJECTOR = (
    _counter("projector_records", "Records read from Kafka and written to Redis", "topic"),
    _counter("projector_leads_written", "Rows of leads written to Redis"),
    _counter("projector_leads_erased", "Leads that were erased and taken out of Redis"),
    _counter("projector_batches", "Transactions that Redis took"),
    _counter("projector_batches_moved", "Batches that found Redis elsewhere than it was left, and were read again"),
    _counter("projector_failures", "Times that the projector had to begin again, by what failed", "cause"),
    _counter("projector_strange_records", "Records of the changes or rejections topics that are none of ours"),
    _gauge("projector_lag_records", "Records on the broker that are not in Redis yet"),
    _gauge("projector_worker_lag_records", "Records on the broker that the worker's books do not hold yet"),
    _gauge("projector_generation", "Number of the generation of the read model that is written"),
    _gauge("projector_built_ratio", "How much of that generation is built, from 0 to 1"),
    _gauge(
        "projector_stage_leads", "Leads that stand in a stage, visitors among them, as the read model has it", "stage"
    ),
    _gauge("projector_leading", "1 while this projector is at work, 0 while it stands by"),
)

PARTS = {"worker": WORKER, "collector": COLLECTOR, "deliver": DELIVER, "projector": PROJECTOR}

PAGE = """# What it tells Prometheus

Written by `python -m intentflow.metrics > docs/metrics.md`. No label names a lead: topics, partitions, reasons
and stages bound the number of time series. A histogram is exposed as `_bucket`, `_sum` and `_count`.
"""


def page() -> str:
    """All metrics as a document."""
    return PAGE + "".join(f"\n## {part}\n\n{_table(metrics)}" for part, metrics in PARTS.items())


def _table(metrics: Sequence[Metric]) -> str:
    rows = (
        f"| `{one.exposed}` | {one.kind} | {', '.join(f'`{label}`' for label in one.labels)} | {one.meaning} |\n"
        for one in metrics
    )
    return "| metric | kind | labels | meaning |\n|---|---|---|---|\n" + "".join(rows)


if __name__ == "__main__":
    import sys

    sys.stdout.write(page())
