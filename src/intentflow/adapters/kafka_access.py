"""What every Kafka client of ours is given to get in: the one place where addresses and credentials become arguments."""

import ssl
from pathlib import Path
from typing import Any

from aiokafka.helpers import create_ssl_context

from intentflow.adapters import header_names
from intentflow.errors import ConfigError, ServerMissingError
from intentflow.servers import Kafka, KafkaAccess

header_names.install()  # here, where every client comes by


def client_arguments(kafka: Kafka) -> dict[str, Any]:
    """For aiokafka's producer, consumer and admin client. Raises ConfigError if a certificate or key cannot be read."""
    if isinstance(kafka, str):
        return {"bootstrap_servers": kafka}
    arguments: dict[str, Any] = {
        "bootstrap_servers": kafka.bootstrap,
        "security_protocol": kafka.security_protocol,
        "ssl_context": tls(kafka),
    }
    if kafka.logs_in:
        arguments |= {
            "sasl_mechanism": kafka.sasl_mechanism,
            "sasl_plain_username": kafka.sasl_username,
            "sasl_plain_password": kafka.sasl_password.get_secret_value() if kafka.sasl_password else None,
        }
    return arguments


def tls(kafka: KafkaAccess) -> ssl.SSLContext | None:
    """What checks the broker's certificate and shows ours; None if nothing is encrypted. Raises ConfigError as above."""
    if not kafka.encrypted:
        return None
    try:
        return create_ssl_context(  # type: ignore[no-any-return]  # aiokafka says nothing of its types
            cafile=kafka.tls_ca,
            certfile=kafka.tls_cert,
            keyfile=kafka.tls_key,
            # without one OpenSSL would ask the terminal
            password=kafka.tls_key_password.get_secret_value() if kafka.tls_key_password else "",
        )
    except (OSError, ssl.SSLError) as error:
        files = (
            ", ".join(f"{name}={path}" for name, path in _files(kafka).items() if path) or "the system's authorities"
        )
        raise ConfigError(f"TLS to Kafka: {error} ({files}): PEM files that this user can read are wanted") from error


def unreachable(kafka: Kafka, error: BaseException, within: str = "") -> ServerMissingError:
    """What to say when no client gets in: the client library does not tell whether nobody is there, or somebody who lets nobody in."""
    if isinstance(kafka, KafkaAccess) and (kafka.encrypted or kafka.logs_in):
        return ServerMissingError(
            f"no Kafka answers at {kafka}{within}, or none that lets us in ({error}): look at sasl_username, sasl_password and tls_ca; "
            "the broker's log says what it did not like"
        )
    return ServerMissingError(
        f"no Kafka answers at {kafka}{within} ({error}): start one with `intentflow up`, or name yours with --bootstrap "
        "(INTENTFLOW_BOOTSTRAP); does it ask for TLS or a login (security_protocol)?"
    )


def _files(kafka: KafkaAccess) -> dict[str, Path | None]:
    return {"tls_ca": kafka.tls_ca, "tls_cert": kafka.tls_cert, "tls_key": kafka.tls_key}
