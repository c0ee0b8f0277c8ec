"""The core, called once for a chunk of records: `rows, records -> what was touched, what was refused`.

The lane, `replay --through core` and the benchmark all come in through this door.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from msgspec import Struct

from intentflow.domain.lead import Lead, Unpublished
from intentflow.domain.rules import ScoringModel
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


class Folded(Struct, gc=False):
    """What a chunk did. Leads are touched once each, in no promised order."""

    leads: list[tuple[bytes, Lead, list[Unpublished]]]  # key, the lead as it is now, its new changes in order
    rejected: list[tuple[SourceRecord, Rejection]]
    moved: list[tuple[bytes, int]]  # leads that only have another due time now (0 = none); nothing to write
    counted: int = 0
    duplicate: int = 0
    skipped: int = 0  # redelivered: at or below the lead's applied offset
    marked: int = 0  # event times in the future, set to the receive time


class Scorer:
    """A compiled scoring model and everything needed to fold chunks with it. `sources`: how many source topics there are."""

    def __init__(self, model: ScoringModel, sources: int) -> None:
        raise NotImplementedError

    def fold_events(self, rows: Mapping[bytes, bytes], records: Sequence[SourceRecord], source: int, partition: int, partitions: int) -> Folded:
        """Fold one chunk of one partition of source number `source`. Never raises for what is in a record."""
        raise NotImplementedError

    def fold_clock(self, rows: Mapping[bytes, bytes], keys: Iterable[bytes], time: int, source: int, offset: int) -> Folded:
        """Let everything happen that is due up to `time` (epoch ms) for the leads with these keys; the cause is record `offset` of `source`."""
        raise NotImplementedError
