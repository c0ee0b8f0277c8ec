"""The table of leads as Faust's users know it: to be read. Its writing is the lane's."""

from collections.abc import Iterator
from typing import Any, NoReturn

import faust

from intentflow.domain.lead import Lead
from intentflow.wire.rows import decode_row, is_stub


class LeadTable(faust.Table):
    """`table[key]` is the lead with that key (bytes: `l:...` or `v:...`), decoded; only leads of this worker's partitions are here."""

    async def on_rebalance(self, assigned: Any, revoked: Any, newly_assigned: Any, generation_id: int = 0) -> None:
        """The store that Faust would tell is not used."""

    async def on_recovery_completed(self, active_tps: Any, standby_tps: Any) -> None:
        """Likewise."""

    def _rows(self) -> Iterator[dict[bytes, bytes]]:
        return (owned.part.rows for owned in self.app.lane.owned.values())

    def row(self, key: bytes) -> bytes | None:
        """The changelog's own bytes of a lead; None of one that was erased."""
        return next((rows[key] for rows in self._rows() if key in rows and not is_stub(rows[key])), None)

    def __getitem__(self, key: bytes) -> Lead:
        row = self.row(key)
        if row is None:
            raise KeyError(key)
        return decode_row(row)

    def get(self, key: bytes, default: Any = None) -> Any:
        row = self.row(key)
        return default if row is None else decode_row(row)

    def __contains__(self, key: object) -> bool:
        return isinstance(key, bytes) and self.row(key) is not None

    def __len__(self) -> int:
        return sum(len(rows) for rows in self._rows())

    def __iter__(self) -> Iterator[bytes]:
        return (key for rows in self._rows() for key in list(rows))

    def keys(self) -> list[bytes]:
        return list(self)

    def values(self) -> list[Lead]:
        return [decode_row(row) for rows in self._rows() for row in list(rows.values())]

    def items(self) -> list[tuple[bytes, Lead]]:
        return [(key, decode_row(row)) for rows in self._rows() for key, row in list(rows.items())]

    def _read_only(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError("the table of leads is written by the lane alone: send an event instead")

    __setitem__ = __delitem__ = update = clear = pop = popitem = setdefault = _read_only
