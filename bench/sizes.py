"""`make bench-sizes`: what `intentflow plan` reckons with, out of what the benchmark measured.

It takes the worker's cost of an event, its memory without leads and the restore from bench/out/latest.json (`make bench`), the read model
from bench/out/read_model.json (`python -m bench.read_model`, which the target runs before), measures the memory of leads (bench/memory.py),
and writes src/intentflow/operate/measured.json.
"""

import platform
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from bench.memory import Memory, slope
from bench.payloads import events
from intentflow.operate.sizing import Measured

LATEST = Path(__file__).parent / "out" / "latest.json"
READ_MODEL = Path(__file__).parent / "out" / "read_model.json"
TARGET = Path(__file__).parents[1] / "src" / "intentflow" / "operate" / "measured.json"
ARM = "intentflow-uniform"  # every event of another lead: the dearer of the two loads


def main() -> int:
    """Exit code 0; 1 if there is no result to go by."""
    for path, command in ((LATEST, "make bench"), (READ_MODEL, "python -m bench.read_model")):
        if not path.exists():
            sys.stderr.write(f"{path} is not there: run `{command}` first\n")
            return 1
    latest: dict[str, Any] = msgspec.json.decode(LATEST.read_bytes())
    kept: dict[str, Any] = msgspec.json.decode(READ_MODEL.read_bytes())
    if not all(each["correct"] for each in latest["arms"]):
        sys.stderr.write(f"an arm was not right in the run of {LATEST}: it has no figures\n")
        return 1
    TARGET.write_bytes(msgspec.json.format(msgspec.json.encode(reckoned(latest, kept, slope()))) + b"\n")
    sys.stdout.write(TARGET.read_text())
    return 0


def reckoned(latest: dict[str, Any], kept: dict[str, Any], memory: Memory) -> Measured:
    """The figures, of the dearer of the two loads."""
    arm = next(each for each in latest["arms"] if each["name"] == ARM)
    made = [key + value for _, key, value in events("uniform", 5_000, int(time.time() * 1000))]
    machine = latest["machine"]
    return Measured(
        day=datetime.now(UTC).date().isoformat(),
        machine=", ".join(
            [
                f"{machine['cores']} cores",
                platform.machine(),
                f"Python {machine['python']}",
                f"core {machine['core']}",
                f"load {machine['load']}",
            ]
        ),
        cpu_us_per_event=round(arm["cpu_us_per_event"], 2),
        process_bytes=latest["process_bytes"],
        restore_leads_per_second=round(latest["recovery"]["leads_per_second"]),
        bytes_per_lead=round(memory.bytes_per_lead),
        row_bytes=round(memory.row_bytes),
        read_model_bytes_per_lead=round(kept["bytes_per_lead"]),
        event_bytes=round(sum(map(len, made)) / len(made)),
    )


if __name__ == "__main__":
    raise SystemExit(main())
