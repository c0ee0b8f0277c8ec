"""Rows into a file, by its name: Parquet, CSV or JSON lines. It is written beside its place and moved there, so that no half one is found.

A spreadsheet takes a text that begins with =, +, - or @ for a formula, and what it does with it is not up to us; so in CSV such a text is
written behind an apostrophe (OWASP, "CSV Injection"). Numbers are left as they are.
"""

import csv
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from intentflow.errors import ConfigError

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")  # noqa: RUF001 - full-width ones are read likewise
Write = Callable[[Sequence[msgspec.Struct]], None]
_line = msgspec.json.Encoder().encode


@contextmanager
def table(path: Path, kind: type[msgspec.Struct]) -> Iterator[Write]:
    """Takes rows of that kind, as many at a time as one likes; the file is there when all is well in the end.

    Raises ConfigError if the name says no format that we write, the folder is not there, or the disk does not take it.
    """
    writers = {".csv": _csv, ".jsonl": _jsonl, ".ndjson": _jsonl, ".parquet": _parquet}
    writer = writers.get(path.suffix.lower())
    if writer is None:
        raise ConfigError(f"{path}: a name ends in .parquet, .csv or .jsonl, which says the format")
    if not path.parent.is_dir():
        raise ConfigError(f"{path}: there is no folder {path.parent}")
    half = path.with_name(f".{path.name}.half")
    try:
        with writer(half, kind) as write:
            yield write
        half.replace(path)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written ({error}): make room there, or name another place") from error
    finally:
        half.unlink(missing_ok=True)


@contextmanager
def _csv(path: Path, kind: type[msgspec.Struct]) -> Iterator[Write]:
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\r\n")  # RFC 4180
        rows.writerow(kind.__struct_fields__)
        yield lambda many: rows.writerows(
            [_cell(getattr(one, name)) for name in kind.__struct_fields__] for one in many
        )


def _cell(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return value.isoformat(timespec="milliseconds").replace("+00:00", "Z") if isinstance(value, datetime) else value


@contextmanager
def _jsonl(path: Path, _: type[msgspec.Struct]) -> Iterator[Write]:
    with path.open("wb") as file:
        yield lambda many: file.writelines(_line(one) + b"\n" for one in many)


@contextmanager
def _parquet(path: Path, kind: type[msgspec.Struct]) -> Iterator[Write]:
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as error:
        raise ConfigError("Parquet needs pyarrow: pip install 'intentflow[export]', or write .csv or .jsonl") from error
    types = {str: pa.string(), float: pa.float64(), int: pa.int64(), datetime: pa.timestamp("ms", tz="UTC")}
    hints = msgspec.structs.fields(kind)
    schema = pa.schema(
        [pa.field(one.name, types[_bare(one.type)], nullable=_bare(one.type) is not one.type) for one in hints]
    )
    with parquet.ParquetWriter(path, schema, compression="zstd") as file:
        yield lambda many: file.write_table(pa.Table.from_pylist([msgspec.structs.asdict(one) for one in many], schema))


def _bare(hint: Any) -> Any:
    """`str` of `str | None`."""
    return next((one for one in getattr(hint, "__args__", ()) if one is not type(None)), hint)
