"""`python -m tests.core_bytes`: which core runs, and a hash of every row and change that it makes of the benchmark's events."""

import hashlib
import sys
from collections.abc import Sequence

from bench.payloads import events
from intentflow import compiled
from intentflow.model.load import load
from intentflow.replay.reading import FileRecord
from intentflow.wire.chunk import Scorer
from intentflow.wire.quick import Short
from intentflow.wire.records import Folded
from intentflow.wire.rows import encode_row

EVENTS, CHUNK = 4000, 500
MODELS = ("retail", "bench/peers/model.yaml")
WAYS = (None, Short(1, {}))  # the long way, and the short one where there is one


def folded(scorer: Scorer, rows: dict[bytes, bytes], records: Sequence[FileRecord], short: Short | None) -> list[bytes]:
    """Fold a chunk into the rows; what was told, by whose it is, and the counts."""
    out, told = Folded([], [], []), dict[bytes, bytes]()
    for key, lead, news in scorer.fold_each(rows, records, 0, 0, 1, {}, out, short=short):
        rows[key] = encode_row(1, lead)
        told[key] = b"".join(one.payload for one in news)
    rows.update(out.rows)
    counts = f"{out.counted} {out.duplicate} {out.refused}"
    return [*(key + news for key, news in sorted(told.items()) if news), counts.encode()]


def digest(model: str, short: Short | None) -> str:
    """Of two loads."""
    found = hashlib.sha256()
    for kind in ("zipf", "uniform"):
        scorer, rows = Scorer(load(model), 1), dict[bytes, bytes]()
        records = [FileRecord(n, *each) for n, each in enumerate(events(kind, EVENTS, 1_790_000_000_000))]
        for start in range(0, EVENTS, CHUNK):
            found.update(b"".join(folded(scorer, rows, records[start : start + CHUNK], short)))
            found.update(b"".join(key + row for key, row in sorted(rows.items())))
    return found.hexdigest()


def digests() -> str:
    """Of each model one, whichever way its events went."""
    found = {model: {digest(model, short) for short in WAYS} for model in MODELS}
    return " ".join("|".join(sorted(each)) for each in found.values())


if __name__ == "__main__":
    sys.stdout.write(f"{'compiled' if compiled.in_force() else 'plain'} {digests()}\n")
