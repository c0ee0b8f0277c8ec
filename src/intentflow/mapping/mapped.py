"""A table read with a mapping: each row gives its records, or one rejection that names the column.

A row is taken whole or not at all: if one of its records can't be, none is, so that nothing is doubled when it was mended and comes again.
"""

import re
from collections.abc import Iterator
from pathlib import Path as FilePath
from typing import BinaryIO

import msgspec

from intentflow.errors import RejectedError
from intentflow.mapping.filters import Holds, any_of
from intentflow.mapping.load import Mapping
from intentflow.mapping.lookups import looked_up
from intentflow.mapping.records import RecordMaker
from intentflow.mapping.sorting import in_time_order
from intentflow.mapping.sound import columns_of, parts_of
from intentflow.mapping.tables import TableRow, csv_table, jsonl_table
from intentflow.mapping.templates import SPECIAL, columns_in
from intentflow.mapping.values import MisfitError
from intentflow.mapping.written import LookupWritten
from intentflow.model.findings import Path
from intentflow.model.suggest import did_you_mean
from intentflow.wire.file_rows import Row, row_of
from intentflow.wire.refusals import rejection
from intentflow.wire.rejections import Rejection

_encode = msgspec.json.Encoder().encode
_NAMED = re.compile(r"(?:a name in )?([a-z_]+(?:\[\d+\])?(?:\.[^ :\[\]]+)*)")
_IDS = ("lead_id", "email", "same_as", "visitor_id")


class MappedReader:
    """Reads tables with a mapping. `passed_over` counts the rows that were not meant, or gave nothing."""

    def __init__(self, mapping: Mapping) -> None:
        written = mapping.written
        self.mapping = mapping
        self.passed_over = 0
        self._keep: Holds | None = None if written.keep is None else any_of(written.keep)
        self._skip: Holds | None = None if written.skip is None else any_of(written.skip)
        self._makers: list[RecordMaker] = []
        self._asked = dict(_asked(mapping))
        self._unseen = dict(self._asked)
        self._number: dict[str, int] = {}

    def __call__(self, stream: BinaryIO) -> Iterator[Row]:
        """The records of a table as rows. Raises `RejectedError` if a column is not there that the mapping asks for."""
        found = self._read(stream)
        return in_time_order(found) if self.mapping.written.sort else found

    def _read(self, stream: BinaryIO) -> Iterator[Row]:
        self._makers = self._prepared(FilePath(getattr(stream, "name", "")).parent)
        for row in self._table(stream):
            if isinstance(row.cells, Rejection):
                yield Row(row.line, b"", row.raw, row.cells)
                continue
            if (self._keep and not self._keep(row.cells)) or (self._skip and self._skip(row.cells)):
                self.passed_over += 1
                continue
            made = self._rows(row.line, row.raw, row.cells)
            self.passed_over += not made
            yield from made

    def never_there(self) -> list[str]:
        """What to say of columns that no row had: of JSON nobody knows it before the end."""
        return [f"{self.mapping.place(path)}: no row had {name}" for name, path in self._unseen.items()]

    def _prepared(self, folder: FilePath) -> list[RecordMaker]:
        """The records' makers, for tables of this folder: what is looked up lies beside them."""
        written = self.mapping.written
        tables = {lookup: looked_up(lookup, folder, written) for lookup in _lookups_in(written.records)}
        return [RecordMaker(written, name, tables) for name in written.records]

    def _table(self, stream: BinaryIO) -> Iterator[TableRow]:
        if self.mapping.written.format == "csv":
            for names, row in csv_table(stream, self.mapping.written):
                if row is None:
                    self._check(names)
                else:
                    yield row
            return
        for row in jsonl_table(stream, self.mapping.written):
            if self._unseen and not isinstance(row.cells, Rejection):
                self._unseen = {name: path for name, path in self._unseen.items() if row.cells[name] is None}
            yield row

    def _check(self, names: list[str]) -> None:
        self._unseen.clear()
        self._number = {name: at for at, name in enumerate(names, 1)}
        missing = [(name, path) for name, path in self._asked.items() if name not in self._number]
        if missing:
            said = [
                f'the table has no column "{name}"{did_you_mean(name, names)}, asked for in {self.mapping.place(path)}'
                for name, path in missing
            ]
            raise RejectedError(f"line 1: {'; '.join(said)}")

    def _rows(self, line: int, raw: bytes, cells: dict[str, object]) -> list[Row]:
        cells["$line"] = line
        made = []
        for maker in self._makers:
            try:
                for fields in maker.made(cells, raw):
                    row = row_of(line, _encode(fields), raw)
                    if isinstance(row.time, Rejection):
                        return [row._replace(time=self._blamed(maker, row.time))]
                    made.append(row)
            except MisfitError as error:
                text = f"{self._named(error.columns)}{error.text}"
                return [Row(line, b"", raw, rejection(error.reason, self._in(maker) + text))]
        return made

    def _blamed(self, maker: RecordMaker, refused: Rejection) -> Rejection:
        """The rejection with the columns that the refused field was made from."""
        detail = refused.detail
        if refused.reason == "no_identity":
            columns = [c for name in _IDS for c in maker.columns.get(name, ())]
        else:
            found = _NAMED.match(detail)
            columns = list(_made_from(maker, found[1])) if found else []
            if refused.reason == "bad_money" and not columns:
                columns = [c for name in maker.columns if name.endswith("amount") for c in maker.columns[name]]
        return rejection(refused.reason, f"{self._in(maker)}{self._named(tuple(dict.fromkeys(columns)))}{detail}")

    def _in(self, maker: RecordMaker) -> str:
        return f'record "{maker.name}": ' if len(self._makers) > 1 else ""

    def _named(self, columns: tuple[str, ...]) -> str:
        """`column 6 (created): `, as far as the columns have numbers."""
        names = [f"{self._number[c]} ({c})" if c in self._number else c for c in columns if c not in SPECIAL]
        return f"column{'s' * (len(names) > 1)} {', '.join(names)}: " if names else ""


def _made_from(maker: RecordMaker, field: str) -> tuple[str, ...]:
    """The columns of a field, or of the nearest part around it; `family` that is missing has those of the action."""
    if field == "the":
        return ()
    while field and field not in maker.columns:
        field = field.rpartition(".")[0]
    return maker.columns.get(field, ())


def _lookups_in(records: object) -> set[LookupWritten]:
    return {part.lookup for part in parts_of(records) if part.lookup is not None}


def _asked(mapping: Mapping) -> Iterator[tuple[str, Path]]:
    """Each column that the mapping asks for, and where it does; the first place counts, so it is told last."""
    written = mapping.written
    found: list[tuple[str, Path]] = [(c, ("zone",)) for c in columns_in(written.zone)]
    for key in ("keep", "skip"):
        found += [(c, (key, c)) for tests in getattr(written, key) or () for c in tests]
    for name, record in written.records.items():
        path: Path = ("records", name)
        found += [(c, (*path, "when", c)) for tests in record.when or () for c in tests]
        found += [(record.each.column, (*path, "each"))] if record.each is not None else []
        for key in type(record).model_fields:
            found += [(c, (*path, key)) for c in sorted(columns_of(getattr(record, key)))]
    return ((c, path) for c, path in reversed(found) if c not in SPECIAL)
