"""The same credentials, as Faust wants them."""

from typing import Any

from faust.auth import SASLCredentials, SSLCredentials
from faust.types.auth import CredentialsT

from intentflow.adapters.kafka_access import tls
from intentflow.servers import KafkaAccess


def broker_credentials(kafka: KafkaAccess) -> CredentialsT | None:
    """For `faust.App(broker_credentials=...)`; None if one is neither encrypted nor logged in."""
    if kafka.logs_in:
        password: Any = kafka.sasl_password
        return SASLCredentials(
            username=kafka.sasl_username,
            password=password.get_secret_value(),
            mechanism=kafka.sasl_mechanism,
            ssl_context=tls(kafka),
        )
    return SSLCredentials(tls(kafka)) if kafka.encrypted else None
