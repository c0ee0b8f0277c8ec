"""The scoring app with a bug: it raises for one event, while `RAISES` is set."""

import os
from collections.abc import Sequence
from typing import Any

from intentflow.wire import chunk

fold_events = chunk.Scorer.fold_events


def raising(self: chunk.Scorer, rows: Any, records: Sequence[Any], *more: Any, **named: Any) -> chunk.Folded:
    if any(b"explode" in (record.value or b"") for record in records):
        raise RuntimeError("a bug that one event meets")
    return fold_events(self, rows, records, *more, **named)


if "RAISES" in os.environ:
    chunk.Scorer.fold_events = raising  # type: ignore[method-assign]  # its arguments are passed on as they are

from streams.scoring import app  # noqa: E402 - it takes what was set above

__all__ = ["app"]
