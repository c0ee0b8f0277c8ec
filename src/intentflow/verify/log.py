"""A changelog read for verification: by the rules of every reader, and with the history that recovery has no use for.

A log that was never compacted tells in which order its owner folded the records of several topics: each row of a lead says how far each
source was applied to it, and a chunk comes from one source. So two rows that follow each other say what came in between.
"""

from collections.abc import Callable, Sequence

from msgspec import Struct

from intentflow.lane.changelog import Changelog, LogRecord
from intentflow.lane.marks import LEDGER, decode_ledger
from intentflow.wire.rows import decode_row, is_stub


class Written(Struct, frozen=True, gc=False):
    """A valid row of a lead, where it lies, and what it says of the way so far."""

    offset: int
    applied: tuple[int, ...]  # by source number
    sequence: int
    stub: bool = False  # the lead was erased; `applied` is empty if it is a tombstone


def everybody(_: bytes) -> bool:
    """Any lead."""
    return True


class LeadLog(Changelog):
    """One partition of a changelog; `follow` says of which leads the history is kept, `wants` of which anything is."""

    __slots__ = ("counted_at", "follow", "history", "last_at", "next", "wants")

    def __init__(
        self, follow: Callable[[bytes], bool] = lambda _: False, wants: Callable[[bytes], bool] = everybody
    ) -> None:
        super().__init__()
        self.follow, self.wants = follow, wants
        self.history: dict[bytes, list[Written]] = {}
        self.last_at: dict[bytes, int] = {}  # lead -> where its valid row lies
        self.counted_at: dict[int, tuple[int, int]] = {}  # source -> its position, and where the log first said so
        self.next = 0

    def feed(self, records: Sequence[LogRecord]) -> None:
        """Take records in the order of their offsets."""
        for record in records:
            before = len(self.rows)
            super().feed((record,))
            self.next = record.offset + 1
            key, value = record.key, record.value
            if key is not None and key[0] and not self.wants(key):
                self.rows.pop(key, None)
                self.shadowed.discard(key)
                continue
            if key is not None and len(self.rows) < before and self.follow(key):
                self.history.setdefault(key, []).append(Written(record.offset, (), 0, stub=True))
            if key is None or value is None:
                continue
            if self.rows.get(key) is value:
                self._note(key, value, record.offset)
            elif key.startswith(LEDGER) and self.marks.get(key) is value:
                source, position = int(key[len(LEDGER) :]), decode_ledger(value).position
                if position > self.counted_at.get(source, (-1, 0))[0]:
                    self.counted_at[source] = position, record.offset

    def _note(self, key: bytes, row: bytes, offset: int) -> None:
        self.last_at[key] = offset
        if self.follow(key):
            lead = decode_row(row)
            self.history.setdefault(key, []).append(Written(offset, tuple(lead.applied), lead.sequence, is_stub(row)))

    @property
    def whole(self) -> bool:
        """Whether no record was compacted away yet: then the history is complete."""
        return self.records == self.next
