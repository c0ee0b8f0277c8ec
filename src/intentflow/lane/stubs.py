"""What is left of leads that were erased, and when it may go too (design 8, rule 15). Pure.

A stub is there for the records that were applied to its lead: read again after a crash, they must not begin it anew. What is committed is
never read again, by whoever owns the partition. So once all of them are, a tombstone can follow; and what comes later finds no lead.
"""

from collections.abc import Container, Mapping
from itertools import islice

from intentflow.wire.rows import STUB, decode_row, is_stub

LOOKED_AT = 1000  # stubs at a time, so that the event loop turns
Stubs = dict[bytes, None]  # a set that keeps its order


def stubs_of(rows: Mapping[bytes, bytes]) -> Stubs:
    """The stubs in a table; no lead is decoded."""
    return dict.fromkeys(key for key, row in rows.items() if row[4] & STUB)


def take_over(
    stubs: Stubs, rows: Mapping[bytes, bytes], pending: Container[bytes], committed: Mapping[int, int]
) -> list[bytes]:
    """Take those out of `stubs` that may go, and those that have begun anew; the keys of the former.

    `committed`: by source number, everything before it is committed. `pending`: leads that have something to publish.
    """
    over = []
    for key in list(islice(stubs, LOOKED_AT)):
        del stubs[key]
        row = rows.get(key)
        if row is None or not is_stub(row):
            continue
        if key not in pending and all(
            offset < committed.get(source, 0) for source, offset in enumerate(decode_row(row).applied) if offset >= 0
        ):
            over.append(key)
        else:
            stubs[key] = None  # to the end of the line
    return over
