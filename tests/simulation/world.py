"""An Apache Kafka in memory: one partition of every topic, committed offsets, one consumer group, compaction by Kafka's rule."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from operator import attrgetter
from random import Random
from typing import Any

from intentflow.wire.murmur2 import partition_of
from tests.lane.scenes import Record
from tests.simulation.traffic import CONTROL, IDENTITIES, MINUTE, PARTITION, PARTITIONS, T0, TOPICS
from tests.simulation.witness import Refusal, Witness

CHANGELOG, CHANGES, REJECTIONS, OFFSETS = "changelog", "changes", "rejections", "offsets"
LAG = 10 * MINUTE  # min.compaction.lag.ms
_offset = attrgetter("offset")


class Log:
    """One partition of a topic."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.end = 0

    def append(
        self, key: bytes | None, value: bytes | None, now: int, headers: Sequence[tuple[str, bytes]] = ()
    ) -> Record:
        record = Record(self.end, key, value, now, tuple(headers))
        self.records.append(record)
        self.end += 1
        return record

    def between(self, low: int, high: int) -> list[Record]:
        """The records at offsets in `[low, high)` that are still there."""
        records = self.records
        return records[bisect_left(records, low, key=_offset) : bisect_left(records, high, key=_offset)]

    def mark(self) -> None:
        """A marker of the broker's own takes an offset."""
        self.end += 1


class World:
    """The broker, and the time. Whatever reaches it is told to the witness."""

    def __init__(self, dice: Random, seen: Counter[str], trace: list[str] | None = None) -> None:
        self.dice, self.seen, self.trace = dice, seen, trace
        self.now = T0
        self.sources = {topic.name: Log() for topic in TOPICS}
        self.changelog = Log()
        self.committed: dict[str, int] = {}
        self.generation, self.owner = 0, ""
        self.witness = Witness(seen)

    def say(self, *words: Any) -> None:
        """One line of the trace, if anybody reads it."""
        if self.trace is not None:
            self.trace.append(" ".join(map(str, words)))

    # -- requests ------------------------------------------------------------------------------------------------------

    def take(self, topic: str, items: Sequence[Any], sender: str) -> int:
        """A batch lands. Returns the offset of its first record; of a commit, whether it was accepted."""
        if sender != self.owner and topic != OFFSETS:
            self.seen[f"late landings in {topic}"] += 1
        if topic == CHANGELOG:
            first = self.changelog.end
            for key, value, *headers in items:
                self.witness.logged(self.changelog.append(key, value, self.now, *headers))
            return first
        if topic == CONTROL:
            return self._said(items)
        for item in items:
            if topic == CHANGES:
                self.witness.told(*item)
            elif topic == IDENTITIES:
                self._message(*item)
            elif topic == REJECTIONS:
                self.witness.rejection(item)
            else:
                return self._commit(sender, *item)
        return 0

    def _message(self, to: bytes, payload: bytes) -> None:
        """One lead tells another, who may lie on a partition that nobody looks at here."""
        self.witness.message(to, payload)
        if partition_of(to, PARTITIONS) == PARTITION:
            self.sources[IDENTITIES].append(to, payload, self.now)

    def _said(self, items: Sequence[tuple[bytes, bytes]]) -> int:
        log = self.sources[CONTROL]
        first = log.end
        for key, value in items:
            log.append(key, value, self.now)
        return first

    def _commit(self, sender: str, generation: int, marks: Mapping[str, int]) -> int:
        """Kafka refuses whoever is not of the group's current generation."""
        if (sender, generation) != (self.owner, self.generation):
            self.seen["commits refused"] += 1
            return 0
        self.witness.committed(marks)
        self.committed.update(marks)
        self.seen["commits"] += 1
        return 1

    def hand_to(self, name: str) -> int:
        """The group hands the partition to this process: a new generation."""
        self.generation += 1
        self.owner = name
        return self.generation

    # -- time ----------------------------------------------------------------------------------------------------------

    def pass_time(self, milliseconds: int) -> None:
        """Time passes; but while a late void record waits to be mended, no more than compaction is promised to wait."""
        since = self.witness.unmended_since()
        if since is None or self.now + milliseconds < since + LAG:
            self.now += milliseconds

    def compact(self) -> None:
        """Kafka keeps the last record of each key below the first record that is younger than the lag, and never looks at epochs."""
        log = self.changelog
        old = bisect_left(log.records, self.now - LAG, key=attrgetter("timestamp"))
        cut = old if self.dice.random() < 0.5 else self.dice.randint(0, old)  # segments end anywhere
        last = {record.key: record.offset for record in log.records[:cut]}
        kept = [record for record in log.records[:cut] if last[record.key] == record.offset]
        if len(kept) == cut:
            return
        self.seen["compactions"] += 1
        self._look_at_what_goes(log.records[:cut], last)
        log.records[:cut] = kept
        self.say("compacted below", log.records[len(kept)].offset if len(kept) < len(log.records) else log.end)
        self.witness.compacted(log.records)

    def _look_at_what_goes(self, region: Sequence[Record], last: Mapping[bytes | None, int]) -> None:
        """Count what the epochs' rule is there for: a void record outlived a valid one, and the valid one written again is beyond."""
        top = b""
        valid: set[bytes | None] = set()
        for record in region:
            assert record.key is not None
            if record.value is None:
                valid.discard(record.key)
            elif record.value[:4] >= top:
                top = record.value[:4]
                valid.add(record.key)
            elif record.key in valid:
                self.seen["compactions over a shadowed record"] += 1
                if last[record.key] == record.offset:
                    self.seen["compactions that kept only the void record"] += 1


__all__ = [
    "CHANGELOG",
    "CHANGES",
    "CONTROL",
    "IDENTITIES",
    "LAG",
    "OFFSETS",
    "REJECTIONS",
    "Log",
    "Record",
    "Refusal",
    "World",
]
