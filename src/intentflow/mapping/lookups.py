"""Other tables that values are looked up in: the contact of a deal, the industry of a company."""

from pathlib import Path

from intentflow.errors import RejectedError
from intentflow.mapping.schema import MappingWritten
from intentflow.mapping.tables import csv_table
from intentflow.mapping.written import LookupWritten
from intentflow.model.suggest import did_you_mean
from intentflow.wire.files import open_source
from intentflow.wire.rejections import Rejection

MOST_ROWS = 1_000_000  # of a table that is held in memory


def looked_up(lookup: LookupWritten, folder: Path, written: MappingWritten) -> dict[str, object]:
    """What each key stands for; of a key that comes twice the first counts. The file is CSV with a header, written as the table itself.

    Raises `RejectedError` if it can't be read, has not those columns, or more than `MOST_ROWS` rows.
    """
    path = folder / lookup.file
    form = written.model_copy(update={"columns": None})
    found: dict[str, object] = {}
    with open_source(path) as source:
        try:
            for names, row in csv_table(source.stream, form):
                if row is None:
                    _require(names, lookup)
                elif not isinstance(row.cells, Rejection) and (key := row.cells[lookup.key]) is not None:
                    found.setdefault(str(key), row.cells[lookup.value])
                    if len(found) > MOST_ROWS:
                        raise RejectedError(f"more than {MOST_ROWS} keys: join the tables before the import")
        except RejectedError as error:
            raise RejectedError(f"{path}: {error}") from error
    return found


def _require(names: list[str], lookup: LookupWritten) -> None:
    for name in (lookup.key, lookup.value):
        if name not in names:
            raise RejectedError(f'line 1: the table has no column "{name}"{did_you_mean(name, names)}')
