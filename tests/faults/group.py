"""The workers' group and topics, from outside: who is in it, who is thrown out, how far it has come."""

import contextlib
from collections.abc import AsyncIterator, Iterable, Mapping

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from aiokafka.protocol.group import LeaveGroupRequest

from intentflow.adapters.offsets import Offsets


@contextlib.asynccontextmanager
async def admin_of(bootstrap: str) -> AsyncIterator[AIOKafkaAdminClient]:
    """A client that is connected."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


async def evict(bootstrap: str, group: str, luck: float) -> bool:
    """One member is out of the group and doesn't know it yet; whether there was one. `luck` in [0, 1) says which.

    Only of a group at rest: to one that is thrown out while it waits for its partitions, the coordinator never answers.
    """
    with contextlib.suppress(KafkaError):
        async with admin_of(bootstrap) as admin:
            [response] = await admin.describe_consumer_groups([group])
            [(_, _, state, _, _, described, *_)] = response.groups
            if state != "Stable":
                return False
            chosen = sorted(member[0] for member in described)[int(luck * len(described))]
            answer = await admin._send_request(LeaveGroupRequest(group, chosen), await admin.find_coordinator(group))
            return not answer.error_code
    return False


async def lag(bootstrap: str, group: str, topics: Iterable[str], partitions: int) -> int:
    """Records of these topics that the group has not committed."""
    async with Offsets(bootstrap) as offsets:
        ends = await offsets.ends(topics, partitions)
        committed = await offsets.committed(group)
        return sum(end - committed.get(where, 0) for where, end in ends.items())


async def leader_of(bootstrap: str, topic: str, partition: int) -> int:
    """The number of the node that leads a partition; -1 if none does."""
    async with admin_of(bootstrap) as admin:
        [described] = await admin.describe_topics([topic])
        found: Mapping[int, int] = {one["partition"]: one["leader"] for one in described["partitions"]}
        return found.get(partition, -1)
