"""JSON lines: one event of the contract per line, as it would stand on Kafka."""

from collections.abc import Iterator
from typing import BinaryIO

from intentflow.wire.file_rows import Row, lines, row_of


def read_jsonl(stream: BinaryIO) -> Iterator[Row]:
    """The events of a file of JSON lines; blank lines are passed over."""
    return (row_of(number, line) for number, line in lines(stream) if line.strip())
