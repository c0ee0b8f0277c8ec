"""Makes the requests of one endpoint, whatever its kind."""

import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from intentflow.deliver import webhook
from intentflow.deliver.answers import Answer
from intentflow.deliver.endpoint import Endpoint
from intentflow.deliver.hubspot_calls import HubspotCalls
from intentflow.deliver.posting import MOST_BODY, Poster
from intentflow.deliver.queue import Delivery


class Sender:
    """A context manager that speaks to one endpoint."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self._poster = Poster(endpoint)
        self._hubspot = HubspotCalls(self._poster)

    async def __aenter__(self) -> Self:
        await self._poster.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._poster.__aexit__(kind, error, trace)

    async def send(self, deliveries: Sequence[Delivery]) -> list[Answer]:
        """What came of each; all are of different leads. Never raises for what a receiver or a network does."""
        if self.endpoint.kind == "hubspot":
            return await self._hubspot.send(deliveries)
        return [await self._post(delivery) for delivery in deliveries]

    async def look(self) -> Answer:
        """Whether HubSpot lets us in; nothing is changed there."""
        return await self._hubspot.look()

    async def _post(self, delivery: Delivery) -> Answer:
        if len(delivery.body) > MOST_BODY:
            return Answer("too_large", f"{len(delivery.body)} bytes; at most {MOST_BODY} are sent")
        headers = webhook.headers_of(self.endpoint, delivery, int(time.time() * 1000))
        return (await self._poster.post(self.endpoint.url.get_secret_value(), delivery.body, headers)).answer
