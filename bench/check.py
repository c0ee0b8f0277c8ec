"""`make bench-check`: has a commit made the worker slower? It runs the two intentflow arms beside the bare consumer and compares the ratio
with the last that was recorded (`bench/recorded.json`, by `make bench-record`).

A machine's speed, and what else runs on it, cancel out of a ratio in the same run as far as they can; the median of five runs leaves out
the odd one. Processor time is judged always, the clock only on a quiet machine: where others work too, events a second say who was let run.
"""

import argparse
import asyncio
import os
import platform
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import msgspec
from msgspec import Struct
from rich.console import Console

from bench.__main__ import PARTITIONS, fill, pinned_stack, quiet
from bench.arms import Figure, bare
from bench.ours import Events, intentflow, settings_of
from bench.payloads import events
from intentflow.model.load import load

RECORDED = Path(__file__).parent / "recorded.json"
BARE = "bare-aiokafka"  # the client that the lane is built on
KINDS = ("zipf", "uniform")
EVENTS, RUNS = 150_000, 5
DROP = 0.15  # of a ratio, that fails
QUIET = 1.0  # load average above which the clock is not judged
out = Console(stderr=True, width=150)


class Ratio(Struct, frozen=True):
    """How near an arm comes to the bare consumer of its run: 1 would be as fast."""

    by_clock: float  # events a second
    by_cpu: float  # events a second of processor time


class Recorded(Struct, frozen=True):
    """What is compared with."""

    day: str
    machine: str
    events: int
    runs: int
    arms: dict[str, Ratio]


def ratio_of(ours: Figure, bare: Figure) -> Ratio:
    """Of one run."""
    return Ratio(ours.events_per_second / bare.events_per_second, bare.cpu_us_per_event / ours.cpu_us_per_event)


def medians(runs: Sequence[Mapping[str, Ratio]]) -> dict[str, Ratio]:
    """Of each arm over all runs, each of the two by itself."""
    return {
        name: Ratio(median(run[name].by_clock for run in runs), median(run[name].by_cpu for run in runs))
        for name in runs[0]
    }


def fallen(before: Mapping[str, Ratio], now: Mapping[str, Ratio], clock_counts: bool) -> list[str]:
    """What has become slower than is let pass, in words."""
    said = []
    for name, was in before.items():
        if name not in now:
            said.append(f"{name} was recorded and has not been run")
            continue
        judged = [("processor time", was.by_cpu, now[name].by_cpu)]
        if clock_counts:
            judged.append(("the clock", was.by_clock, now[name].by_clock))
        said += [
            f"{name} by {what}: {is_now:.3f} of the bare consumer, {1 - is_now / once:.0%} below the {once:.3f} that was recorded"
            for what, once, is_now in judged
            if is_now < (1 - DROP) * once
        ]
    return said


async def run(bootstrap: str, folder: Path, inputs: Mapping[str, Events], number: int) -> dict[str, Ratio]:
    """One run of all arms. Raises SystemExit if an answer was wrong: what is wrong has no speed."""
    found, model = {}, load("retail")
    for kind, made in inputs.items():
        settings = settings_of(f"{kind}-{number}", bootstrap, folder, PARTITIONS)
        names = await fill(settings, made)
        beside = bare(BARE, bootstrap, names.events, PARTITIONS, len(made))
        ours = await intentflow(f"intentflow-{kind}", settings, model, made, folder)
        if not ours.correct:
            raise SystemExit(f"{ours.name}: {ours.note}")
        found[ours.name] = ratio_of(ours, beside)
        out.print(
            f"run {number}, {ours.name}: {ours.cpu_us_per_event:.2f} µs, {ours.events_per_second:,.0f}/s; {BARE}: "
            f"{beside.cpu_us_per_event:.2f} µs, {beside.events_per_second:,.0f}/s: {found[ours.name]}"
        )
    return found


def measured(count: int, runs: int) -> dict[str, Ratio]:
    """The medians of so many runs, on one broker."""
    until = int(time.time() * 1000)
    inputs = {kind: list(events(kind, count, until)) for kind in KINDS}
    with tempfile.TemporaryDirectory() as folder, pinned_stack(Path(folder)) as stack:
        bootstrap = stack.addresses.bootstrap
        done = [asyncio.run(run(bootstrap, Path(folder), inputs, number)) for number in range(1, runs + 1)]
    return medians(done)


def main() -> int:
    """Exit code 0 if nothing has become slower, or it was to be recorded; 1 if something has, or nothing was recorded."""
    parser = argparse.ArgumentParser(prog="python -m bench.check", description=__doc__)
    parser.add_argument("--record", action="store_true", help="write what is measured down, to be compared with")
    parser.add_argument("--events", type=int, default=EVENTS, help=f"of each arm (default {EVENTS:,})")
    parser.add_argument("--runs", type=int, default=RUNS, help=f"default {RUNS}")
    given = parser.parse_args()
    if not given.record and not RECORDED.exists():
        sys.stderr.write(f"{RECORDED} is not there: run `make bench-record` on a commit that is fast enough\n")
        return 1
    quiet()
    load_before = os.getloadavg()[0]
    found = measured(given.events, given.runs)
    if given.record:
        return _record(found, given.events, given.runs)
    before = msgspec.json.decode(RECORDED.read_bytes(), type=Recorded)
    said = fallen(before.arms, found, clock_counts=load_before < QUIET)
    out.print(f"recorded on {before.day}, {before.machine}: {before.arms}")
    out.print(f"now: {found}")
    if load_before >= QUIET:
        out.print(f"the load was {load_before:.1f} at the start: the clock is not judged, processor time is")
    for each in said:
        out.print(f"slower: {each}", style="red")
    if said:
        out.print(
            "If that is meant, or this is another machine: `make bench-record`, and commit bench/recorded.json with the reason."
        )
    return 1 if said else 0


def _record(found: dict[str, Ratio], count: int, runs: int) -> int:
    rounded = {name: Ratio(round(ratio.by_clock, 4), round(ratio.by_cpu, 4)) for name, ratio in found.items()}
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    recorded = Recorded(datetime.now(UTC).date().isoformat(), machine, count, runs, rounded)
    RECORDED.write_bytes(msgspec.json.format(msgspec.json.encode(recorded)) + b"\n")
    out.print(f"{recorded}\nwritten to {RECORDED}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
