"""One collector on a real Kafka, for all tests that need no other."""

from collections.abc import Iterator

import pytest

from intentflow.adapters.embedded_kafka import EmbeddedKafka
from tests.collector.calls import Running, running


@pytest.fixture(scope="session")
def collector(kafka: EmbeddedKafka, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """It runs as a process of its own; a test uses ids of its own names."""
    with running(kafka.bootstrap, tmp_path_factory.mktemp("collector"), "doors") as one:
        yield one
