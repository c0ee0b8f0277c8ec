"""The scoring app with a bug: it raises for one event, while `RAISES` is set."""

import os
from typing import Any

from intentflow.lane import lane
from intentflow.lane.chunk import Chunk
from streams.scoring import app

fold_chunk = vars(lane)["fold_chunk"]


def raising(part: Any, due: Any, core: Any, chunk: Chunk, *more: Any) -> Any:
    if any(b"explode" in (record.value or b"") for record in chunk.records):
        raise RuntimeError("a bug that one event meets")
    return fold_chunk(part, due, core, chunk, *more)


if "RAISES" in os.environ:
    vars(lane)["fold_chunk"] = raising
__all__ = ["app"]
