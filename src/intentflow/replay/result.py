"""What a replay ends with: the counts, the score of every lead, the changes."""

from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec
from msgspec import Struct

from intentflow.domain.change import rfc3339
from intentflow.domain.fold import Fold
from intentflow.replay.reading import Refused
from intentflow.wire.rows import decode_row


class Summary(Struct, frozen=True, kw_only=True):
    """One object for `--json`. `read = counted + duplicate + rejected`, or `adds_up` is false.

    Of a mapped table, `read` are the records that its rows gave and the rows that were refused; `passed_over` the rows that are not meant.
    """

    read: int
    counted: int
    duplicate: int
    rejected: int
    passed_over: int = 0
    leads: int
    changes: int
    by_stage: dict[str, int]
    rejected_by_reason: dict[str, int]
    until: str | None  # the time that everything is told as of

    @property
    def adds_up(self) -> bool:
        """Whether every row ended as exactly one of counted, duplicate and rejected."""
        return self.read == self.counted + self.duplicate + self.rejected


class ScoreLine(Struct, frozen=True):
    """A line of `--scores`: a lead at `at`."""

    lead: str
    stage: str
    engagement: float
    fit: float
    intent: float
    at: str


class Result(Struct, frozen=True):
    """Everything that a replay knows in the end. Lead rows are as the changelog holds them, by key."""

    summary: Summary
    rows: dict[bytes, bytes]
    changes: list[bytes]  # as published; a lead's are in order
    refused: list[Refused]  # the first few rows that were no events


def score_lines(fold: Fold, rows: dict[bytes, bytes], at: int) -> Iterator[ScoreLine]:
    """Every lead at `at`, up to which all that was due has happened; in order of the keys, points to nine decimals. No aliases."""
    for key in sorted(rows):
        lead = decode_row(rows[key])
        if not lead.clock:
            continue
        engagement, fit, intent = (round(points, 9) for points in fold.scores.at(lead, max(at, lead.clock)))
        yield ScoreLine(key.decode(), fold.judge.stage(lead).name, engagement, fit, intent, rfc3339(at))


def stages_of(fold: Fold, rows: Iterable[bytes]) -> dict[str, int]:
    """How many leads stand where, every stage of the model named. An alias stands nowhere."""
    counts = Counter(fold.judge.stage(lead).name for lead in map(decode_row, rows) if lead.clock)
    return {stage.name: counts[stage.name] for stage in fold.model.stages}


def lines(values: Iterable[object]) -> Iterator[bytes]:
    """JSON, a line each."""
    encode = msgspec.json.Encoder().encode
    for value in values:
        yield encode(value) + b"\n"
