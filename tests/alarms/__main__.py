"""`python -m tests.alarms`: every alert is made to fire on a running stack, and its runbook followed back to health (minutes)."""

import argparse
import logging
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.alarms.all_scenes import SCENES, STRANGE
from tests.alarms.plant import Plant, plant
from tests.alarms.scenes import Scene, Seen, played
from tests.system.verdict import nothing_lost_and_nothing_twice

err = Console(stderr=True)


def wanted() -> tuple[list[str], Path]:
    """The scenes that the command line asks for, by name, and the folder."""
    every = [one.name for one in (*SCENES, *STRANGE)]
    said = argparse.ArgumentParser(prog="python -m tests.alarms", description=__doc__)
    said.add_argument("--only", help="these scenes, with commas between them")
    said.add_argument("--folder", type=Path, help="where data and logs go; default: a temporary folder")
    args = said.parse_args()
    names = args.only.split(",") if args.only else every
    if unknown := set(names) - set(every):
        said.error(f"no such scene: {', '.join(sorted(unknown))}. There are: {', '.join(every)}")
    return names, args.folder or Path(tempfile.mkdtemp(prefix="alarms-"))


def play(scenes: Iterable[Scene], plant: Plant, seen: list[Seen]) -> bool:
    """Play these one after the other, whatever comes of them; what was seen is added. Whether all went as it should."""
    fine = True
    for scene in scenes:
        err.print(f"{scene.name}: {scene.cause}")
        try:
            seen.append(played(scene, plant))
            err.print(f"  fired, mended after {seen[-1].mended:.0f} s, well after {seen[-1].cured:.0f} s more")
        except AssertionError as error:
            err.print(f"  [red]{error}[/red]")
            plant.again(*plant.parts)
            fine = False
    return fine


def table(seen: list[Seen]) -> Table:
    """What was seen, for people."""
    shown = Table("scene", "fired", "mended", "well", "fired too", box=None)
    for column in shown.columns:
        column.overflow = "fold"  # a name that is cut off names nothing
    for one in seen:
        alerts, besides = "\n".join(names(one.scene.alerts)), "\n".join(names(one.besides))
        shown.add_row(one.scene.name, alerts, f"{one.mended:.0f} s", f"{one.cured:.0f} s", besides)
    return shown


def page(seen: list[Seen]) -> str:
    """The same as rows of docs/alerts.md."""
    rows = (
        f"| {one.scene.cause} | {told} | {besides} | {one.mended:.0f} | {one.cured:.0f} |"
        for one in seen
        for told, besides in [(", ".join(names(one.scene.alerts)), ", ".join(names(one.besides)))]
    )
    return "\n".join(
        [
            "| fault, and what was done | fired | fired too | mended after, s | well after, s |",
            "|---|---|---|---|---|",
            *rows,
        ]
    )


def names(of: Iterable[str]) -> list[str]:
    """Alerts without what all of them begin with."""
    return [one.removeprefix("Intentflow") for one in sorted(of)]


def main() -> int:
    """0: all that was wanted fired, all was well again, and nothing was lost. 1: something did not, or was."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    names, folder = wanted()
    err.print(f"logs: {folder}")
    seen: list[Seen] = []
    with plant(folder) as one:
        fine = play([scene for scene in SCENES if scene.name in names], one, seen)
        nothing_lost_and_nothing_twice(one, path="none")
        err.print("verify: nothing lost, nothing twice")
        fine = play([scene for scene in STRANGE if scene.name in names], one, seen) and fine
    Console().print(table(seen))
    (folder / "alerts.md").write_text(page(seen) + "\n")
    return int(not fine)


if __name__ == "__main__":
    sys.exit(main())
