"""Files as records: the rows that go in, and the tally of those that don't."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from intentflow.errors import RejectedError
from intentflow.mapping.mapped import MappedReader
from intentflow.wire.files import Reader, open_source, rows
from intentflow.wire.rejections import Rejection

SHOWN = 20  # refused rows that are told one by one

Advance = Callable[[int, int | None], None]  # bytes read of all files, bytes in all; None = a pipe


class FileRecord(Struct, gc=False):
    """A row as a record: what a consumer would see of it."""

    offset: int
    timestamp: int
    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...] = ()


class Refused(Struct, frozen=True):
    """A row that is no event."""

    file: str
    line: int
    rejection: Rejection
    raw: bytes


class Reading:
    """All rows of some files, once. After it was read: `read`, `latest`, `reasons`, `refused` (the first few). `refuse` is told of each."""

    def __init__(
        self,
        paths: Sequence[Path],
        format_: str | Reader,
        advance: Advance,
        refuse: Callable[[Refused], None] | None = None,
    ) -> None:
        self.paths, self.format = paths, format_
        self.read = self.latest = 0
        self.reasons: Counter[str] = Counter()
        self.refused: list[Refused] = []
        self._advance, self.refuse = advance, refuse
        self.now = int(time.time() * 1000)  # no record is ahead of the broker's clock

    def records(self) -> Iterator[FileRecord]:
        """The good rows, in order. Raises `RejectedError` if a file can't be read on, or if there is not one row in them."""
        sources = [open_source(path) for path in self.paths]
        sizes = [source.size for source in sources]
        total = None if None in sizes else sum(size or 0 for size in sizes)
        before = 0
        for source in sources:
            with source:
                for row in rows(source, self.format):
                    self.read += 1
                    if self.read % 1000 == 0:
                        self._advance(before + source.position, total)
                    if isinstance(row.time, Rejection):
                        self._count(Refused(str(source.path), row.line, row.time, row.value))
                        continue
                    timestamp = min(row.time, self.now)
                    self.latest = max(self.latest, timestamp)
                    yield FileRecord(self.read - 1, timestamp, row.key, row.value)
            before += source.size or 0
        self._advance(before, total)
        if not self.read:
            why = f"all {self.passed_over} rows are passed over by the mapping" if self.passed_over else "empty"
            raise RejectedError(
                f"{', '.join(map(str, self.paths))}: {why}, nothing to replay: give a file with one row at least"
            )

    @property
    def passed_over(self) -> int:
        """Rows of a mapped table that the mapping does not mean; they are not read."""
        return self.format.passed_over if isinstance(self.format, MappedReader) else 0

    def _count(self, row: Refused) -> None:
        self.reasons[row.rejection.reason] += 1
        if len(self.refused) < SHOWN:
            self.refused.append(row)
        if self.refuse is not None:
            self.refuse(row)
