"""A test call to one endpoint: is it there, does it let us in? It needs no Kafka and changes nothing there."""

import time
import uuid

import msgspec

from intentflow.deliver.answers import Answer
from intentflow.deliver.endpoint import Endpoint
from intentflow.deliver.queue import Delivery
from intentflow.deliver.sending import Sender
from intentflow.domain.change import rfc3339

TYPE = "intentflow.ping"


async def ping(endpoint: Endpoint) -> Answer:
    """What came of it. A webhook gets a signed event of type `intentflow.ping`; HubSpot is asked for a contact that there is not."""
    async with Sender(endpoint) as sender:
        if endpoint.kind == "hubspot":
            return await sender.look()
        (answer,) = await sender.send([ping_event(int(time.time() * 1000))])
        return answer


def ping_event(now: int) -> Delivery:
    """A CloudEvent that is no change, at `now` in epoch milliseconds."""
    name = f"ping-{uuid.uuid4().hex}"
    event = {
        "specversion": "1.0",
        "id": name,
        "source": "/intentflow/deliver",
        "type": TYPE,
        "subject": "ping",
        "time": rfc3339(now),
        "datacontenttype": "application/json",
        "data": {"message": "intentflow can reach you, and you can verify its signature"},
    }
    return Delivery(id=name, body=msgspec.json.encode(event), topic="", offset=0, since=now)
