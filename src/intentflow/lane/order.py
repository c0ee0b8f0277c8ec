"""In which order the chunks of a partition's topics are folded (design 4, "Order").

Within a topic, records keep theirs. Between the topics of one partition number the chunk whose first record is the
oldest comes first. A topic of which no chunk is here is waited for only while it is known to have records that are not
here yet, and no longer than a short bound: Kafka Streams' rule (KIP-353), with the lag as the reason to wait.
"""

from collections import deque
from collections.abc import Iterable

from intentflow.lane.chunk import Chunk

PATIENCE = 0.2  # seconds that a partition waits for a topic known to lag


class _Source:
    """One topic of one partition: its chunks that are here, and how many records are not."""

    __slots__ = ("chunks", "lag")

    def __init__(self) -> None:
        self.chunks: deque[Chunk] = deque()
        self.lag = 0


class Intake:
    """The chunks that were fetched and not yet given to be folded. `now` is a monotonic time in seconds."""

    def __init__(self, sources: Iterable[tuple[str, int]]) -> None:
        self._partitions: dict[int, dict[str, _Source]] = {}
        for topic, partition in sources:
            self._partitions.setdefault(partition, {})[topic] = _Source()
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
        self._partitions[chunk.partition][chunk.topic].chunks.append(chunk)

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
        topics = self._partitions[number].values()
        here = [source for source in topics if source.chunks]
        if not here:
            self._waiting.pop(number, None)
            return None
        if any(source.lag > 0 for source in topics if not source.chunks):
            since = self._waiting.setdefault(number, now)
            if now - since < PATIENCE:
                return None
        self._waiting.pop(number, None)
        return min(here, key=lambda source: source.chunks[0].timestamp).chunks.popleft()

    def patience(self, now: float) -> float:
        """Seconds until the first partition stops waiting for a topic; infinite if none waits."""
        return min((since + PATIENCE - now for since in self._waiting.values()), default=float("inf"))
