"""What becomes of a request's events on their topics: accepted ones on the events, refused ones on the rejections, in their order."""

from collections.abc import Sequence
from functools import partial

from msgspec import Raw

from intentflow.adapters.delivery import Told
from intentflow.adapters.gathering import GatheringProducer, Header, Item
from intentflow.collector.intake import Ended
from intentflow.collector.metrics import Metrics
from intentflow.collector.records import KnownLinks, Record, partition
from intentflow.wire.rejections import Rejection, collected_headers
from intentflow.wire.topic_names import TopicNames
from intentflow.wire.tracked import Envelope


class Writer:
    """Writes, and tells when Kafka has acknowledged all of it."""

    def __init__(self, producer: GatheringProducer, metrics: Metrics, names: TopicNames, partitions: int) -> None:
        self._producer, self._metrics, self._names, self._partitions = producer, metrics, names, partitions
        self._links = KnownLinks()

    def write(
        self, envelope: Envelope, items: Sequence[bytes | Raw], ends: Sequence[Ended], trace: list[Header], told: Told
    ) -> None:
        """What came of these items is on its way; `told` is called when it is acknowledged, or at once if there is nothing to write.

        Raises UnacknowledgedError; then nothing is.
        """
        out: list[Item] = []
        links: dict[bytes, Record] = {}
        for place, ended in enumerate(ends):
            for record in ended.records:
                if record.joins and self._is_known(record, links, envelope.received):
                    continue
                number = partition(record.key, self._partitions)
                out.append((self._names.events, number, record.key, record.value, trace))
            if ended.rejection is not None:
                out.append(self._rejection(ended.rejection, bytes(items[place]), envelope, place))
        if not out:
            told("")
            return
        for link in links.values():
            self._links.sent(link)
        self._producer.put(
            out, envelope.received, partial(self._written, links, envelope.received, told) if links else told
        )

    def refuse(self, why: Rejection, body: bytes, envelope: Envelope, told: Told) -> None:
        """A whole request, that can't be opened, is on its way to the rejections. Raises UnacknowledgedError."""
        self._producer.put([self._rejection(why, body, envelope, 0)], envelope.received, told)

    def _written(self, links: dict[bytes, Record], now: int, told: Told, why: str) -> None:
        if not why:
            for link in links.values():
                self._links.acknowledged(link, now)
            self._metrics.count("links", by=len(links))
        told(why)

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
