"""Files through the core alone, in this process: no broker, no clock but the records'."""

from collections import Counter
from collections.abc import Sequence
from itertools import islice

from intentflow.domain.change import rfc3339
from intentflow.domain.rules import ScoringModel
from intentflow.errors import RejectedError
from intentflow.replay.reading import Reading
from intentflow.replay.result import Result, Summary, stages_of
from intentflow.wire.chunk import Scorer
from intentflow.wire.messages import Enclosed
from intentflow.wire.records import Folded, SourceRecord
from intentflow.wire.rows import due_of, encode_row

CHUNK = 5000  # records folded at a time
EVENTS, MESSAGES = range(2)  # sources


class CoreReplay:
    """A table of leads in memory, and what came of the records."""

    def __init__(self, model: ScoringModel) -> None:
        self.scorer = Scorer(model, sources=2)
        self.rows: dict[bytes, bytes] = {}
        self.changes: list[bytes] = []
        self.counted = self.duplicate = 0
        self.reasons: Counter[str] = Counter()
        self._messages: list[Enclosed] = []  # between leads, not yet heard
        self._told = 0

    def take(self, reading: Reading) -> None:
        """Fold all records of the files, and what leads tell each other because of them."""
        records = reading.records()
        while chunk := list(islice(records, CHUNK)):
            self._fold(chunk, EVENTS)
            while messages := self._messages:
                self._messages = []
                self._fold(messages, MESSAGES)

    def _fold(self, records: Sequence[SourceRecord], source: int) -> None:
        folded = self.scorer.fold_events(
            self.rows, records, source=source, partition=0, partitions=1, messages=source == MESSAGES
        )
        self.counted += folded.counted
        self.duplicate += folded.duplicate
        self.reasons.update(rejection.reason for _, rejection in folded.rejected)
        self._keep(folded)

    def end(self, until: int, offset: int) -> None:
        """Let time pass up to `until` for every lead."""
        due = [key for key, row in self.rows.items() if 0 < due_of(row) <= until]
        self._keep(self.scorer.fold_clock(self.rows, due, until, source=EVENTS, offset=offset))

    def _keep(self, folded: Folded) -> None:
        for key, lead, told in folded.leads:
            self.rows[key] = encode_row(0, lead)
            for one in told:
                if one.to is None:
                    self.changes.append(one.payload)
                elif one.to:
                    self._messages.append(Enclosed(self._told, 0, one.to, one.payload, ()))
                    self._told += 1


def replay_core(reading: Reading, model: ScoringModel, until: int | None) -> Result:
    """Everything in the files folded, and time passed up to `until` (epoch ms; None: the latest event).

    Raises `RejectedError` if a file can't be read, is empty, or has events after `until`.
    """
    core = CoreReplay(model)
    core.take(reading)
    end = ended_at(reading, until)
    core.end(end, reading.read)
    reasons = core.reasons + reading.reasons
    by_stage = stages_of(core.scorer.fold, core.rows.values())
    summary = Summary(
        read=reading.read,
        counted=core.counted,
        duplicate=core.duplicate,
        rejected=reasons.total(),
        passed_over=reading.passed_over,
        leads=sum(by_stage.values()),
        changes=len(core.changes),
        by_stage=by_stage,
        rejected_by_reason=dict(sorted(reasons.items())),
        until=rfc3339(end) if end else None,
    )
    return Result(summary, core.rows, core.changes, reading.refused)


def ended_at(reading: Reading, until: int | None) -> int:
    """The time that everything is told as of: 0 if there was no event and nothing was asked for."""
    if until is None:
        return reading.latest
    if until < reading.latest:
        raise RejectedError(
            f"--until {rfc3339(until)} is before the latest event ({rfc3339(reading.latest)}): scores are told forwards only; "
            "give a later time or fewer rows"
        )
    return until
