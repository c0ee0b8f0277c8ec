"""What a batch of records says, as writes: pure. It is given what Redis held before of all that the batch touches.

Records of one partition of one topic come in the order of their offsets, each once: Redis keeps how far it has come, and takes a batch only
from there. What Kafka itself holds twice, since a worker published it again after a crash, is dropped here: a change by its sequence
number, a rejection by its id.
"""

import logging
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from intentflow.domain.fold import Fold
from intentflow.errors import IntentflowError
from intentflow.lane.changelog import Changelog
from intentflow.lane.fetching import Fetched
from intentflow.lane.marks import LEDGER, MODEL, SOURCES, decode_sources
from intentflow.readmodel.books import Books, without_events
from intentflow.readmodel.erasures import ErasureLog, Mark, erases
from intentflow.readmodel.keys import Keys
from intentflow.readmodel.standing import Standing, standing_of
from intentflow.readmodel.told import Told, kept, told_of
from intentflow.readmodel.writes import Writes
from intentflow.wire.changes import decode_change
from intentflow.wire.rejections import Refused, refused_of
from intentflow.wire.rows import is_stub
from intentflow.wire.topic_names import TopicNames

log = logging.getLogger(__name__)


class Before(Struct):
    """What Redis holds of what a batch touches."""

    rows: dict[bytes, bytes] = {}
    histories: dict[bytes, list[Told]] = {}
    marks: dict[bytes, Mark] = {}
    refusals: set[str] = set()  # ids, of those that the batch has
    epochs: dict[int, int] = {}  # of each changelog partition, the highest seen
    ledgers: dict[str, bytes] = {}
    sources: bytes | None = None  # the worker's, as the changelog has them


class Touched(Struct):
    """What a batch touches."""

    leads: set[bytes] = set()  # with rows in the changelog
    told: set[bytes] = set()  # with changes
    named: set[bytes] = set()  # with rejections
    refusals: set[str] = set()
    partitions: set[int] = set()  # of the changelog


def touched_by(batch: Iterable[Fetched], names: TopicNames) -> Touched:
    """What a batch touches."""
    found = Touched()
    for part in batch:
        keys = {record.key for record in part.records if record.key}
        if part.topic == names.changelog:
            found.leads |= {key for key in keys if not key.startswith(b"\0")}
            found.told |= {record.key for record in part.records if erases(record)}
            found.partitions.add(part.partition)
        elif part.topic == names.changes:
            found.told |= keys
        elif part.topic == names.rejections:
            found.named |= keys
            found.refusals |= {one.id for record in part.records if (one := _refused(record)) is not None}
    return found


