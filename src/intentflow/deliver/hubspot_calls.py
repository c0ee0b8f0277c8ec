"""The calls to HubSpot that one batch of changes takes, in their order: read who may have fallen, clear who has, write all."""

import time
from collections.abc import Callable, Sequence

from msgspec.structs import replace

from intentflow.deliver import hubspot
from intentflow.deliver.answers import Answer
from intentflow.deliver.hubspot import Contact
from intentflow.deliver.posting import Posted, Poster
from intentflow.deliver.queue import Delivery

SPLIT = (400, 409)  # one bad contact fails the whole batch: it is written half by half


class HubspotCalls:
    """What is done with a batch of changes, each of another lead."""

    def __init__(self, poster: Poster) -> None:
        self.poster, self.endpoint = poster, poster.endpoint

    async def send(self, deliveries: Sequence[Delivery]) -> list[Answer]:
        """What came of each."""
        contacts = [hubspot.contact_of(self.endpoint, delivery) for delivery in deliveries]
        found = {delivery.id: Answer("unfit", "no contact can be made of it") for delivery in deliveries}
        for by in sorted({contact.by for contact in contacts if contact is not None}):
            found |= await self._write([contact for contact in contacts if contact is not None and contact.by == by])
        return [found[delivery.id] for delivery in deliveries]

    async def look(self) -> Answer:
        """Whether HubSpot lets us in; nothing is changed there."""
        return (await self._post(hubspot.READ, hubspot.nobody_body())).answer

    async def _write(self, contacts: list[Contact]) -> dict[str, Answer]:
        """Contacts that are known by the same property."""
        failed = await self._clear([contact for contact in contacts if contact.may_fall])
        left = [contact for contact in contacts if contact.delivery.id not in failed]
        return failed | (await self._upsert(left, hubspot.upsert_body) if left else {})

    async def _clear(self, contacts: list[Contact]) -> dict[str, Answer]:
        """Those of which HubSpot has a higher stage of ours have none any more. Returns what came of those where that failed."""
        if not contacts:
            return {}
        posted = await self._post(hubspot.READ, hubspot.read_body(contacts))
        current = hubspot.stages_in(posted.body, contacts[0].by) if posted.answer.word == "ok" else None
        if current is None:
            failed = posted.answer if posted.answer.word != "ok" else Answer("error", "contacts can't be read")
            return {contact.delivery.id: failed for contact in contacts}
        above = [c for c in contacts if hubspot.must_clear(self.endpoint, c, current.get(c.name.lower(), ""))]
        answers = await self._upsert(above, hubspot.clear_body) if above else {}
        return {trace: answer for trace, answer in answers.items() if answer.word != "ok"}

    async def _upsert(self, contacts: list[Contact], body: Callable[[Sequence[Contact]], bytes]) -> dict[str, Answer]:
        posted = await self._post(hubspot.UPSERT, body(contacts))
        if posted.status in SPLIT and len(contacts) > 1:
            half = len(contacts) // 2
            return await self._upsert(contacts[:half], body) | await self._upsert(contacts[half:], body)
        if posted.status == 207:
            answers = hubspot.answers_in(contacts, hubspot.read_said(posted.body))
        else:
            answers = [posted.answer] * len(contacts)
        return {contact.delivery.id: answer for contact, answer in zip(contacts, answers, strict=True)}

    async def _post(self, path: str, body: bytes) -> Posted:
        (token,) = self.endpoint.secrets
        headers = {"Authorization": f"Bearer {token.get_secret_value()}", "Content-Type": "application/json"}
        url = self.endpoint.url.get_secret_value().rstrip("/") + path
        posted = await self.poster.post(url, body, headers, read=True)
        if posted.status == 429 and posted.answer.until is None:
            until = int(time.time() * 1000) + hubspot.PAUSE_MS
            posted = posted._replace(answer=replace(posted.answer, word="throttled", until=until))
        return posted
