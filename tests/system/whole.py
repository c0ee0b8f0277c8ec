"""All parts of intentflow as processes, each knowing secrets, and people who tell them what is nobody else's business."""

import asyncio
import contextlib
import http.client
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from intentflow.adapters.embedded_parts import EmbeddedParts
from intentflow.adapters.embedded_valkey import EmbeddedValkey
from intentflow.adapters.producing import BatchProducer
from intentflow.adapters.server_process import LOCALHOST, free_port
from intentflow.adapters.topic_specs import app_topics
from intentflow.adapters.topics import ensure
from intentflow.collector.keyfile import add_key
from intentflow.console.tokens import make_token
from intentflow.deliver.topics import topics as deliver_topics
from intentflow.settings import Settings
from intentflow.wire.topic_names import TopicNames
from tests.system.records import records_of
from tests.system.secure_kafka import (
    DESCRIBE,
    DESCRIBE_CONFIGS,
    GROUP,
    LITERAL,
    PREFIXED,
    READ,
    TOPIC,
    TRANSACTIONAL_ID,
    WRITE,
    Right,
    SecureKafka,
)

DOCS = Path(__file__).parents[2] / "docs" / "security.md"
NAME = "canaries"
PATIENCE_SECONDS = 60.0
REDIS, SASL, HOOK, USER = "redis-canary-pw", "sasl-canary-pw", "hook-canary-path", "all-parts"
SIGNING = "whsec_Y2FuYXJ5LWNhbmFyeS1jYW5hcnktY2FuYXJ5LTE="  # made up for this test
ADDRESS = "203.0.113.77"
ENDPOINTS = """\
deliver: 1
endpoints:
  crm:
    url: {env: CANARY_URL}
    secrets: [{env: CANARY_SECRET}]
    allow_networks: [127.0.0.0/8]
"""


class Whole:
    """The running stack, on one partition; `settings.data` has its logs."""

    def __init__(self, settings: Settings, kafka: str, key: str, token: str) -> None:
        self.settings, self.kafka, self.key, self.token = settings, kafka, key, token
        self.valkey = settings.redis_url.get_secret_value() if settings.redis_url else ""
        self.names = TopicNames(settings.prefix, settings.app_id)

    def call(self, port: int, method: str, path: str, body: object = None, **headers: str) -> tuple[int, str]:
        """One request, as it is said; bytes go as they are."""
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        said = {name.replace("_", "-"): text for name, text in headers.items()}
        with contextlib.closing(http.client.HTTPConnection(LOCALHOST, port, timeout=10)) as connection:
            connection.request(method, path, data, said)
            answer = connection.getresponse()
            return answer.status, answer.read().decode(errors="replace")

    def collect(self, path: str, body: object, **headers: str) -> tuple[int, str]:
        """To the collector, with its key unless another is said."""
        return self.call(
            self.settings.collector_port, "POST", path, body, **{"Authorization": f"Bearer {self.key}", **headers}
        )

    def look(self, path: str, method: str = "GET", **headers: str) -> tuple[int, str]:
        """At the console, with its token unless another is said."""
        return self.call(
            self.settings.console_port, method, path, **{"Authorization": f"Bearer {self.token}", **headers}
        )

    async def put(self, *records: tuple[bytes | None, bytes]) -> None:
        """Straight onto the events topic."""
        async with BatchProducer(self.kafka) as producer:
            for key, value in records:
                await producer.add(self.names.events, 0, key, value, int(time.time() * 1000))

    def read(self, topic: str) -> list[Any]:
        """The records of a topic."""

        async def collect() -> list[Any]:
            return [record async for record in records_of(self.kafka, topic)]

        return asyncio.run(collect())

    def metrics(self) -> dict[str, str]:
        """What each part tells Prometheus."""
        said = self.settings
        ports = {
            "worker": said.metrics_port, "collector": said.collector_metrics_port, "projector": said.projector_metrics_port,
            "deliver": said.deliver_metrics_port,
        }  # fmt: skip
        return {part: self.call(port, "GET", "/metrics")[1] for part, port in ports.items()}

    def logs(self) -> dict[str, str]:
        """What each part has said."""
        return {path.stem: path.read_text(errors="replace") for path in self.settings.data.glob("*.log")}


