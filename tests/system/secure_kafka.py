"""An Apache Kafka with a second door: TLS, a login by SCRAM, and rights. The first, open one is for the test itself, which may all."""

import asyncio
import subprocess
from collections.abc import Iterable
from pathlib import Path

import trustme
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.protocol.admin import CreateAclsRequest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from intentflow.adapters.embedded_kafka import EmbeddedKafka
from intentflow.adapters.server_process import LOCALHOST, free_port

USER, PASSWORD = "intentflow", "correct horse"
DOOR = """\
listener.name.secure.ssl.keystore.type=PEM
listener.name.secure.ssl.keystore.location={keystore}
listener.name.secure.sasl.enabled.mechanisms=SCRAM-SHA-512
listener.name.secure.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS
"""
TOPIC, GROUP, CLUSTER, TRANSACTIONAL_ID = 2, 3, 4, 5  # as the protocol numbers them, and these too:
READ, WRITE, DESCRIBE, DESCRIBE_CONFIGS = 3, 4, 8, 10
ALL, LITERAL, PREFIXED, ALLOW = 2, 3, 4, 3
Right = tuple[int, str, int, int]  # kind of thing, its name, literal or prefixed, what may be done with it
EVERYTHING: list[Right] = [(TOPIC, "*", LITERAL, ALL), (GROUP, "*", LITERAL, ALL)]


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
        """It answers, and knows the user, who may read and write everything."""
        super().start()
        self.admit(USER, PASSWORD, EVERYTHING)

    def admit(self, user: str, password: str, rights: Iterable[Right]) -> None:
        """Somebody may log in, and do this and nothing else."""
        login = f"SCRAM-SHA-512=[iterations=4096,password={password}]"
        command = [
            *self._jvm, "kafka.admin.ConfigCommand", "--bootstrap-server", self.bootstrap, "--alter", "--add-config", login,
            "--entity-type", "users", "--entity-name", user,
        ]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True)
        asyncio.run(self._grant(user, rights))

    async def _grant(self, user: str, rights: Iterable[Right]) -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap)
        await admin.start()
        try:
            for kind, name, pattern, operation in rights:
                said = CreateAclsRequest(kind, name, pattern, f"User:{user}", "*", operation, ALLOW)
                answer = await admin._send_request(said)
                assert answer.creation_responses[0][0] == 0, answer
        finally:
            await admin.close()

    def _write_settings(self, log_dirs: str) -> Path:
        path = super()._write_settings(log_dirs)
        doors, address = path.read_text(), f",SECURE://{self.secure}"
        for name in ("listeners=", "advertised.listeners="):
            line = next(line for line in doors.splitlines() if line.startswith(name))
            doors = doors.replace(line + "\n", line + address + "\n")
        doors = doors.replace("PLAINTEXT:PLAINTEXT,", "PLAINTEXT:PLAINTEXT,SECURE:SASL_SSL,")
        path.write_text(doors + DOOR.format(keystore=self._keystore))
        return path
