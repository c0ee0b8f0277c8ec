"""What one may do with topics and groups: Kafka is asked what it would allow, so that nothing need be written to find out.

The answer is a bit for each operation, at the place that Kafka's protocol numbers it by.
"""

from collections.abc import Iterable
from typing import Any, ClassVar

from aiokafka.client import AIOKafkaClient, CoordinationType
from aiokafka.errors import GroupAuthorizationFailedError, IncompatibleBrokerVersion, TopicAuthorizationFailedError
from aiokafka.protocol.admin import DescribeGroupsRequest_v3, DescribeGroupsResponse_v3
from aiokafka.protocol.api import Request, RequestStruct

from intentflow.lane.topic_ids import TopicRequest


class GroupRequest_v3(RequestStruct):  # noqa: N801 - named as aiokafka names them
    """As aiokafka 0.14 has it, but for the answer: there it is that of version 2, which ends before the rights."""

    API_KEY = 15
    API_VERSION = 3
    RESPONSE_TYPE = DescribeGroupsResponse_v3
    SCHEMA = DescribeGroupsRequest_v3.SCHEMA


class GroupRequest(Request[GroupRequest_v3]):
    """One group, with what we may do with it."""

    API_KEY: ClassVar[int] = 15

    def __init__(self, group: str) -> None:
        self._group = group

    def build(self, request_struct_class: Any) -> Any:
        return request_struct_class([self._group], True)


async def topic_rights(client: AIOKafkaClient, topics: Iterable[str]) -> dict[str, int]:
    """What we may do with each topic that is there: a bit for each operation, at the place that Kafka's protocol numbers it by.

    0 of one that we may not even see. Raises IncompatibleBrokerVersion if the broker is older than Kafka 3.1 and does not tell.
    """
    try:
        response = await client.send(client.get_random_node(), TopicRequest(topics, rights=True))
    except NotImplementedError as error:
        raise IncompatibleBrokerVersion("it does not tell what one may do") from error
    hidden = TopicAuthorizationFailedError.errno
    return {topic[1]: 0 if topic[0] == hidden else topic[5] for topic in response.topics if topic[0] in (0, hidden)}


async def group_rights(client: AIOKafkaClient, group: str) -> int:
    """What we may do with a group, whether there is one or not; 0 if we may not even see it."""
    try:
        coordinator = await client.coordinator_lookup(CoordinationType.GROUP, group)
    except GroupAuthorizationFailedError:
        return 0
    response = await client.send(coordinator, GroupRequest(group))
    [(error, *_, rights)] = response.groups
    return 0 if error else int(rights)
