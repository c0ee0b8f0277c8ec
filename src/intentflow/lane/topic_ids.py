"""The ids of topics, and what one may do with them. A topic that was deleted and made again has the same name and another id.

aiokafka 0.14 speaks metadata requests up to version 5; rights come with version 8 and ids with version 10. So the request is spelled out
here, with aiokafka's own words for the wire, and sent through its client.
"""

from collections.abc import Iterable
from io import BytesIO
from typing import Any, ClassVar
from uuid import UUID

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import IncompatibleBrokerVersion
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import Boolean, CompactArray, CompactString, Int16, Int32, Schema, TaggedFields

NO_ID = bytes(16)


class Uuid:
    """16 bytes, as they are."""

    @classmethod
    def encode(cls, value: bytes) -> bytes:
        return value

    @classmethod
    def decode(cls, data: BytesIO) -> bytes:
        return data.read(16)

    @classmethod
    def repr(cls, value: bytes) -> str:
        return value.hex()


class MetadataResponse_v12(Response):  # noqa: N801 - named as aiokafka names them
    API_KEY = 3
    API_VERSION = 12
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "brokers",
            CompactArray(
                ("node_id", Int32),
                ("host", CompactString()),
                ("port", Int32),
                ("rack", CompactString()),
                ("tags", TaggedFields),
            ),
        ),
        ("cluster_id", CompactString()),
        ("controller_id", Int32),
        (
            "topics",
            CompactArray(
                ("error_code", Int16),
                ("topic", CompactString()),
                ("topic_id", Uuid),
                ("is_internal", Boolean),
                (
                    "partitions",
                    CompactArray(
                        ("error_code", Int16),
                        ("partition", Int32),
                        ("leader", Int32),
                        ("leader_epoch", Int32),
                        ("replicas", CompactArray(Int32)),
                        ("isr", CompactArray(Int32)),
                        ("offline", CompactArray(Int32)),
                        ("tags", TaggedFields),
                    ),
                ),
                ("authorized_operations", Int32),
                ("tags", TaggedFields),
            ),
        ),
        ("tags", TaggedFields),
    )


class MetadataRequest_v12(RequestStruct):  # noqa: N801 - named as aiokafka names them
    API_KEY = 3
    API_VERSION = 12
    FLEXIBLE_VERSION = True
    RESPONSE_TYPE = MetadataResponse_v12
    SCHEMA = Schema(
        ("topics", CompactArray(("topic_id", Uuid), ("topic", CompactString()), ("tags", TaggedFields))),
        ("allow_auto_topic_creation", Boolean),
        ("include_topic_authorized_operations", Boolean),
        ("tags", TaggedFields),
    )


class TopicRequest(Request[MetadataRequest_v12]):
    """Metadata of some topics, ids included, and rights if they are asked for."""

    API_KEY: ClassVar[int] = 3

    def __init__(self, topics: Iterable[str], rights: bool = False) -> None:
        self._topics, self._rights = list(topics), rights

    def build(self, request_struct_class: Any) -> Any:
        return request_struct_class([(NO_ID, topic, {}) for topic in self._topics], False, self._rights, {})


async def topic_ids(client: AIOKafkaClient, topics: Iterable[str]) -> dict[str, str]:
    """The id of each topic that is there; empty if the broker is older than Kafka 3.1 and has none."""
    try:
        response = await client.send(client.get_random_node(), TopicRequest(topics))
    except (IncompatibleBrokerVersion, NotImplementedError):
        return {}
    return {topic[1]: str(UUID(bytes=topic[2])) for topic in response.topics if not topic[0] and topic[2] != NO_ID}