@contextlib.contextmanager
def whole(kafka: SecureKafka, folder: Path) -> Iterator[Whole]:
    """Worker, collector, console with its projector, and deliverer, all of them ready, until the end of the block."""
    key, (token, kept) = add_key(folder / "collector-keys.yaml", "site", "server"), make_token("operator")
    (folder / "deliver.yaml").write_text(ENDPOINTS)
    with pytest.MonkeyPatch.context() as patch, EmbeddedValkey(folder) as valkey:
        patch.setenv("CANARY_SECRET", SIGNING)
        patch.setenv("CANARY_URL", f"http://{LOCALHOST}:{free_port()}/{HOOK}")  # where nobody listens
        with redis.Redis.from_url(valkey.url) as client:
            client.config_set("requirepass", REDIS)
        doors = ("metrics", "collector", "collector_metrics", "console", "projector_metrics", "deliver_metrics")
        said: dict[str, Any] = {f"{door}_port": free_port() for door in doors}
        settings = Settings(
            bootstrap=kafka.secure, security_protocol="SASL_SSL", tls_ca=kafka.authority, sasl_username=USER, sasl_password=SASL,
            app_id=NAME, prefix=NAME, partitions=1, family_topics=False, data=folder, console_tokens=(kept,),
            redis_url=valkey.url.replace("redis://", f"redis://:{REDIS}@"), deliver_endpoints=folder / "deliver.yaml", **said,
        )  # fmt: skip
        one = Whole(settings, kafka.bootstrap, key, token)
        for specs in (app_topics(one.names, partitions=1), deliver_topics(settings)):  # they have some in common
            asyncio.run(ensure(kafka.bootstrap, specs))
        kafka.admit(USER, SASL, rights(one.names))
        with EmbeddedParts(settings, ("worker", "collector", "console", "deliver")) as parts:
            eventually(lambda: _is_ready(one, parts), f"all parts to be ready: {folder}")
            yield one


def rights(names: TopicNames) -> list[Right]:
    """What docs/security.md says that the parts need of Kafka, all together."""
    rows = re.findall(
        r"^\| [a-z ]+ \| (.*?) ?\| (.*?) ?\| (.*?) ?\|$", DOCS.read_text().partition("## Who needs")[2], re.MULTILINE
    )

    def named(cell: str) -> list[str]:
        said = cell.replace("<prefix>", names.prefix).replace("<app_id>", names.app_id)
        return re.findall(r"`([^`]+)`", said)

    found: set[Right] = set()
    for reads, writes, groups in rows:
        for operation, cell in ((READ, reads), (WRITE, writes)):
            found |= {
                (TOPIC, topic, LITERAL, of) for topic in named(cell) for of in (operation, DESCRIBE, DESCRIBE_CONFIGS)
            }
        found |= {(GROUP, group, LITERAL, READ) for group in named(groups)}
        found |= {(TRANSACTIONAL_ID, group, PREFIXED, WRITE) for group in named(groups) if group.endswith("-deliver")}
    return sorted(found)


def _is_ready(one: Whole, parts: EmbeddedParts) -> bool:
    parts.require_alive()
    try:
        one.metrics()
        ready = [
            (one.settings.metrics_port, "/ready"),
            (one.settings.collector_port, "/ready"),
            (one.settings.console_port, "/healthz"),
        ]
        return all(one.call(port, "GET", path)[0] == 200 for port, path in ready)
    except OSError:
        return False


def eventually(holds: Any, what: str) -> None:
    """Wait until it holds; fail with `what` if it never does."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, f"waited {PATIENCE_SECONDS:g} s for {what}"
        time.sleep(0.1)
