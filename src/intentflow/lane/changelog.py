"""Reading a changelog by its rules (design 8, rule 10): one piece of code for recovery, `explain`, replay and the read model.

The changelog is a log with a single writer. Whoever takes a partition writes a fence with an epoch above all before it;
every record carries its writer's epoch. A writer that was fenced off may not know it yet, and its last records may land
behind the fence: **a record whose epoch is below the highest seen before it is void**. The last valid record of a key
wins. Compaction doesn't know of epochs and may keep only the void one; so the owner writes again every key whose latest
record is void, long before `min.compaction.lag.ms` is over.

A tombstone has no value that could bear an epoch, so it bears it in a header, and it counts only over a stub (`wire/rows.py`): over a
lead that lives it is void, whoever wrote it. Over nothing it says nothing new: compaction has taken the stub before it. A void record of
a lead that is not there, because it never began or is gone, is covered by a tombstone: the cleaner would keep it for ever.

Nothing here decodes a lead, so reading runs as fast as the client parses.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from intentflow.errors import ConfigError, IntentflowError
from intentflow.lane.marks import (
    FENCE,
    LEDGER,
    MODEL,
    SOURCES,
    Fence,
    Topic,
    decode_fence,
    decode_ledger,
    decode_model,
    decode_sources,
)
from intentflow.wire.records import Ledger
from intentflow.wire.rows import FORMAT, READ, VERSION, format_of, is_stub, with_epoch

EPOCH = 4  # bytes
EPOCH_HEADER = "epoch"  # of a tombstone, as in a value


class LogRecord(Protocol):
    """A record of a changelog, as the Kafka client gives it."""

    @property
    def offset(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Sequence[tuple[str, bytes]]: ...


class Changelog:
    """One partition of a changelog, as far as it has been read."""

    __slots__ = ("_top", "fences", "last_fence", "marks", "outranked", "records", "rows", "shadowed", "voided")

    def __init__(self, epoch: int = 0) -> None:
        """`epoch`: the highest that was seen before, for a reader that goes on where it once stopped."""
        self.rows: dict[bytes, bytes] = {}  # lead's key -> the changelog's own bytes
        self.marks: dict[bytes, bytes] = {}  # ledgers, sources and the model, likewise
        self.shadowed: set[bytes] = set()  # keys whose latest record is void: to be written again
        self.records = self.voided = self.fences = 0
        self.last_fence: Fence | None = None
        self.outranked = False  # whether an equal or higher epoch came before the last fence: then it fenced nothing
        self._top = epoch.to_bytes(EPOCH, "big")

    @property
    def epoch(self) -> int:
        """The highest seen."""
        return int.from_bytes(self._top, "big")

    def feed(self, records: Sequence[LogRecord]) -> None:
        """Take records in the order of their offsets. Raises `IntentflowError` for what nobody of ours can have written, `ConfigError`
        for what only a newer version can have."""
        rows, shadowed, top = self.rows, self.shadowed, self._top
        self.records += len(records)
        for record in records:
            key, value = record.key, record.value
            if not key or (value is not None and len(value) <= EPOCH):
                raise IntentflowError(
                    f"changelog, offset {record.offset}: not a record of ours; does something else write to this topic?"
                )
            if not key[0]:
                top = self._mark(record.offset, key, value, top)
            elif value is None:
                self._gone(key, epoch_of(record) >= top)
            elif (epoch := value[:EPOCH]) >= top:
                if value[EPOCH] & FORMAT not in READ:
                    raise newer(record.offset, value)
                top = epoch
                rows[key] = value
                if shadowed:
                    shadowed.discard(key)  # written again already
            else:
                shadowed.add(key)
                self.voided += 1
        self._top = top

    def _gone(self, key: bytes, current: bool) -> None:
        """A tombstone (design 8, rule 15). `current`: no higher epoch came before it."""
        row = self.rows.get(key)
        if row is None or (current and is_stub(row)):
            self.rows.pop(key, None)
            self.shadowed.discard(key)
        else:
            self.shadowed.add(key)
            self.voided += 1

    def _mark(self, offset: int, key: bytes, value: bytes | None, top: bytes) -> bytes:
        if value is None:
            raise IntentflowError(f"changelog: a tombstone for {key!r}; does something else write to this topic?")
        epoch = value[:EPOCH]
        if key.startswith(FENCE):
            self.fences += 1
            self.last_fence, self.outranked = decode_fence(value), top >= epoch
        elif epoch >= top:
            if value[EPOCH] & FORMAT not in READ:
                raise newer(offset, value)
            self.marks[key] = value
            self.shadowed.discard(key)
        else:
            self.shadowed.add(key)
            self.voided += 1
        return max(top, epoch)

    def sources(self) -> list[Topic]:
        """The sources by number; empty in a changelog that nobody has taken yet."""
        row = self.marks.get(SOURCES)
        return [] if row is None else decode_sources(row)

    def model(self) -> tuple[str, int]:
        """The hash of the scoring model that took effect last, empty if none has yet; and when (epoch ms), 0 if that is not known."""
        row = self.marks.get(MODEL)
        return ("", 0) if row is None else decode_model(row)

    def ledgers(self) -> dict[int, Ledger]:
        """What became of each source's records, by source number."""
        return {
            int(key[len(LEDGER) :]): decode_ledger(row) for key, row in self.marks.items() if key.startswith(LEDGER)
        }

    def again(self, keys: Iterable[bytes], epoch: int) -> list[tuple[bytes, bytes | None]]:
        """The last valid records of these keys, as the owner with that epoch writes them once more; a tombstone for a lead without one."""
        found = ((key, self.rows.get(key) or self.marks.get(key)) for key in keys)
        return [(key, None if row is None else with_epoch(epoch, row)) for key, row in found if row or key[0]]


def newer(offset: int, value: bytes) -> ConfigError:
    """A record that another version than ours has written."""
    return ConfigError(
        f"changelog, offset {offset}: format {format_of(value)}, and this intentflow reads up to {VERSION}: a newer version has "
        "written here. Nothing is lost: install that version again, wherever this app is read (docs/operations.md, Upgrading)"
    )


def epoch_of(record: LogRecord) -> bytes:
    """The epoch of whoever wrote a record, big-endian. A tombstone that bears none is as old as can be."""
    if record.value is not None:
        return record.value[:EPOCH]
    return next((value for name, value in record.headers if name == EPOCH_HEADER), bytes(EPOCH))


def headers_of_tombstone(epoch: int) -> list[tuple[str, bytes]]:
    """The headers of a tombstone that the owner with that epoch writes."""
    return [(EPOCH_HEADER, epoch.to_bytes(EPOCH, "big"))]


def ledger_sums(logs: Iterable[Changelog]) -> Mapping[str, Ledger]:
    """The ledgers of all partitions added up, by topic. A position is the sum of positions: how many records lie before them."""
    sums: dict[str, Ledger] = {}
    for log in logs:
        topics = log.sources()
        for source, ledger in log.ledgers().items():
            total = sums.setdefault(topics[source].name, Ledger())
            total.position += ledger.position
            total.counted += ledger.counted
            total.duplicate += ledger.duplicate
            total.rejected += ledger.rejected
            total.forwarded += ledger.forwarded
            total.passed += ledger.passed
    return sums
