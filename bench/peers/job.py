"""The job as the Python arms share it; README.md defines it. Standard library alone: each arm runs in a virtual environment of its own."""

import math
import os
from typing import NamedTuple

POINTS = {"website_visit": 7.31, "landing_page": 16.57, "newsletter_signup": 31.73, "cart": 38.53}  # by family
ASKED = "score_request"  # the family that asks for a score and changes nothing
HALF_LIFE = 14 * 86_400_000  # milliseconds
THRESHOLD = 60.0
INTERVAL_SECONDS = 10  # between checkpoints, where an arm makes them
COMMIT_SECONDS = 5  # between commits, where an arm has a changelog


class Place(NamedTuple):
    """What an arm is told: where it reads and writes, and where it may keep state."""

    bootstrap: str
    source: str
    target: str
    app: str
    folder: str
    partitions: int


def place() -> Place:
    """Out of the environment of this process."""
    said = {name: os.environ[f"PEER_{name.upper()}"] for name in Place._fields}
    return Place(
        said["bootstrap"], said["source"], said["target"], said["app"], said["folder"], int(said["partitions"])
    )


def faded(score: float, at: int, time: int) -> float:
    """What is left at `time` of a score as of `at`; both in milliseconds, `time` not before `at`."""
    return score * math.exp2((at - time) / HALF_LIFE)
