"""What a lead costs in memory: the slope of a worker's table, from few leads to many, each with a few events under `retail`.

The table is the lane's own: the changelog's rows in a dict, due times beside them. It is measured in a process of its own, which holds
nothing else, so that the difference of two readings is that of the leads: python -m bench.memory 100000 1000000

Leads come in generations, each with all its events, as they come to a shop over the weeks. If all of them grow in step instead (a third
argument: a generation of as many as there are), the blocks that their shorter rows leave behind are of sizes that nobody needs any more,
and stay with the interpreter.
"""

import subprocess
import sys
import time
from itertools import chain, islice
from pathlib import Path

import msgspec
from msgspec import Struct

from bench.payloads import of_each
from intentflow.lane import memory
from intentflow.lane.due import Due
from intentflow.model.load import load
from intentflow.replay.reading import FileRecord
from intentflow.wire.chunk import Scorer
from intentflow.wire.rows import encode_row

FEW, MANY = 100_000, 1_000_000
ROUNDS = 3  # events of each lead
GENERATION = 20_000  # leads
CHUNK = 5_000


class Memory(Struct, frozen=True):
    """What was measured."""

    leads: tuple[int, int]
    bytes_per_lead: float  # resident, the slope from the fewer to the more
    row_bytes: float  # of a lead's row in the changelog, without its key
    events_per_lead: int


def resident() -> int:
    """Bytes of this process in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096


def fill(scorer: Scorer, rows: dict[bytes, bytes], leads: range, until: int, generation: int = GENERATION) -> None:
    """These leads are in the table."""
    made = chain.from_iterable(
        of_each(leads[at : at + generation], ROUNDS, until) for at in range(0, len(leads), generation)
    )
    offset = 0
    while some := list(islice(made, CHUNK)):
        records = [FileRecord(offset + i, moment, key, value) for i, (moment, key, value) in enumerate(some)]
        offset += len(some)
        for key, lead, _ in scorer.fold_events(rows, records, 0, 0, 1).leads:
            rows[key] = encode_row(1, lead)


def measured(few: int, many: int, generation: int = GENERATION) -> Memory:
    """The slope, in this process."""
    memory.tune()
    until, scorer, rows = int(time.time() * 1000), Scorer(load("retail"), 1), dict[bytes, bytes]()
    due = Due(rows)
    readings = []
    for leads in (range(few), range(few, many)):
        fill(scorer, rows, leads, until, generation)
        due.up_to(until - 1)
        memory.settle()
        readings.append(resident())
    slope = (readings[1] - readings[0]) / (many - few)
    return Memory((few, many), slope, sum(map(len, rows.values())) / len(rows), ROUNDS)


def slope(few: int = FEW, many: int = MANY) -> Memory:
    """The same, in a process of its own."""
    command = [sys.executable, "-m", "bench.memory", str(few), str(many)]
    done = subprocess.run(command, check=True, capture_output=True)
    return msgspec.json.decode(done.stdout, type=Memory)


if __name__ == "__main__":
    sys.stdout.buffer.write(msgspec.json.encode(measured(*map(int, sys.argv[1:]))))
