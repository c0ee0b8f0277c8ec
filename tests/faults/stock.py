"""`python -m tests.faults.stock`: the hazards on a stock Faust app, on a real Apache Kafka, and what each of them cost."""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.faults.brokers import Cluster
from tests.faults.hazards import HAZARDS
from tests.faults.subjects import Outcome, StockSubject, Subject

KINDS: dict[str, type[Subject]] = {"stock": StockSubject, "intentflow": Subject}


def line(name: str, told: str, outcome: Outcome | str) -> str:
    """A row of the table in `docs/hazards-stock-faust.md`."""
    if isinstance(outcome, str):
        return f"| {name} | {told} | | | | {outcome} |"
    return f"| {name} | {told} | {outcome.sent:,} | {outcome.lost:,} | {outcome.doubled:,} | {outcome.seen} |"


def main() -> None:
    """Go through the hazards, and print a table."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.stock", description=__doc__)
    parser.add_argument("names", nargs="*", default=list(HAZARDS), metavar="H1", help=f"of {', '.join(HAZARDS)}")
    parser.add_argument("--on", choices=KINDS, default="stock", help="who goes through them")
    args = parser.parse_args()
    sys.stdout.write("| | what happens | events | lost | doubled | seen |\n|---|---|---|---|---|---|\n")
    with tempfile.TemporaryDirectory() as folder, Cluster(Path(folder) / "kafka") as cluster:
        for name in args.names:
            scenario = HAZARDS[name]
            told = (scenario.__doc__ or "").split(". ")[0].rstrip(".")
            with KINDS[args.on](cluster.proxied, cluster.direct, Path(folder)) as subject:
                subject.begin()
                try:
                    outcome: Outcome | str = scenario(subject, cluster)
                except AssertionError as error:  # it did not even come so far
                    outcome = f"not finished: {str(error).splitlines()[0][:200]}"
                cluster.trouble.clear()
            sys.stdout.write(line(name, told, outcome) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
