"""What a collector counts."""

from intentflow.collector.intake import Ended
from intentflow.collector.metrics import Metrics
from intentflow.metrics import ANSWER_SECONDS, COLLECTOR
from intentflow.wire.rejections import Rejection


def told(metrics: Metrics, name: str, **labels: str) -> float | None:
    """One sample."""
    return metrics.registry.get_sample_value(f"intentflow_collector_{name}", labels)


def test_every_metric_of_the_list_is_told_by_its_name_and_no_other():
    metrics = Metrics()
    for name in ("waiting_bytes", "held_bytes", "connections", "kafka_up"):
        metrics.watch(name, lambda: 1)
    assert [family.name for family in metrics.registry.collect()] == [f"intentflow_{one.name}" for one in COLLECTOR]


def test_what_was_counted_is_told():
    metrics = Metrics()
    bad = Ended("refused", rejection=Rejection("bad_time", ""))
    metrics.taken("segment", "shop", [Ended("accepted", withheld=2), Ended("accepted"), bad])
    metrics.count("bytes", "segment", by=700)
    metrics.watch("waiting_bytes", lambda: 12)
    assert told(metrics, "events_total", tracker="segment", key="shop", end="accepted") == 2
    assert told(metrics, "events_total", tracker="segment", key="shop", end="refused") == 1
    assert told(metrics, "events_refused_total", tracker="segment", reason="bad_time") == 1
    assert told(metrics, "parts_withheld_total", key="shop") == 2
    assert told(metrics, "bytes_total", tracker="segment") == 700
    assert told(metrics, "waiting_bytes") == 12
    assert told(metrics, "unacknowledged_total") == 0


def test_a_time_is_in_its_bucket_and_in_all_above_it():
    metrics = Metrics()
    for seconds in (0.0, ANSWER_SECONDS[0], 0.0011, 99.0):
        metrics.answered("segment", 200, seconds)
    buckets = {
        le: told(metrics, "request_seconds_bucket", tracker="segment", le=le)
        for le in ("0.001", "0.002", "10.0", "+Inf")
    }
    assert buckets == {"0.001": 2, "0.002": 3, "10.0": 3, "+Inf": 4}
    assert told(metrics, "request_seconds_count", tracker="segment") == 4
    assert told(metrics, "request_seconds_sum", tracker="segment") == 0.001 + 0.0011 + 99.0
