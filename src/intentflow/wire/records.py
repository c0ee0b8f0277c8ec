"""What goes into the core and what comes out of it, chunk by chunk."""

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from intentflow.domain.lead import Lead, Unpublished
from intentflow.wire.rejections import Rejection


class SourceRecord(Protocol):
    """A record of a source topic, as the Kafka client gives it."""

    @property
    def offset(self) -> int: ...
    @property
    def timestamp(self) -> int: ...  # epoch milliseconds
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Sequence[tuple[str, bytes]]: ...


class Ledger(Struct, array_like=True):
    """What became of a source's records, up to a position. Every chunk adds to it; all numbers but `position` add up to the records read.

    An event that was forwarded is counted where it ends: `in = counted + duplicate + rejected` over all sources, once none is on its way.
    """

    position: int = 0  # everything before it is in the counts
    counted: int = 0
    duplicate: int = 0
    rejected: int = 0
    refused: list[int] = []  # offsets whose rejections are not yet known to be published
    forwarded: int = 0  # events sent on to another lead
    passed: int = 0  # messages that are no event: states, links, repeats


Touched = tuple[bytes, Lead, list[Unpublished]]  # key, the lead as it is now, what it has to publish, in order


class Folded(Struct, gc=False):
    """What a chunk did. Leads are touched once each, in no promised order. The counts leave out what the ledger has counted before."""

    leads: list[Touched]
    rejected: list[tuple[SourceRecord, Rejection]]  # to be published, in order; those refused again are among them
    moved: list[tuple[bytes, int]]  # leads that only have another due time now (0 = none); nothing to write
    counted: int = 0
    duplicate: int = 0
    refused: int = 0
    forwarded: int = 0
    passed: int = 0
    skipped: int = 0  # redelivered: at or below the lead's applied offset
    marked: int = 0  # event times in the future, set to the receive time
    strange: list[str] = []  # hashes of models that records say take effect, and that are not ours
    end: int | None = None  # the chunk was cut: only what lies before this offset is in it
    rows: list[
        tuple[bytes, bytes]
    ] = []  # leads that went the short way: they have nothing to publish, and are rows already


TOO_LATE = Rejection(
    "too_late", "more than 7 days behind the lead's newest event, or behind all that is remembered of it"
)
NONE: frozenset[int] = frozenset()
FUTURE = 300_000  # ms that an event may be ahead of the time it was received


def reject(out: Folded, record: SourceRecord, rejection: Rejection) -> None:
    """Refuse a record."""
    out.refused += 1
    out.rejected.append((record, rejection))
