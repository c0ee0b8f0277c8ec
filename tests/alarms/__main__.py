"""`python -m tests.alarms`: every alert is made to fire on a running stack, and its runbook followed back to health (minutes)."""

import argparse
import logging
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.alarms.all_scenes import SCENES, unstaged
from tests.alarms.plant import plant
from tests.alarms.scenes import Scene, Seen, played
from tests.system.verdict import nothing_lost_and_nothing_twice

err = Console(stderr=True)


def wanted() -> tuple[list[Scene], Path]:
    """What the command line asks for."""
    said = argparse.ArgumentParser(prog="python -m tests.alarms", description=__doc__)
    said.add_argument("--only", help="these scenes, with commas between them")
    said.add_argument(
        "--folder", type=Path, help="where data and logs go; default: a temporary folder, kept if it fails"
    )
    args = said.parse_args()
    names = args.only.split(",") if args.only else [one.name for one in SCENES]
    if unknown := set(names) - {one.name for one in SCENES}:
        said.error(f"no such scene: {', '.join(sorted(unknown))}. There are: {', '.join(one.name for one in SCENES)}")
    return [one for one in SCENES if one.name in names], args.folder or Path(tempfile.mkdtemp(prefix="alarms-"))


def table(seen: list[Seen]) -> Table:
    """What was seen, for people."""
    shown = Table("scene", "alerts", "mended after, s", "well after, s", "fired too")
    for one in seen:
        names = "\n".join(sorted(one.scene.alerts))
        shown.add_row(one.scene.name, names, f"{one.mended:.1f}", f"{one.cured:.1f}", "\n".join(sorted(one.besides)))
    return shown


def main() -> int:
    """0: all that was wanted fired, and all was well again. 1: something did not."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    scenes, folder = wanted()
    err.print(f"logs: {folder}")
    seen: list[Seen] = []
    failed = 0
    with plant(folder) as one:
        for number, scene in enumerate(scenes, 1):
            err.print(f"{number}/{len(scenes)} {scene.name}: {scene.cause}")
            try:
                seen.append(played(scene, one))
                err.print(f"  fired, mended after {seen[-1].mended:.1f} s, well after {seen[-1].cured:.1f} s")
            except AssertionError as error:
                err.print(f"  [red]{error}[/red]")
                failed = 1
                one.again(*one.parts)
        nothing_lost_and_nothing_twice(one, path="none")
        err.print("verify: nothing lost, nothing twice")
    Console().print(table(seen))
    if missing := unstaged():
        err.print(f"in no scene: {', '.join(missing)}")
    return failed


if __name__ == "__main__":
    sys.exit(main())
