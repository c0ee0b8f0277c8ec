"""One partition number of all topics of an app, as it was read: what is judged."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from msgspec import Struct

from intentflow.verify.log import LeadLog, everybody
from intentflow.wire.control import ClockRecord, Erasure, ModelRecord, decode_control
from intentflow.wire.records import Ledger
from intentflow.wire.rejections import Rejection
from intentflow.wire.topic_names import TopicNames
from intentflow.wire.trace_context import TRACEPARENT

Headers = Sequence[tuple[str, bytes]]


class Told(NamedTuple):
    """A record of a source."""

    source: int  # its topic's number
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Headers


class Published(NamedTuple):
    """A record of the changes, or of the notices of carts."""

    offset: int
    id: str  # as its headers say
    value: bytes
    headers: Headers

    def repeats(self, first: "Published") -> bool:
        """Whether it is that record again, byte for byte; of the trace that it came in, which nobody keeps, nothing is asked."""
        return self.value == first.value and _untraced(self.headers) == _untraced(first.headers)


def _untraced(headers: Headers) -> list[tuple[str, bytes]]:
    return [header for header in headers if header[0] != TRACEPARENT]


class Refused(NamedTuple):
    """A record of the rejections."""

    offset: int
    id: str
    topic: str  # of the refused record
    source_offset: int
    reason: str
    key: bytes | None
    value: bytes | None
    cut: bool  # it was too large to be published whole


class Snapshot(Struct):
    """What was read, in this order: committed offsets, changelog, sources up to the books' positions, changes and rejections."""

    partition: int
    partitions: int
    names: TopicNames
    log: LeadLog
    committed: dict[str, int]  # by topic; what was committed before all else was read
    ends: dict[str, int]  # of the sources, likewise
    records: dict[bytes, list[Told]]  # by key; each source's in order; without the control topic's
    control: list[Told]
    changes: dict[bytes, list[Published]]
    rejections: list[Refused]
    notices: dict[bytes, list[Published]] = {}  # of carts
    moved: bool = False  # something was written while this was read
    purged: bool = False  # the rejections of who was erased were taken away; those of others are all there
    only: bytes | None = None  # if this lead alone was read
    wants: Callable[[bytes], bool] = (
        everybody  # of which leads anything was read; of records without a key: whether of b""
    )

    @property
    def topics(self) -> list[str]:
        """The sources by number."""
        return [topic.name for topic in self.log.sources()]

    @property
    def identities(self) -> int | None:
        """The number of the source on which leads tell each other; None if there is none."""
        topics = self.topics
        return topics.index(self.names.identities) if self.names.identities in topics else None

    @property
    def ledgers(self) -> dict[int, Ledger]:
        """The books by source number."""
        return self.log.ledgers()

    def committed_of(self, source: int) -> int:
        """Everything before it is durable and published."""
        return self.committed.get(self.topics[source], 0)

    @property
    def settled(self) -> bool:
        """Whether nothing is under way: all that is there was scored, published and committed, and nothing came meanwhile."""
        return not self.moved and not self.unsettled

    @property
    def unsettled(self) -> list[str]:
        """In words, what of each source is under way."""
        ledgers, found = self.ledgers, []
        for source, topic in enumerate(self.topics):
            end, committed = self.ends.get(topic, 0), self.committed.get(topic, 0)
            position = ledgers[source].position if source in ledgers else 0
            if not end == committed == position and (end or committed or position):
                found.append(
                    f"{topic}-{self.partition} ends at {end}, is counted to {position} and committed to {committed}"
                )
        return found

    @property
    def keys(self) -> list[bytes]:
        """Every lead that anything is known of."""
        if self.only is not None:
            return [self.only]
        return sorted(self.log.rows.keys() | self.records.keys() | self.changes.keys())

    def said(self, told: Told) -> ClockRecord | ModelRecord | Erasure | Rejection:
        """What a control record says."""
        return decode_control(told.key, told.value, self.partition, self.partitions)

    def control_here(self) -> list[Told]:
        """The control records that are judged with these leads: each with one share of the leads."""
        return [told for told in self.control if self.wants(told.key or b"")]

    def clocks(self) -> dict[int, int]:
        """The clock records by offset: the time that each says."""
        said = ((told.offset, self.said(told)) for told in self.control)
        return {offset: each.clock for offset, each in said if isinstance(each, ClockRecord)}

    def models(self) -> dict[int, str]:
        """The hashes of the models that took effect, by offset."""
        said = ((told.offset, self.said(told)) for told in self.control)
        return {offset: each.model for offset, each in said if isinstance(each, ModelRecord)}

    def unwitnessed(self) -> frozenset[bytes]:
        """Leads of which nobody can tell any more what was refused: they were erased, and their rejections are gone."""
        return frozenset(self.erasures()) if self.purged else frozenset()

    def erasures(self) -> dict[bytes, dict[int, int]]:
        """The erasures by lead and offset: the time that each says."""
        found: dict[bytes, dict[int, int]] = {}
        for told in self.control:
            if isinstance(said := self.said(told), Erasure):
                found.setdefault(said.key, {})[told.offset] = said.at
        return found
