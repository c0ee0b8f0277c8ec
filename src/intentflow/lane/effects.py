"""What the protocol asks of the world, as values: one effect, one thing that a crash may fall before or after.

The protocol (`protocol.py`) answers every event with a list of these; whoever performs them reports back with the event
named beside each.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from msgspec import Struct

from intentflow.domain.lead import Unpublished
from intentflow.lane.marks import Fence
from intentflow.wire.records import SourceRecord
from intentflow.wire.rejections import Header, Rejection

Changes = Sequence[tuple[bytes, Sequence[Unpublished]]]  # per lead, in order
Items = Sequence[tuple[bytes, bytes | None]]
Refused = Sequence[tuple[SourceRecord, Rejection]]
Traces = Mapping[
    tuple[int, int], list[Header]
]  # source and offset of a cause -> its trace context; of most there is none
NO_TRACES: Traces = MappingProxyType({})


class ReadLog(Struct, frozen=True):
    """Read the changelog from its beginning to its end into `Partition.log` → `read_to_end`."""


class WriteFence(Struct, frozen=True):
    """Write this fence to the changelog → `fence_landed(offset)`."""

    fence: Fence


class ReadOn(Struct, frozen=True):
    """Read the changelog on, up to this position, into `Partition.log` → `read_on`."""

    end: int


class Seek(Struct, frozen=True):
    """Find and seek the position of every source → `sought(places)`."""


class WriteLog(Struct, frozen=True):
    """Write these records to the changelog, in order, after those of every earlier `WriteLog` → `landed(ticket, batches)`.

    One without a value is a tombstone: it bears the epoch in its headers.
    """

    ticket: int
    items: Items
    epoch: int


class ReadGap(Struct, frozen=True):
    """Read these ranges of the changelog, which hold what somebody else wrote → `gap_read(ticket, records)`."""

    ticket: int
    ranges: Sequence[tuple[int, int]]


class Publish(Struct, frozen=True):
    """Publish, in order, after those of every earlier `Publish`; acknowledged → `published(ticket)`."""

    ticket: int
    topic: str  # where the refused records came from
    changes: Changes
    refused: Refused
    received: int = 0  # when the oldest record was that caused it, in epoch milliseconds; 0 = not known
    traces: Traces = NO_TRACES


class Stop(Struct, frozen=True):
    """End the process at once, without a commit. 70: the supervisor starts it again; 2: somebody must change something first."""

    reason: str
    exit_code: int = 70


Effect = ReadLog | WriteFence | ReadOn | Seek | WriteLog | ReadGap | Publish | Stop
