"""`make bench-peers`: intentflow and its peers, one job, one run. bench/peers/README.md says what is measured and how."""

import argparse
import asyncio
import logging
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from bench.peers import table
from bench.peers.arms import ARMS, NAMES, Arm
from bench.peers.inputs import LOADS, made
from bench.peers.race import Race
from bench.peers.result import Result
from bench.peers.shown import Shown
from intentflow.adapters.embedded_kafka import EmbeddedKafka

OUT = Path(__file__).parents[1] / "out"


def arguments() -> argparse.Namespace:
    """What was said on the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.peers", description=__doc__)
    parser.add_argument("--arms", nargs="+", default=list(NAMES), choices=NAMES, metavar="ARM", help=", ".join(NAMES))
    parser.add_argument(
        "--loads", nargs="+", default=list(LOADS), choices=list(LOADS), metavar="LOAD", help=", ".join(LOADS)
    )
    parser.add_argument("--events", type=int, default=1_000_000, help="of each load (default 1 000 000)")
    parser.add_argument("--few", type=int, default=100_000, help="of an arm under 10 000 events/s (default 100 000)")
    parser.add_argument("--repeats", type=int, default=3, help="turns of each arm (default 3)")
    parser.add_argument(
        "--minutes", type=float, default=50, help="that it may take: fewer turns if need be (default 50)"
    )
    return parser.parse_args()


async def all_loads(
    said: argparse.Namespace, arms: list[Arm], bootstrap: str, folder: Path, shown: Shown
) -> list[Result]:
    """Every load after the other."""
    results, until = list[Result](), int(time.time() * 1000)
    for load in said.loads:
        shown.say(f"{load}: making {said.events:,} events, and what the answers must be")
        given = made(load, said.events, until)
        few = made(load, min(said.few, said.events), until) if any(arm.slow for arm in arms) else None
        results += await Race(bootstrap, folder, load, shown).run(
            arms, given, few, said.repeats, said.minutes * 60 / len(said.loads)
        )
    return results


def main() -> int:
    """Exit code 0 if every arm that could be had answered right."""
    said = arguments()
    arms = [arm for arm in ARMS if arm.name in said.arms]
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # its talk of leaders that it retries is no finding
    shown, load_average = Shown(), os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as name, EmbeddedKafka(Path(name), heap_mb=1024) as kafka:
        if shutil.which("taskset"):
            for pid in (kafka.pid, os.getpid()):  # the broker and whoever watches: the other core
                subprocess.run(["taskset", "-a", "-p", "-c", "0", str(pid)], check=True, stdout=subprocess.DEVNULL)
        with shown:
            results = asyncio.run(all_loads(said, arms, kafka.bootstrap, Path(name), shown))
    rows = [table.row(result) for result in results]
    table.write(OUT / "peers.json", rows)
    (OUT / "peers.md").write_text(table.markdown(rows))
    shown.say(table.shown(rows))
    shown.say(
        f"load average {load_average:.1f} at the start, {os.getloadavg()[0]:.1f} at the end; written to {OUT}/peers.json and peers.md"
    )
    return 0 if all(one.correct for one in rows) else 1


if __name__ == "__main__":
    raise SystemExit(main())
