"""`python -m tests.faults`: the long form of the fault tests. `--minutes M` draws faults; `--kills N ...` does so many of each."""

import argparse
import logging
import sys
import tempfile
from pathlib import Path

import msgspec
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from tests.faults.brokers import Cluster
from tests.faults.plan import WEIGHTS, Plan
from tests.faults.rig import Rig, StuckError
from tests.faults.run import hold
from tests.faults.tally import Tally

err = Console(stderr=True)


def plan_of(args: argparse.Namespace) -> Plan:
    """The plan that the command line says."""
    faults = tuple(args.faults.split(",")) if args.faults else tuple(WEIGHTS)
    if unknown := [name for name in faults if name not in WEIGHTS]:
        raise SystemExit(f"no such fault: {', '.join(unknown)}. There are: {', '.join(WEIGHTS)}")
    counted = {
        name: getattr(args, name) for name in ("events", "kills", "pauses", "rebalances", "broker_restarts", "network")
    }
    return Plan(
        seed=args.seed, workers=args.workers, minutes=args.minutes, faults=faults, brokers=args.brokers, partitions=args.partitions,
        lag_ms=args.lag_ms, verify=not args.no_verify, **counted,
    )  # fmt: skip


def parser() -> argparse.ArgumentParser:
    """The command line."""
    said = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    said.add_argument(
        "--seed", type=int, default=1, help="the same seed: the same faults in the same order, and the same input"
    )
    said.add_argument("--minutes", type=float, default=0.0, help="draw faults for so long; 0: do what the counts say")
    for name in ("kills", "pauses", "rebalances", "broker-restarts", "network"):
        said.add_argument(f"--{name}", type=int, default=0, help=f"so many {name.replace('-', ' ')}")
    said.add_argument("--events", type=int, default=100_000, help="records sent in all")
    said.add_argument("--workers", type=int, default=2, help="worker processes, 1 to 3")
    said.add_argument("--faults", help=f"of these only, when they are drawn: {','.join(WEIGHTS)}")
    said.add_argument("--brokers", type=int, default=1, choices=(1, 3), help="Kafka nodes")
    said.add_argument("--partitions", type=int, default=8)
    said.add_argument(
        "--lag-ms", type=int, default=0, help="compact the changelog after so long, instead of ten minutes"
    )
    said.add_argument("--no-verify", action="store_true", help="the plain fold alone judges")
    said.add_argument("--json", type=Path, help="write the figures there")
    said.add_argument(
        "--folder", type=Path, help="where data and logs go; default: a temporary folder, kept if something is wrong"
    )
    return said


def run(plan: Plan, folder: Path) -> Tally:
    """The run, with a line that says how far it is."""
    with Progress(TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=err) as progress:
        task = progress.add_task("brokers", total=1.0)

        def tell(rig: Rig, fault: str, part: float) -> None:
            said = f"{fault:17} kills {rig.tally.kills.total():4} events {rig.feeder.sent:8} openings {rig.tally.openings:4}"
            progress.update(task, completed=part, description=said)
            if not err.is_terminal:
                err.print(f"{part:6.1%} {said}")

        with Cluster(folder / "kafka", plan.brokers) as cluster:
            return hold(plan, cluster, folder / "run", tell)


def main() -> int:
    """0: nothing lost, nothing doubled, nothing wrong. 1: something was; the command that repeats it is said."""
    args = parser().parse_args()
    plan = plan_of(args)
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # the rig's own clients, of killed brokers
    folder = args.folder or Path(tempfile.mkdtemp(prefix="faults-"))
    err.print(f"{plan.command}\nlogs: {folder / 'run'}")
    try:
        tally = run(plan, folder)
    except StuckError as error:
        err.print(f"[red]{error}[/red]")
        return 1
    Console().print(tally.table())
    if args.json:
        args.json.write_bytes(msgspec.json.format(msgspec.json.encode(tally.summary(plan.command))))
    if not tally.fine:
        err.print(f"[red]again: {plan.command}[/red]")
    return int(not tally.fine)


if __name__ == "__main__":
    sys.exit(main())
