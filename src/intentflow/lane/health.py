"""What a worker says of itself to whoever keeps it running: is it alive, has it started, is it ready.

The watchdog (`watchdog.py`) ends a worker that stands still; `live` is for the case that even that is not possible any more. A worker
without partitions is ready: there may be more workers than partitions. While it recovers it is not, and that is no reason to kill it.
"""

import time
from collections.abc import Mapping

from intentflow.adapters.prometheus import Check
from intentflow.lane.lane import Lane

GRACE_SECONDS = 5.0  # beyond `stall_timeout`: the watchdog comes first


def checks_of(lane: Lane) -> Mapping[str, Check]:
    """By name: live, ready, started."""
    was_ready: list[bool] = []

    def started() -> str:
        wanting = "" if was_ready else _ready(lane)
        if not wanting:
            was_ready.append(True)
        return wanting

    return {"live": lambda: _live(lane), "ready": lambda: _ready(lane), "started": started}


def _live(lane: Lane) -> str:
    silent = time.monotonic() - lane.beat
    limit = lane.settings.stall_timeout + GRACE_SECONDS
    return f"the event loop has not turned for {silent:.0f} s" if silent > limit else ""


def _ready(lane: Lane) -> str:
    if lane.generation is not None:
        return ""
    if (reading := lane.reading) is not None:
        return f"recovering: {reading.done} of {reading.total} records of {lane.names.changelog} are read"
    return f"waiting for partitions of group {lane.settings.app_id}"
