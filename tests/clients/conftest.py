"""One collector and one worker for all clients."""

from collections.abc import Iterator

import pytest

from intentflow.adapters.embedded_kafka import EmbeddedKafka
from tests.clients.doors import Doors


@pytest.fixture(scope="session")
def doors(kafka: EmbeddedKafka, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    """A running collector with a worker behind it."""
    stack = Doors(kafka.bootstrap, tmp_path_factory.mktemp("doors"))
    with stack.app:
        try:
            stack.open()
            yield stack
        finally:
            stack.close()
