"""Headers whose names are not UTF-8."""

import pytest
from aiokafka import TopicPartition
from aiokafka.consumer import fetcher
from aiokafka.record.default_records import DefaultRecordBatch

from intentflow.adapters.header_names import KeptRecords, read_again
from intentflow.adapters.kafka_access import client_arguments
from tests.adapters.strange_headers import batch

NAMES = [b"plain", b"gr\xf6\xdfe", "größe".encode(), b"\xff"]
READ = ["plain", "gr\ufffd\ufffde", "größe", "\ufffd"]
CODECS = [DefaultRecordBatch.CODEC_NONE, DefaultRecordBatch.CODEC_GZIP, DefaultRecordBatch.CODEC_LZ4]


def partition_records(fetched: bytes, at: int) -> fetcher.PartitionRecords:
    """As a consumer makes them of what it has fetched from position `at` on."""
    assert client_arguments("kafka:9092")  # whoever has these reads so
    tp = TopicPartition("events", 0)
    return fetcher.PartitionRecords(tp, fetcher.MemoryRecords(fetched), None, at, None, None, False, 0)


@pytest.mark.parametrize("codec", CODECS)
def test_a_consumer_reads_what_lies_before_in_and_behind_such_a_batch_in_order(codec):
    fetched = batch([b"a", b"b"], 10, codec) + batch(NAMES, 12, codec) + batch([b"c"], 16, codec)
    found = partition_records(fetched, at=11)
    read = [(record.offset, record.headers[0][0], record.value) for record in found]
    assert [(offset, name) for offset, name, _ in read] == list(zip(range(11, 17), ["b", *READ, "c"], strict=True))
    assert [value for *_, value in read] == [b"v1", b"v0", b"v1", b"v2", b"v3", b"v0"]
    assert found.next_fetch_offset == 17


@pytest.mark.parametrize("at", [12, 13, 14, 15])
def test_a_consumer_that_begins_in_the_middle_of_such_a_batch_reads_the_rest(at):
    assert [record.offset for record in partition_records(batch(NAMES, 12), at)] == list(range(at, 16))


def test_two_such_batches_in_a_row_are_read():
    read = partition_records(batch([b"\xff"], 0) + batch([b"\xfe"], 1), at=0)
    assert [(record.offset, record.headers[0]) for record in read] == [(0, ("\ufffd", b"x")), (1, ("\ufffd", b"x"))]


def test_only_the_batch_that_is_asked_for_is_read_again():
    records = KeptRecords(batch([b"a"], 0) + batch(NAMES, 1) + batch([b"c"], 5))
    assert [record.offset for record in read_again(records, 1)] == [1, 2, 3, 4]
