"""The contract with faust-streaming, aiokafka and mode-streaming: every private seam that the lane touches, by name.

If one of these fails after an upgrade: read what moved, prove the lane again (tests/system), then change the pin and this list.
"""

import inspect
import re
from importlib.metadata import version
from pathlib import Path

import aiokafka
import mode.loop
import pytest
from aiokafka.client import AIOKafkaClient
from aiokafka.consumer import fetcher as aiokafka_fetcher
from aiokafka.consumer.group_coordinator import GroupCoordinator
from aiokafka.consumer.subscription_state import Assignment, Subscription, SubscriptionState, TopicPartitionState
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.record.default_records import DefaultRecordBatch, DefaultRecordBatchBuilder, _DefaultRecordBatchPy
from faust.app.base import App, BootStrategy
from faust.tables.manager import TableManager
from faust.tables.recovery import Recovery
from faust.tables.table import Table
from faust.transport import consumer as faust_consumer
from faust.transport.drivers import aiokafka as driver

PINNED = {"faust-streaming": "0.15.3", "aiokafka": "0.14.0", "mode-streaming": "0.7.1"}

# Attributes of classes: what we override or call.
CALLED = [
    (aiokafka_fetcher.FetchResult, ["check_assignment", "has_more", "_update_position"]),
    (aiokafka_fetcher.FetchError, ["check_raise"]),
    (aiokafka_fetcher.Fetcher, ["_notify", "_create_fetch_waiter"]),
    (SubscriptionState, ["fetch_context", "reassignment_in_progress", "subscription"]),
    (Subscription, ["assignment"]),
    (Assignment, ["state_value", "tps"]),
    (TopicPartitionState, ["position"]),
    (GroupCoordinator, ["fetch_committed_offsets"]),
    (AIOKafkaClient, ["get_random_node", "send", "fetch_all_metadata", "coordinator_lookup"]),
    (BatchBuilder, ["close"]),
    (DefaultRecordBatch, ["is_control_batch", "next_offset", "base_offset", "validate_crc"]),
    (DefaultRecordBatchBuilder, ["append"]),
    (driver.AIOKafkaConsumerThread, ["on_start", "_ensure_consumer", "call_thread"]),
    (
        driver.Consumer,
        ["_new_consumer_thread", "_drain_messages", "on_partitions_revoked", "wait_empty", "commit", "force_commit"],
    ),
    (driver.Consumer, ["perform_seek", "verify_all_partitions_active", "consumer_stopped_errors", "resume_flow"]),
    (
        Recovery,
        [
            "on_rebalance",
            "on_partitions_revoked",
            "on_stop",
            "_slurp_changelogs",
            "_publish_stats",
            "_restart_recovery",
        ],
    ),
    (Recovery, ["signal_recovery_start"]),
    (TableManager, ["recovery", "on_actives_ready", "on_standbys_ready"]),
    (
        App,
        [
            "_new_transport",
            "_crash",
            "on_first_start",
            "on_started",
            "on_rebalance_end",
            "flow_control",
            "_fetcher",
            "BootStrategy",
        ],
    ),
    (BootStrategy, ["enable_web", "_should_enable_web"]),
    (Table, ["on_rebalance", "on_recovery_completed"]),
]
# Attributes of instances and lines that we count on: in the source of what makes them.
COUNTED_ON = [
    (aiokafka_fetcher.Fetcher.__init__, ["self._records =", "self._wait_consume_future =", "self._closed ="]),
    (aiokafka_fetcher.Fetcher.__init__, ["self._prefetch_backoff =", "self._fetch_max_wait_ms ="]),
    (aiokafka_fetcher.FetchResult.__init__, ["self._partition_records =", "self._topic_partition ="]),
    (aiokafka_fetcher.PartitionRecords.__init__, ["self._records =", "self._check_crcs =", "self.next_fetch_offset ="]),
    (aiokafka_fetcher.PartitionRecords.__init__, ["self._records_iterator =", "self._tp ="]),
    (aiokafka_fetcher.PartitionRecords._unpack_records, ["self._consumer_record(", "self.next_fetch_offset ="]),
    (aiokafka_fetcher.PartitionRecords.__mro__[-2].__next__, ["next(self._records_iterator)"]),
    (aiokafka_fetcher.Fetcher._proc_fetch_request, ["MemoryRecords(", "PartitionRecords("]),
    (_DefaultRecordBatchPy.__iter__, ["self._maybe_uncompress()"]),
    (_DefaultRecordBatchPy._read_msg, ["buffer = self._buffer", '.decode("utf-8")']),
    (aiokafka_fetcher.FetchResult._update_position, ["self._partition_records.next_fetch_offset"]),
    (TopicPartitionState.__init__, ["self.highwater ="]),
    (BatchBuilder.__init__, ["self._builder =", "self._relative_offset ="]),
    (aiokafka.AIOKafkaConsumer.__init__, ["self._client =", "self._subscription =", "self._closed ="]),
    (aiokafka.AIOKafkaConsumer, ["self._coordinator =", "self._fetcher ="]),
    (aiokafka.AIOKafkaProducer.__init__, ["self.client ="]),
    (faust_consumer.Fetcher, ["consumer._drain_messages(self)"]),
    (GroupCoordinator.__init__, ["self.member_id ="]),
    (App._on_partitions_revoked, ["_consumer_wait_empty"]),
    (App._stop_consumer, ["_consumer_wait_empty"]),
    (driver.ConsumerRebalanceListener.on_partitions_assigned, ["consumer_generation_id = generation"]),
    (TableManager.on_rebalance, ["self.recovery.on_rebalance"]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "proved"), PINNED.items())
def test_the_versions_are_those_that_the_lane_was_proved_on(name, proved):
    assert version(name) == proved, f"the lane was proved on {name} {proved}: prove it again before the pin moves"
    assert f"{name}=={proved}" in Path("pyproject.toml").read_text()


@pytest.mark.parametrize(("owner", "names"), CALLED, ids=lambda value: getattr(value, "__name__", ""))
def test_every_private_method_that_we_touch_is_where_it_was(owner, names):
    moved = [name for name in names if not hasattr(owner, name)]
    assert not moved, (
        f"{owner.__module__}.{owner.__qualname__} has no {moved} any more: see src/intentflow/lane for who needs it"
    )


@pytest.mark.parametrize(("maker", "lines"), COUNTED_ON, ids=lambda value: getattr(value, "__qualname__", ""))
def test_every_private_attribute_that_we_touch_is_made_as_it_was(maker, lines):
    source = re.sub(r": [\w\[\], |.\"]+ =", " =", inspect.getsource(maker))
    moved = [line for line in lines if line not in source]
    assert not moved, (
        f"{maker.__module__}.{maker.__qualname__} no longer says {moved}: see src/intentflow/lane for who needs it"
    )


def test_batches_are_built_and_parsed_in_c():
    """The pure Python stand-ins of aiokafka would do the same at a tenth of the speed, without a word."""
    assert DefaultRecordBatch.__module__.startswith("aiokafka.record._crecords")
    assert DefaultRecordBatchBuilder.__module__.startswith("aiokafka.record._crecords")


def test_a_batch_that_is_full_says_so_and_its_first_record_is_taken_whatever_its_size():
    builder = BatchBuilder(100, 0)._builder
    assert builder.append(0, 1, b"key", b"v" * 1000, []) is not None
    assert builder.append(1, 1, b"key", b"v", []) is None


def test_modes_loops_are_chosen_before_the_first_is_made():
    assert "uvloop" in mode.loop.LOOPS
