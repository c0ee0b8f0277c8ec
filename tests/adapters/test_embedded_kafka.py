"""A real Kafka, started and stopped by these tests."""

import asyncio
import os
import signal
import time

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from intentflow.adapters.embedded_kafka import EmbeddedKafka, speaks_kafka
from intentflow.adapters.server_process import free_port
from intentflow.adapters.topic_specs import TopicSpec
from intentflow.adapters.topics import ensure
from intentflow.errors import ConfigError

TOPIC = TopicSpec("kept", 2, 1, {"cleanup.policy": "delete"})


async def write(bootstrap: str, values: list[bytes]) -> None:
    await ensure(bootstrap, [TOPIC])
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all") as producer:
        for value in values:
            await producer.send_and_wait(TOPIC.name, value, partition=0)


async def read(bootstrap: str, count: int) -> list[bytes]:
    async with AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest") as consumer:
        consumer.assign([TopicPartition(TOPIC.name, 0)])
        return [(await asyncio.wait_for(consumer.getone(), 10)).value for _ in range(count)]


@pytest.mark.broker
def test_what_was_acknowledged_survives_a_stop_and_a_kill_and_another_port(tmp_path):
    kafka = EmbeddedKafka(tmp_path)
    with kafka:
        first = kafka.bootstrap
        asyncio.run(write(first, [b"before the stop"]))
        with pytest.raises(ConfigError, match=rf"{tmp_path}/kafka: a Kafka already runs on this folder"):
            EmbeddedKafka(tmp_path).start()
        assert os.getsid(kafka.pid) != os.getsid(0), "a Ctrl-C in our terminal would reach it"
        stopping = time.monotonic()
    assert time.monotonic() - stopping < 10
    assert not speaks_kafka(int(first.split(":")[1]))
    kafka = EmbeddedKafka(tmp_path)
    with kafka:
        assert (second := kafka.bootstrap) != first
        asyncio.run(write(kafka.bootstrap, [b"before the kill"]))
        os.kill(kafka.pid, signal.SIGKILL)
        while kafka.ended() is None:
            time.sleep(0.01)
        assert kafka.pid == 0
        assert "has ended by itself (exit code -9)" in str(kafka.ended())
    with kafka:
        assert kafka.bootstrap == second, "who comes back is where it was"
        assert asyncio.run(read(kafka.bootstrap, 2)) == [b"before the stop", b"before the kill"]


def test_a_kafka_that_dies_while_it_starts_is_explained_by_its_own_last_words(tmp_path):
    (tmp_path / "kafka" / "data").mkdir(parents=True)  # never formatted
    kafka = EmbeddedKafka(tmp_path)
    with pytest.raises(
        ConfigError, match=r"(?s)Kafka ended while it was starting \(exit code 1\).*meta\.properties.*What to do"
    ):
        kafka.start()
    assert kafka.pid == 0


def test_a_heap_that_is_too_small_is_said_before_anything_is_kept(tmp_path):
    with pytest.raises(ConfigError, match=r"(?s)could not format its storage.*OutOfMemoryError.*a larger heap"):
        EmbeddedKafka(tmp_path, heap_mb=2).start()
    assert not (tmp_path / "kafka" / "data").exists()


@pytest.mark.broker
def test_a_port_that_is_taken_is_refused_before_anything_is_started(kafka, tmp_path):
    with pytest.raises(ConfigError, match=rf"127\.0\.0\.1:{kafka.port}: Kafka cannot listen there"):
        EmbeddedKafka(tmp_path, port=kafka.port).start()
    assert not (tmp_path / "kafka" / "data").exists()


def test_a_java_that_is_not_there_is_refused_by_its_path(tmp_path):
    with pytest.raises(ConfigError, match=r"/java: no Java that can be run"):
        EmbeddedKafka(tmp_path, java=tmp_path / "java").start()


@pytest.mark.broker
def test_a_running_broker_is_told_from_a_silent_port(kafka):
    assert speaks_kafka(kafka.port)
    assert not speaks_kafka(free_port())
