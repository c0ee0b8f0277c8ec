import pytest
from aiokafka.partitioner import murmur2 as aiokafka_murmur2
from hypothesis import given
from hypothesis import strategies as st

from intentflow.wire.murmur2 import murmur2, partition_of, partitions_of

# UtilsTest.testMurmur2 of Apache Kafka 4.1; Java's numbers are signed
JAVA = {
    b"21": -973932308,
    b"foobar": -790332482,
    b"a-little-bit-long-string": -985981536,
    b"a-little-bit-longer-string": -1486304829,
    b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
    b"abc": 479470107,
}


@pytest.mark.parametrize(("data", "signed"), JAVA.items())
def test_the_hash_is_that_of_kafkas_own_test(data: bytes, signed: int) -> None:
    assert murmur2(data) == signed & 0xFFFFFFFF


@given(st.binary(max_size=300))
def test_the_hash_is_that_of_aiokafka_for_any_bytes(data: bytes) -> None:
    assert murmur2(data) == aiokafka_murmur2(data)


@given(st.binary(max_size=40), st.integers(1, 1000))
def test_a_key_goes_where_the_default_partitioner_sends_it(key: bytes, partitions: int) -> None:
    assert partition_of(key, partitions) == (aiokafka_murmur2(key) & 0x7FFFFFFF) % partitions


@given(st.lists(st.binary(max_size=13)), st.integers(1, 1000))
def test_many_keys_at_once_go_where_each_of_them_goes(keys: list[bytes], partitions: int) -> None:
    assert partitions_of(keys, partitions) == [partition_of(key, partitions) for key in keys]


def test_the_partition_of_a_key_never_changes() -> None:
    assert [partition_of(key, 8) for key in (b"l:42", b"v:42", b"l:anna@example.com")] == [6, 4, 6]
