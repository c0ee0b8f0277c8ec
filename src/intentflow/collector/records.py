"""From events to records: checked as the worker will check them, with the key and the partition that are theirs.

An event that names a lead and a visitor says that they are one person, so their link is written too, on the visitor's partition and in
the place where the event stood among the visitor's. The same link again changes nothing; so that it isn't written with each event,
links that Kafka has acknowledged are remembered for a minute. Not longer: another collector may meanwhile have written that the visitor
is somebody else.
"""

from collections import OrderedDict
from functools import lru_cache

from msgspec import Struct

from intentflow.domain.event import MAX_ID_BYTES, AnyRecord, Link, ids_of, key_of, visitor_key
from intentflow.wire.events import decode, encode
from intentflow.wire.murmur2 import partition_of
from intentflow.wire.rejections import Rejection

LINK_MS = 60_000
LINKS = 50_000  # remembered
SUFFIX = ".link"  # of the id of a link that an event implies


class Record(Struct, frozen=True, gc=False):
    """One record of the events topic."""

    key: bytes
    value: bytes
    joins: bytes = b""  # of a link: the other id's key


def record_of(event: AnyRecord) -> Record | Rejection:
    """The record of an event, or why it would be refused."""
    value = encode(event)
    checked = decode(value)
    if isinstance(checked, Rejection):
        return checked
    if isinstance(checked, Link):
        key = key_of(checked)
        return Record(key, value, next((other for other in ids_of(checked) if other != key), key))
    return Record(key_of(checked), value)


def implied_link(event: AnyRecord, key: bytes) -> Record | None:
    """The link that an event implies whose key is `key`; None if it names no visitor, or nobody else."""
    if isinstance(event, Link) or event.visitor_id is None or not key.startswith(b"l:"):
        return None
    visitor = visitor_key(event.visitor_id)
    if not visitor:
        return None
    name, known = event.event_id + SUFFIX, event.lead_id or event.email
    link = Link(
        event_id=name if len(name.encode()) <= MAX_ID_BYTES else event.event_id,
        occurred_at=event.occurred_at,
        lead_id=known,
        visitor_id=event.visitor_id,
    )
    return Record(visitor, encode(link), key)


class KnownLinks:
    """The links that were acknowledged lately: the newest of each greater id."""

    def __init__(self) -> None:
        self._known: OrderedDict[bytes, tuple[bytes, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def has(self, link: Record, now: int) -> bool:
        """Whether this link was acknowledged within the last minute, and none after it for this id."""
        other, at = self._known.get(link.key, (b"", 0))
        return other == link.joins and now - at < LINK_MS

    def sent(self, link: Record) -> None:
        """A link is on its way: what was known of its id may no longer be so."""
        self._known.pop(link.key, None)

    def acknowledged(self, link: Record, now: int) -> None:
        """Kafka has it."""
        self._known[link.key] = (link.joins, now)
        self._known.move_to_end(link.key)
        if len(self._known) > LINKS:
            self._known.popitem(last=False)


@lru_cache(maxsize=16_384)
def partition(key: bytes, partitions: int) -> int:
    """The partition of a key, remembered: who acts once acts again, and the hash costs 5 us."""
    return partition_of(key, partitions)
