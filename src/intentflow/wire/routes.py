"""Whether a record is where its key leads to, and what is said if it isn't.

A key is checked when it is new to the table; all new keys of a chunk are hashed in one go.
"""

from collections.abc import Sequence

from intentflow.wire.murmur2 import partition_of, partitions_of
from intentflow.wire.rejections import Rejection


class Route:
    """Which of the keys that are new here don't lead to this partition."""

    def __init__(self, partition: int, partitions: int, strangers: Sequence[bytes]) -> None:
        self.partition, self.partitions = partition, partitions
        found = zip(strangers, partitions_of(strangers, partitions), strict=True)
        self.astray = {key for key, number in found if number != partition}

    def misrouted(self, key: bytes, wanted: bytes) -> Rejection:
        if key != wanted:
            return Rejection(
                "misrouted",
                f"the record's key is {_shown(key)}, its event's is {_shown(wanted)}: send it with that key",
            )
        right = partition_of(key, self.partitions)
        return Rejection(
            "misrouted",
            f"on partition {self.partition}, its key leads to {right}: set the producer's partitioner to murmur2",
        )


def _shown(key: bytes) -> str:
    return repr(key[:60].decode(errors="replace")) if key else "missing"
