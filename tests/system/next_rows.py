"""The next format of the changelog, made up: what releases after this one might read and write. To be imported before all else of ours.

A row of it has a word more in its head, when it was written, so that whoever reads only format 1 would take it for rubbish. With
`NEXT=reads` it is read and the present one is written: the first release of an upgrade. With `NEXT=writes` it is written too: the second.
`python -m tests.system.next_rows verify ...` is the command line of such a release.
"""

import os
import struct
import time

from intentflow.domain.lead import Lead
from intentflow.wire import rows

NEXT = 2
WRITTEN = struct.Struct(">Q")
encode_row, encode_stub, decode_row, judge_of = rows.encode_row, rows.encode_stub, rows.decode_row, rows.judge_of


def _present(row: bytes) -> bytes:
    """A row of either format as the present one has it."""
    size = rows.HEAD.size
    return row[:size] + row[size + WRITTEN.size :] if rows.format_of(row) == NEXT else row


def _next(row: bytes) -> bytes:
    """A row that was just encoded, as the next format has it; its version is there already."""
    size = rows.HEAD.size
    return row[:size] + WRITTEN.pack(time.time_ns()) + row[size:]


def next_row(epoch: int, lead: Lead) -> bytes:
    return _next(encode_row(epoch, lead))


def next_stub(epoch: int, lead: Lead) -> bytes:
    return _next(encode_stub(epoch, lead))


def lead_of(row: bytes) -> Lead:
    return decode_row(_present(row))


def judge(row: bytes) -> int:
    return judge_of(_present(row))


changed = {"READ": frozenset({1 << 1, NEXT << 1}), "decode_row": lead_of, "judge_of": judge}
if os.environ["NEXT"] == "writes":
    changed |= {"VERSION": NEXT, "encode_row": next_row, "encode_stub": next_stub}
vars(rows).update(changed)

if __name__ == "__main__":
    from intentflow.cli.main import main

    main()
