"""How one gets into Kafka: where it is, and what it must be shown."""

from pathlib import Path

from msgspec import Struct
from pydantic import SecretStr


class KafkaAccess(Struct, frozen=True):
    """Addresses and credentials, as `settings.kafka` has them. As text it is the addresses alone."""

    bootstrap: str
    security_protocol: str = "PLAINTEXT"
    sasl_mechanism: str = "PLAIN"
    sasl_username: str | None = None
    sasl_password: SecretStr | None = None
    tls_ca: Path | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None
    tls_key_password: SecretStr | None = None

    def __str__(self) -> str:
        return self.bootstrap

    @property
    def encrypted(self) -> bool:
        """Whether what goes over the wire can be read on it."""
        return self.security_protocol in {"SSL", "SASL_SSL"}

    @property
    def logs_in(self) -> bool:
        """Whether it is told a name and a password."""
        return self.security_protocol.startswith("SASL")


Kafka = KafkaAccess | str  # an address alone: no encryption and no login
