import time

import msgspec
from prometheus_client.openmetrics import exposition as openmetrics

from intentflow.domain.change import Answers, Cause, ModelName, QualificationChange
from intentflow.domain.lead import NOTICE, Unpublished
from intentflow.lane.metrics import Metrics
from intentflow.wire.examples import EXAMPLES
from intentflow.wire.records import Folded

CHANGE = QualificationChange(
    id="x", lead="l:a", sequence=1, from_stage="suspect", to_stage="mql", at="2026-01-01T00:00:00.000Z", cause=Cause("decay"), scores={},
    receipts=[],
    answers=Answers(True, None, 0, 0, None), missing=[], treatment="none", follow_up_by=None, model=ModelName("retail", 1, "h"),
)  # fmt: skip


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(name, labels)


def test_a_folded_chunk_is_counted_by_what_became_of_its_records():
    metrics = Metrics()
    metrics.folded("events", Folded([], [], [], counted=3, duplicate=1, skipped=1, marked=1), 0.002)
    metrics.refused("events", ["not_json"])
    assert value(metrics, "intentflow_events_counted_total", topic="events") == 3
    assert value(metrics, "intentflow_events_duplicate_total", topic="events") == 1
    assert value(metrics, "intentflow_events_rejected_total", topic="events", reason="not_json") == 1
    assert value(metrics, "intentflow_events_redelivered_total") == 1
    assert value(metrics, "intentflow_chunk_seconds_count") == 1


def test_a_change_is_counted_by_where_from_where_to_and_why():
    metrics = Metrics()
    metrics.published([(b"l:a", [Unpublished(0, 1, msgspec.json.encode(CHANGE))])])
    labels = {"from_stage": "suspect", "to_stage": "mql", "cause": "decay"}
    assert value(metrics, "intentflow_qualification_changes_total", **labels) == 1


def test_a_score_that_is_not_the_sum_of_its_receipts_is_counted_once():
    metrics = Metrics()
    for so_far in (0, 0, 2, 2):
        metrics.receipts(so_far)
    assert value(metrics, "intentflow_receipts_mismatch_total") == 2


def test_a_notice_of_a_cart_is_counted_by_its_kind_and_is_no_change():
    metrics, told = Metrics(), Unpublished(0, 1, msgspec.json.encode(EXAMPLES["cart_notice"][0]), NOTICE)
    metrics.published([(b"l:a", [told, told])])
    assert value(metrics, "intentflow_cart_notices_total", kind="abandoned") == 2


def test_how_late_a_change_is_counts_from_the_receipt_of_what_caused_it_unless_that_is_history():
    metrics, told = Metrics(), [(b"l:a", [Unpublished(0, 1, msgspec.json.encode(CHANGE))])]
    now = int(time.time() * 1000)
    metrics.published(told, now - 250)
    metrics.published(told, now - 30 * 86_400_000)
    metrics.published(told)
    assert value(metrics, "intentflow_event_to_change_seconds_count") == 1
    assert value(metrics, "intentflow_event_to_change_seconds_bucket", le="0.2") == 0


def test_where_timestamps_are_event_times_nothing_is_said_of_how_late_a_change_is():
    metrics = Metrics(real_time=False)
    metrics.published([(b"l:a", [Unpublished(0, 1, msgspec.json.encode(CHANGE))])], int(time.time() * 1000))
    assert value(metrics, "intentflow_event_to_change_seconds_count") == 0


def test_a_topic_without_lag_is_not_late_however_old_its_last_record():
    metrics = Metrics()
    metrics.behind("events", 0, 1.0, 3)
    assert value(metrics, "intentflow_lag_seconds", topic="events") == 0
    assert value(metrics, "intentflow_uncommitted_records", topic="events") == 3
    metrics.behind("events", 5, time.time() - 60, 0)
    assert (value(metrics, "intentflow_lag_seconds", topic="events") or 0) > 59


def test_what_alerts_ask_the_increase_of_is_told_from_zero_on():
    metrics = Metrics()
    metrics.behind("events", 0, None, 0)
    names = ("counted", "duplicate", "forwarded")
    assert [value(metrics, f"intentflow_events_{name}_total", topic="events") for name in names] == [0, 0, 0]
    assert value(metrics, "intentflow_events_rejected_total", topic="events", reason="misrouted") == 0


def test_a_trace_of_a_late_change_is_an_exemplar():
    metrics, told = Metrics(), [(b"l:a", [Unpublished(0, 1, msgspec.json.encode(CHANGE))])]
    trace = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    metrics.published(told, int(time.time() * 1000), [("traceparent", trace)])
    text = openmetrics.generate_latest(metrics.registry).decode()
    assert '# {trace_id="0af7651916cd43dd8448eb211c80319c"}' in text
