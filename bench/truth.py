"""`python -m bench.truth`: how well scores tell who bought, on sessions of a shop that nobody here wrote. docs/truth.md says what it shows.

The sessions go through the core by the shipped mapping and are scored by docs/truth/shop.yaml; the outcomes come from the same table, by a
mapping of their own. Nothing that the score is made of knows them, but for the second figure, which is there to show that.
"""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct
from rich.console import Console
from rich.table import Table

from intentflow.domain.event import SalesOutcome
from intentflow.mapping.load import load as load_mapping
from intentflow.mapping.mapped import MappedReader
from intentflow.model.load import load
from intentflow.replay.reading import Reading
from intentflow.replay.through_core import CoreReplay
from intentflow.wire.events import decode
from intentflow.wire.file_rows import Row
from intentflow.wire.files import rows
from intentflow.wire.rows import decode_row

ROOT = Path(__file__).parents[1]
SESSIONS = ROOT.parent / "shared" / "data" / "uci_online_shoppers" / "online_shoppers_intention.csv"
MODEL = ROOT / "docs" / "truth" / "shop.yaml"
PAGE_VALUES = ROOT / "docs" / "truth" / "page-values.yaml"
TENTHS = 10


class Truth(Struct, frozen=True):
    """What the scores of some sessions are worth. Areas are between 0 and 1; 0.5 is a coin's."""

    name: str
    area: float  # under the ROC curve, of the score against the purchase
    top_tenth: float  # share of buyers among the tenth with the highest scores


def area_under_curve(scores: Sequence[float], bought: Sequence[bool]) -> float:
    """The area under the ROC curve: how often a buyer has a higher score than somebody who is none; equal scores count half.

    By ranks: U / (n1 * n0) with U = R1 - n1 * (n1 + 1) / 2, the U of Mann and Whitney (1947), R1 the sum of the buyers' ranks, equal scores
    sharing the mean of theirs. There must be both buyers and others.
    """
    order = sorted(zip(scores, bought, strict=True))
    buyers, others = sum(bought), len(bought) - sum(bought)
    ranks, begin = 0.0, 0
    while begin < len(order):
        end = begin
        while end < len(order) and order[end][0] == order[begin][0]:
            end += 1
        ranks += (begin + 1 + end) / 2 * sum(won for _, won in order[begin:end])
        begin = end
    return (ranks - buyers * (buyers + 1) / 2) / (buyers * others)


def outcomes(sessions: Path) -> dict[bytes, bool]:
    """Whether each session bought, by its lead's key."""
    reader = MappedReader(load_mapping("uci-outcomes"))
    found = ((row.key, decode(row.value)) for row in rows(sessions, reader))
    return {key: event.action == "won" for key, event in found if isinstance(event, SalesOutcome)}


def scored(sessions: Path, mappings: Sequence[str]) -> dict[bytes, float]:
    """The points of each session that gave an event, by its lead's key, as of its own time."""
    readers = [MappedReader(load_mapping(name)) for name in mappings]

    def read(stream: BinaryIO) -> Iterator[Row]:
        for reader in readers:
            stream.seek(0)
            yield from reader(stream)

    core = CoreReplay(load(str(MODEL)))
    core.take(Reading([sessions], read, lambda _done, _total: None))
    leads = {key: decode_row(row) for key, row in core.rows.items()}
    return {key: sum(core.scorer.fold.scores.at(lead, lead.clock)) for key, lead in leads.items()}


def pages(sessions: Path) -> dict[bytes, float]:
    """How many pages each session saw: what a score has to beat."""
    seen: dict[bytes, float] = {}
    for row in rows(sessions, MappedReader(load_mapping("uci-online-shoppers"))):
        seen[row.key] = seen.get(row.key, 0.0) + 1
    return seen


def truths(sessions: Path) -> list[Truth]:
    """The score, the pages alone, and the score that was told beforehand. A session without an event has 0 points."""
    bought = outcomes(sessions)
    arms = {
        "the score": scored(sessions, ["uci-online-shoppers"]),
        "the number of pages alone": pages(sessions),
        "the score with PageValues, which leaks": scored(sessions, ["uci-online-shoppers", str(PAGE_VALUES)]),
    }
    return [_truth(name, points, bought) for name, points in arms.items()]


def _truth(name: str, points: dict[bytes, float], bought: dict[bytes, bool]) -> Truth:
    scores = [points.get(key, 0.0) for key in bought]
    order = sorted(bought, key=lambda key: -points.get(key, 0.0))
    tenth = order[: len(order) // TENTHS]
    return Truth(name, area_under_curve(scores, list(bought.values())), sum(bought[key] for key in tenth) / len(tenth))


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m bench.truth", description="How well scores tell who bought.")
    parser.add_argument("sessions", nargs="?", type=Path, default=SESSIONS, help="online_shoppers_intention.csv")
    sessions = parser.parse_args().sessions
    bought = outcomes(sessions)
    table = Table("", "area", "top tenth")
    for truth in truths(sessions):
        table.add_row(truth.name, f"{truth.area:.3f}", f"{truth.top_tenth:.1%}")
    out = Console()
    out.print(f"{len(bought)} sessions, {sum(bought.values())} bought ({sum(bought.values()) / len(bought):.1%})")
    out.print(table)
    out.print("area: under the ROC curve; top tenth: what share of those with the highest scores bought")


if __name__ == "__main__":
    main()
