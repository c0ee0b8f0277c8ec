import pytest

from intentflow.operate.sizing import Load, Measured, measured, planned

KNOWN = Measured(
    day="2026-01-01", machine="a made-up one", cpu_us_per_event=10.0, restore_leads_per_second=100_000, process_bytes=150_000_000,
    bytes_per_lead=400.0, row_bytes=200.0, event_bytes=300.0, read_model_bytes_per_lead=900.0,
)  # fmt: skip


def test_a_core_is_planned_to_be_half_busy():
    assert planned(Load(50_000, 1000), KNOWN).workers == 1
    assert planned(Load(50_001, 1000), KNOWN).workers == 2


def test_where_leads_are_many_and_events_few_the_time_to_read_them_again_decides():
    found = planned(Load(1, 60_000_000), KNOWN)
    assert (found.workers, found.by) == (10, "leads")
    assert found.restore_seconds == pytest.approx(60)


def test_twice_the_load_is_twice_the_disk_and_twice_the_traffic():
    one, two = planned(Load(1000, 1_000_000), KNOWN), planned(Load(2000, 2_000_000), KNOWN)
    assert two.events_topic_bytes == 2 * one.events_topic_bytes
    assert two.changelog_bytes == 2 * one.changelog_bytes
    assert two.broker_in_bytes_per_second == 2 * one.broker_in_bytes_per_second


def test_partitions_can_be_shared_evenly_and_are_never_fewer_than_workers():
    for rate in (1, 10_000, 400_000, 1_000_000):
        found = planned(Load(rate, 1000), KNOWN)
        assert found.partitions % 12 == 0
        assert found.partitions >= 4 * found.workers


def test_the_size_of_the_internet_can_be_reckoned():
    found = planned(Load(1_000_000, 1_000_000_000), measured())
    assert found.workers > 10
    assert found.memory_per_worker_bytes * found.workers > 100e9


def test_what_is_reckoned_with_was_measured_and_says_where():
    known = measured()
    assert known.cpu_us_per_event > 0
    assert known.machine
    assert known.day >= "2026-11-29"
