"""In which order the chunks of a partition's topics are folded (design 4, "Order").

Within a topic, records keep theirs. Between the topics of one partition number the chunk whose first record is the
oldest comes first. A topic of which no chunk is here is waited for only while it is known to have records that are not
here yet, and no longer than a short bound: Kafka Streams' rule (KIP-353), with the lag as the reason to wait.

Before all that comes what is read again after a crash: it was folded once, before anything that is new now, and must find its leads as they
were.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from intentflow.lane.chunk import Chunk, split

PATIENCE = 0.2  # seconds that a partition waits for a topic known to lag
NOTHING: Mapping[tuple[str, int], int] = MappingProxyType({})


class _Source:
    """One topic of one partition: its chunks that are here, how many records are not, and up to which position it is read again."""

    __slots__ = ("again", "chunks", "lag")

    def __init__(self, again: int) -> None:
        self.chunks: deque[Chunk] = deque()
        self.lag, self.again = 0, again


class Intake:
    """The chunks that were fetched and not yet given to be folded. `now` is a monotonic time in seconds.

    `again`: up to which position a source is read again.
    """

    def __init__(self, sources: Iterable[tuple[str, int]], again: Mapping[tuple[str, int], int] = NOTHING) -> None:
        self._partitions: dict[int, dict[str, _Source]] = {}
        for topic, partition in sources:
            self._partitions.setdefault(partition, {})[topic] = _Source(again.get((topic, partition), 0))
        self._waiting: dict[int, float] = {}  # partition -> since when it waits for a topic

    def wanted(self) -> list[tuple[str, int]]:
        """The sources of which no chunk is here: fetch from these."""
        return [
            (topic, n)
            for n, topics in self._partitions.items()
            for topic, source in topics.items()
            if not source.chunks
        ]

    def offer(self, chunk: Chunk) -> None:
        """A chunk is here, after those of its source that are here."""
        source, rest = self._partitions[chunk.partition][chunk.topic], None
        if chunk.start < source.again < chunk.end:
            chunk, rest = split(chunk, len(chunk.records), source.again)
        source.chunks.append(chunk)
        if rest is not None:
            source.chunks.append(rest)

    def lags(self, topic: str, partition: int, records: int) -> None:
        """How many records the broker is known to have of a source that are not here."""
        self._partitions[partition][topic].lag = records

    def choose(self, now: float, room: int) -> list[Chunk]:
        """The chunks to fold next, at most `room`; the partitions take turns."""
        chosen: list[Chunk] = []
        for number in list(self._partitions):
            if len(chosen) >= room:
                break
            chunk = self._next(number, now)
            if chunk is not None:
                chosen.append(chunk)
                self._partitions[number] = self._partitions.pop(number)  # to the end of the line
        return chosen

    def _next(self, number: int, now: float) -> Chunk | None:
        topics = list(self._partitions[number].values())
        if again := [source for source in topics if source.again]:
            return _first_of(again)
        here = [source for source in topics if source.chunks]
        if not here:
            self._waiting.pop(number, None)
            return None
        if any(source.lag > 0 for source in topics if not source.chunks):
            since = self._waiting.setdefault(number, now)
            if now - since < PATIENCE:
                return None
        self._waiting.pop(number, None)
        return _first_of(here)

    def patience(self, now: float) -> float:
        """Seconds until the first partition stops waiting for a topic; infinite if none waits."""
        return min((since + PATIENCE - now for since in self._waiting.values()), default=float("inf"))


def _first_of(sources: Iterable[_Source]) -> Chunk | None:
    """The chunk of these sources whose first record is the oldest, if one is here."""
    source = min((each for each in sources if each.chunks), key=lambda each: each.chunks[0].timestamp, default=None)
    if source is None:
        return None
    chunk = source.chunks.popleft()
    if chunk.end >= source.again:
        source.again = 0
    return chunk