class Projection:
    """An app's topics, read for one generation."""

    def __init__(self, fold: Fold, names: TopicNames, keys: Keys) -> None:
        self.fold, self.names, self.keys = fold, names, keys

    def of(self, batch: Sequence[Fetched], before: Before, now: int, live: bool) -> Writes:
        """What is to be written. `live`: it is about now, not about long ago: rates are told."""
        writes, parts = Writes(), {topic: [part for part in batch if part.topic == topic] for topic in self._topics}
        for part in parts[self.names.changelog]:
            self._leads(part, before, now, live, writes)
        changes = [record for part in parts[self.names.changes] for record in part.records]
        self._changes(sorted(changes, key=lambda record: record.timestamp), before, writes)
        for part in parts[self.names.rejections]:
            self._refusals(part, before, writes)
        for part in batch:
            writes.put(self.keys.positions, f"{part.topic}/{part.partition}", part.end)
        return writes

    @property
    def _topics(self) -> tuple[str, str, str]:
        return self.names.changelog, self.names.changes, self.names.rejections

    def _leads(self, part: Fetched, before: Before, now: int, live: bool, writes: Writes) -> None:
        log = ErasureLog(before.epochs.get(part.partition, 0))
        without = {record.key for record in part.records if record.value is None}
        log.rows.update({key: before.rows[key] for key in without if key in before.rows})
        log.feed(part.records)
        for key, mark in log.erased.items():
            _erase(key, mark, before, writes)
        rows = {key: row for key, row in log.rows.items() if not is_stub(row) and before.rows.get(key) is not row}
        gone = log.erased.keys() - rows.keys()
        writes.rows |= rows
        writes.gone |= gone
        for key in (*rows, *gone):
            old, new = (
                None if row is None else self._standing(key, row, now) for row in (before.rows.get(key), rows.get(key))
            )
            writes.moved(key, old, new)
        writes.put(self.keys.positions, f"epoch/{part.partition}", log.epoch)
        self._marks(part, log, before, now if live else None, writes)

    def _standing(self, key: bytes, row: bytes, now: int) -> Standing | None:
        try:
            return standing_of(self.fold, key, row, now)
        except msgspec.DecodeError as error:
            raise IntentflowError(
                f"the changelog holds a row that cannot be read ({error}): is this projector older than the worker? Start the same version"
            ) from error

    def _marks(self, part: Fetched, log: Changelog, before: Before, now: int | None, writes: Writes) -> None:
        sources = log.marks.get(SOURCES, before.sources)
        silent = without_events(decode_sources(sources) if sources else ())
        for key, value in log.marks.items():
            if key.startswith(LEDGER):
                source = int(key[len(LEDGER) :])
                books = Books(part.partition, source, part.records)
                writes.put(self.keys.ledgers, books.field, value)
                if now is not None and source not in silent:
                    writes.rates.update(books.rates(before.ledgers.get(books.field), value, now))
            elif key == SOURCES:
                writes.put(self.keys.meta, "sources", value)
            elif key == MODEL:
                writes.put(self.keys.meta, "model", log.model()[0])

    def _changes(self, records: Sequence[Any], before: Before, writes: Writes) -> None:
        for record in records:
            told = _told(record)
            if told is None:
                writes.strange += 1
                continue
            key = told.lead.encode()
            mark = writes.marks.get(key) or before.marks.get(key)
            if told.cause == "erasure":
                _erase(key, Mark(record.timestamp, mark.sequence if mark else 0), before, writes)
            elif mark is None or not mark.covers(record.timestamp, told.sequence):
                _tell(key, told, before, writes)

    def _refusals(self, part: Fetched, before: Before, writes: Writes) -> None:
        seen = before.refusals | {one.id for one in writes.refused}
        for record in part.records:
            one = _refused(record)
            if one is None:
                writes.strange += 1
                continue
            mark = writes.marks.get(record.key) or before.marks.get(record.key)
            if one.id not in seen and (mark is None or record.timestamp > mark.time):
                seen.add(one.id)
                writes.refused.append(kept(one))
                writes.reasons[one.reason] += 1
                writes.refused_from[one.topic] += 1


def _told(record: Any) -> Told | None:
    """The change in a record; None if it is none of ours."""
    try:
        return told_of(decode_change(record.value or b""), record.timestamp)
    except (msgspec.DecodeError, ValueError):
        return None


def _refused(record: Any) -> Refused | None:
    return refused_of(record.headers, record.key, record.value)


def _tell(key: bytes, told: Told, before: Before, writes: Writes) -> None:
    """A change, unless it was told before."""
    history = writes.histories.setdefault(key, list(before.histories.get(key, ())))
    if history and told.sequence <= history[-1].sequence:
        return
    history.append(told)
    writes.feed.append((key, told))
    writes.entered[_entry(told)] += 1


def _entry(told: Told) -> str:
    return f"{told.at[:10]}:{told.to_stage}"


def _erase(key: bytes, mark: Mark, before: Before, writes: Writes) -> None:
    """Nothing stays of what was told of the lead before."""
    known = writes.marks.get(key) or before.marks.get(key) or mark
    writes.marks[key] = mark = Mark(max(mark.time, known.time), mark.sequence)
    told = writes.histories.get(key, before.histories.get(key, []))
    writes.histories[key] = [one for one in told if not mark.covers(one.published, one.sequence)]
    for one in told:
        writes.entered[_entry(one)] -= mark.covers(one.published, one.sequence)
    writes.feed = [one for one in writes.feed if one[0] != key or not mark.covers(one[1].published, one[1].sequence)]
