"""The one Kafka with a login that the tests of the system share."""

from collections.abc import Iterator

import pytest

from tests.system.secure_kafka import SecureKafka


@pytest.fixture(scope="session")
def secure_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecureKafka]:
    """At `secure_kafka.secure` one has to log in over TLS, and may what one was allowed; at `bootstrap` anybody may all."""
    with SecureKafka(tmp_path_factory.mktemp("secure")) as kafka:
        yield kafka
