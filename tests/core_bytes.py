"""`python -m tests.core_bytes`: which core runs, and a hash of every row and change that it makes of the benchmark's events."""

import hashlib
import sys

from bench.payloads import events
from intentflow import compiled
from intentflow.model.load import load
from intentflow.replay.reading import FileRecord
from intentflow.wire.chunk import Scorer
from intentflow.wire.rows import encode_row

EVENTS, CHUNK = 4000, 500


def digest() -> str:
    """Of two loads, with a model that has everything."""
    found = hashlib.sha256()
    for kind in ("zipf", "uniform"):
        scorer, rows = Scorer(load("retail"), 1), dict[bytes, bytes]()
        records = [FileRecord(n, *each) for n, each in enumerate(events(kind, EVENTS, 1_790_000_000_000))]
        for start in range(0, EVENTS, CHUNK):
            folded = scorer.fold_events(rows, records[start : start + CHUNK], 0, 0, 1)
            for key, lead, told in folded.leads:
                rows[key] = encode_row(1, lead)
                found.update(rows[key] + b"".join(one.payload for one in told))
            found.update(f"{folded.counted} {folded.duplicate} {folded.refused}".encode())
    return found.hexdigest()


if __name__ == "__main__":
    sys.stdout.write(f"{'compiled' if compiled.in_force() else 'plain'} {digest()}\n")
