"""The worker's books: how many events were scored, and when. A ledger says what became of a source's records up to a position."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from intentflow.lane.marks import Topic, decode_ledger, ledger_key
from intentflow.wire.records import Ledger
from intentflow.wire.topic_names import TopicNames

KEPT_SECONDS = 900  # of rates
SECOND = 1000
CONTROL = TopicNames("").control  # how the name of every control topic ends


class Books:
    """One source's ledger in one partition of the changelog, and the records that it came with."""

    def __init__(self, partition: int, source: int, records: Sequence[Any]) -> None:
        self.field = f"{partition}/{source}"
        key = ledger_key(source)
        self._times = [record.timestamp for record in records if record.key == key]

    def rates(self, before: bytes | None, after: bytes, now: int) -> Counter[str]:
        """Events by second and kind, spread evenly over the time that the records span. Nothing of long ago."""
        times = [time for time in self._times if now - KEPT_SECONDS * SECOND < time <= now + SECOND]
        if not times:
            return Counter()
        old, new = Ledger() if before is None else decode_ledger(before), decode_ledger(after)
        first, last = min(times) // SECOND, max(times) // SECOND
        counts = {"c": new.counted - old.counted, "d": new.duplicate - old.duplicate, "r": new.rejected - old.rejected}
        found: Counter[str] = Counter()
        for kind, count in counts.items():
            for n in range(first, last + 1) if count > 0 else ():
                share = count * (n - first + 1) // (last - first + 1) - count * (n - first) // (last - first + 1)
                found[f"{n}:{kind}"] += share
        return found


def positions_of(ledgers: Mapping[bytes, bytes], sources: Sequence[Topic]) -> dict[tuple[str, int], int]:
    """How far the worker has come, by topic and partition."""
    found = {}
    for field, row in ledgers.items():
        partition, _, source = field.decode().partition("/")
        found[sources[int(source)].name, int(partition)] = decode_ledger(row).position
    return found


def totals_of(ledgers: Mapping[bytes, bytes], sources: Sequence[Topic]) -> Ledger:
    """The ledgers of events added up."""
    total, silent = Ledger(), without_events(sources)
    for field, row in ledgers.items():
        if int(field.partition(b"/")[2]) in silent:
            continue
        one = decode_ledger(row)
        total.counted += one.counted
        total.duplicate += one.duplicate
        total.rejected += one.rejected
    return total


def without_events(sources: Sequence[Topic]) -> set[int]:
    """The numbers of the sources that hold none: what the control topic says is no event."""
    return {number for number, topic in enumerate(sources) if topic.name.endswith(CONTROL)}
