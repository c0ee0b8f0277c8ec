"""An Apache Kafka with a second door: TLS, and a login by SCRAM. The first, open one is for the test itself."""

import subprocess
from pathlib import Path

import trustme
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from intentflow.adapters.embedded_kafka import EmbeddedKafka
from intentflow.adapters.server_process import LOCALHOST, free_port

USER, PASSWORD = "intentflow", "correct horse"
DOOR = """\
listener.name.secure.ssl.keystore.type=PEM
listener.name.secure.ssl.keystore.location={keystore}
listener.name.secure.sasl.enabled.mechanisms=SCRAM-SHA-512
listener.name.secure.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
"""


class SecureKafka(EmbeddedKafka):
    """`secure` is the door that asks for TLS and a login; `authority` the file that its certificate is checked by."""

    def __init__(self, data: Path) -> None:
        super().__init__(data)
        self.secure_port = free_port()
        self.authority, self._keystore = data / "authority.pem", data / "server.pem"
        authority = trustme.CA()
        own = authority.issue_cert(LOCALHOST)
        key = load_pem_private_key(own.private_key_pem.bytes(), None)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())  # the only form that Kafka reads
        data.mkdir(parents=True, exist_ok=True)
        self._keystore.write_bytes(pem + b"".join(cert.bytes() for cert in own.cert_chain_pems))
        authority.cert_pem.write_to_path(str(self.authority))

    @property
    def secure(self) -> str:
        return f"{LOCALHOST}:{self.secure_port}"

    def start(self) -> None:
        """It answers, and knows the user."""
        super().start()
        login = f"SCRAM-SHA-512=[iterations=4096,password={PASSWORD}]"
        command = [
            *self._jvm,
            "kafka.admin.ConfigCommand",
            "--bootstrap-server",
            self.bootstrap,
            "--alter",
            "--add-config",
            login,
        ]
        subprocess.run([*command, "--entity-type", "users", "--entity-name", USER], check=True, capture_output=True)  # fmt: skip

    def _write_settings(self, log_dirs: str) -> Path:
        path = super()._write_settings(log_dirs)
        doors, address = path.read_text(), f",SECURE://{self.secure}"
        for name in ("listeners=", "advertised.listeners="):
            line = next(line for line in doors.splitlines() if line.startswith(name))
            doors = doors.replace(line + "\n", line + address + "\n")
        doors = doors.replace("PLAINTEXT:PLAINTEXT,", "PLAINTEXT:PLAINTEXT,SECURE:SASL_SSL,")
        path.write_text(doors + DOOR.format(keystore=self._keystore))
        return path
