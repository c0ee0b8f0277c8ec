"""What somebody else wrote into a changelog that is ours (design 8, rule 9)."""

from collections.abc import Iterable

from intentflow.lane.changelog import EPOCH, LogRecord, epoch_of
from intentflow.lane.marks import FENCE, decode_fence


def judge(records: Iterable[LogRecord], epoch: int, token: bytes) -> set[bytes] | str:
    """The keys of void records, written late by an owner that was fenced off; or, in words, why we are the one who must end."""
    late: set[bytes] = set()
    for record in records:
        key, value = record.key, record.value
        if not key or (value is None and not key[0]) or (value is not None and len(value) < EPOCH):
            return f"offset {record.offset} of the changelog is not a record of ours; does something else write to this topic?"
        theirs = int.from_bytes(epoch_of(record), "big")
        if value is not None and key.startswith(FENCE):
            if theirs > epoch and decode_fence(value).token != token:
                return f"fenced off: it has a new owner since offset {record.offset} of its changelog"
        elif theirs < epoch:
            late.add(key)
        else:
            return f"offset {record.offset} of the changelog was written by somebody who holds epoch {theirs}; ours is {epoch}"
    return late
