"""Who is due: the leads whose stage time alone may change, by the time at which it may.

A heap or an index of all due times costs about 100 bytes a lead. But every row carries its due time in its head
(`wire/rows.py`), so the table itself is the index of the far future: once for every stretch of time the rows are looked
through (80 ns a row), and only what is due within the stretch is held, in buckets of a minute.

What holds: every lead with `0 < due < horizon` is in the bucket of its due time. A bucket may also hold leads whose due time has moved
since; they are dropped when it is emptied.
"""

from collections.abc import Mapping

from intentflow.wire.rows import due_of

STRETCH = 86_400_000  # ms that are held in buckets
WIDTH = 60_000  # ms of one bucket


class Due:
    """The due times of one partition's leads. Times are epoch milliseconds."""

    __slots__ = ("_buckets", "_horizon", "_rows")

    def __init__(self, rows: Mapping[bytes, bytes]) -> None:
        self._rows = rows
        self._buckets: dict[int, list[bytes]] = {}
        self._horizon = 0

    def moved(self, key: bytes, old: int, new: int) -> None:
        """A lead's due time was `old` and is `new`; 0 = none."""
        if not 0 < new < self._horizon:
            return
        number = new // WIDTH
        bucket = self._buckets.get(number)
        if bucket is None:
            self._buckets[number] = [key]
        elif old // WIDTH != number:
            bucket.append(key)

    def up_to(self, time: int) -> list[bytes]:
        """The leads that are due at `time` or before, each once; oldest bucket first. They stay due until `moved` says otherwise."""
        self._look(time)
        last = time // WIDTH
        passed = sorted(number for number in self._buckets if number <= last)
        keys = dict.fromkeys(key for number in passed for key in self._buckets[number] if self._is_due(key, time))
        for number in passed:
            if number < last:
                del self._buckets[number]
        return list(keys)

    def any_by(self, time: int) -> bool:
        """Whether any lead is due at `time` or before."""
        self._look(time)
        last = time // WIDTH
        return any(
            self._is_due(key, time) for number, bucket in self._buckets.items() if number <= last for key in bucket
        )

    def _is_due(self, key: bytes, time: int) -> bool:
        row = self._rows.get(key)
        return row is not None and 0 < due_of(row) <= time

    def _look(self, time: int) -> None:
        """Fill the buckets up to a stretch beyond `time`, if they don't reach so far."""
        if time < self._horizon:
            return
        low, high = self._horizon.to_bytes(8, "big"), (time + STRETCH).to_bytes(8, "big")
        low = max(low, (1).to_bytes(8, "big"))
        for key, row in self._rows.items():
            if low <= row[5:13] < high:
                self._buckets.setdefault(due_of(row) // WIDTH, []).append(key)
        self._horizon = time + STRETCH
