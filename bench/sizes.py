"""What `intentflow plan` reckons with, out of what the benchmark measured: python -m bench.sizes, after `make bench`.

It takes the worker's cost of an event and the restore from bench/out/latest.json, the read model from bench/out/read_model.json (python -m
bench.read_model), measures memory (bench/memory.py), and writes src/intentflow/operate/measured.json.
"""

import platform
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from bench.memory import slope
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
    arm = next(each for each in latest["arms"] if each["name"] == ARM)
    if not arm["correct"]:
        sys.stderr.write(f"{ARM} was not right in that run: it has no figure\n")
        return 1
    kept: dict[str, Any] = msgspec.json.decode(READ_MODEL.read_bytes())
    memory, made = slope(), [key + value for _, key, value in events("uniform", 5_000, int(time.time() * 1000))]
    found = Measured(
        day=datetime.now(UTC).date().isoformat(),
        machine=f"{latest['machine']['cores']} cores, {platform.machine()}, Python {latest['machine']['python']}",
        cpu_us_per_event=round(arm["cpu_us_per_event"], 2),
        restore_leads_per_second=round(latest["recovery"]["leads_per_second"]),
        bytes_per_lead=round(memory.bytes_per_lead),
        row_bytes=round(memory.row_bytes),
        read_model_bytes_per_lead=round(kept["bytes_per_lead"]),
        event_bytes=round(sum(map(len, made)) / len(made)),
    )
    TARGET.write_bytes(msgspec.json.format(msgspec.json.encode(found)) + b"\n")
    sys.stdout.write(TARGET.read_text())
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
