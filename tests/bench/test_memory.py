"""What a lead costs, as far as bytes can be counted; what a process holds resident is measured by `bench/memory.py`."""

import sys

from bench.memory import ROUNDS, fill
from intentflow.model.load import load
from intentflow.wire.chunk import Scorer

UNTIL = 1_800_000_000_000
TYPICAL = 235  # bytes of a row of `retail` after three events, on average
LEADS = 2_000


def test_a_typical_row_of_retail_has_at_most_235_bytes_and_is_not_padded():
    rows: dict[bytes, bytes] = {}
    fill(Scorer(load("retail"), 1), rows, range(LEADS), UNTIL)
    assert (len(rows), ROUNDS) == (LEADS, 3)
    mean = sum(map(len, rows.values())) / LEADS
    assert 0.9 * TYPICAL < mean <= TYPICAL
    assert all(sys.getsizeof(row) == len(row) + 33 for row in rows.values())
