"""What becomes of a request's events on their topics: accepted ones on the events, refused ones on the rejections, in their order."""

from collections.abc import Sequence

from msgspec import Raw

from intentflow.adapters.gathering import GatheringProducer, Header, Item
from intentflow.collector.intake import Ended
from intentflow.collector.records import KnownLinks, Record, partition
from intentflow.wire.rejections import Rejection, collected_headers
from intentflow.wire.topic_names import TopicNames
from intentflow.wire.tracked import Envelope


class Writer:
    """Writes, and returns when Kafka has acknowledged all of it. Raises UnacknowledgedError."""

    def __init__(self, producer: GatheringProducer, names: TopicNames, partitions: int) -> None:
        self._producer, self._names, self._partitions = producer, names, partitions
        self._links = KnownLinks()

    async def write(
        self, envelope: Envelope, items: Sequence[bytes | Raw], ends: Sequence[Ended], trace: list[Header]
    ) -> int:
        """What came of these items. How many links were written."""
        out: list[Item] = []
        links: dict[bytes, Record] = {}
        for place, (item, ended) in enumerate(zip(items, ends, strict=True)):
            for record in ended.records:
                if record.joins and self._is_known(record, links, envelope.received):
                    continue
                number = partition(record.key, self._partitions)
                out.append((self._names.events, number, record.key, record.value, trace))
            if ended.rejection is not None:
                out.append(self._rejection(ended.rejection, bytes(item), envelope, place))
        if not out:
            return 0
        for link in links.values():
            self._links.sent(link)
        await self._producer.put(out, envelope.received)
        for link in links.values():
            self._links.acknowledged(link, envelope.received)
        return len(links)

    async def refuse(self, why: Rejection, body: bytes, envelope: Envelope) -> None:
        """A whole request, that can't be opened."""
        await self._producer.put([self._rejection(why, body, envelope, 0)], envelope.received)

    def _is_known(self, link: Record, links: dict[bytes, Record], now: int) -> bool:
        """Whether a link is written already, by this request or lately; if not, it is noted in `links`."""
        before = links.get(link.key)
        if before is not None and before.joins == link.joins:
            return True
        if before is None and self._links.has(link, now):
            return True
        links[link.key] = link
        return False

    def _rejection(self, why: Rejection, raw: bytes, envelope: Envelope, place: int) -> Item:
        """On any partition: it has no lead."""
        headers = collected_headers(why, envelope.request_id, place, envelope.received)
        return (self._names.rejections, envelope.received % self._partitions, None, raw, headers)
