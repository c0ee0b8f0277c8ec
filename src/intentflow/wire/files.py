"""Files of events: opened, plain or gzipped, and read row by row in one of the formats."""

import gzip
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, cast

from intentflow.errors import RejectedError
from intentflow.wire.access_log import read_access_log
from intentflow.wire.file_rows import Row
from intentflow.wire.jsonl import read_jsonl
from intentflow.wire.snowplow_csv import read_snowplow_csv

Reader = Callable[[BinaryIO], Iterator[Row]]
FORMATS: dict[str, Reader] = {
    "access-log": read_access_log,
    "jsonl": read_jsonl,
    "snowplow-csv": read_snowplow_csv,
}
GZIP = b"\x1f\x8b"


class Source:
    """An open file; `stream` gives its content, unzipped. `size` and `position` count its own bytes, for a progress bar."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("rb")
        zipped = self._file.peek(2)[:2] == GZIP
        self.stream = cast(BinaryIO, gzip.GzipFile(fileobj=self._file)) if zipped else self._file
        self.size = path.stat().st_size if path.is_file() else None  # None: a pipe

    @property
    def position(self) -> int:
        """How many of the file's bytes were read; 0 for a pipe."""
        return 0 if self.size is None else self._file.tell()

    def close(self) -> None:
        self.stream.close()
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_source(path: Path) -> Source:
    """The file, plain or gzipped (told by its first bytes). Raises `RejectedError` if it can't be opened."""
    try:
        return Source(path)
    except OSError as error:
        raise RejectedError(
            f"{path}: {(error.strerror or str(error)).lower()}: give a file that can be read"
        ) from error


def rows(source: Source | Path, format_: str | Reader) -> Iterator[Row]:
    """The rows of a file in order; the format is one of `FORMATS`, or a reader. An empty file has none.

    Raises `RejectedError` where it can't be read on, or isn't of that format.
    """
    if isinstance(source, Path):
        with closing(open_source(source)) as opened:
            yield from rows(opened, format_)
        return
    line = 0
    try:
        for row in (_reader(format_) if isinstance(format_, str) else format_)(source.stream):
            line = row.line
            yield row
    except RejectedError as error:
        raise RejectedError(f"{source.path}: {error}") from error
    except EOFError as error:
        raise RejectedError(f"{source.path}: the gzip file is cut off after line {line}: fetch it again") from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise RejectedError(
            f"{source.path}: the gzip data is damaged after line {line} ({error}): fetch it again"
        ) from error
    except OSError as error:
        raise RejectedError(f"{source.path}: cannot be read after line {line} ({error})") from error


def _reader(format_name: str) -> Reader:
    try:
        return FORMATS[format_name]
    except KeyError:
        raise RejectedError(f"no format {format_name!r}: there are {', '.join(FORMATS)}") from None
