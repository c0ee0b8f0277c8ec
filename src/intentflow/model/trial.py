"""Running a model's examples: the same core that scores real leads, on leads that a marketer made up."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from msgspec import convert

from intentflow.domain.event import FAMILIES, time_of
from intentflow.domain.fold import Fold
from intentflow.domain.lead import Lead
from intentflow.domain.rules import AXES
from intentflow.model.example import Example
from intentflow.model.findings import Finding
from intentflow.model.load import Reading

BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)  # day 0 of every example


def trial(reading: Reading) -> tuple[Finding, ...]:
    """A finding for each expectation of an example that doesn't hold."""
    fold = Fold(reading.model)
    return tuple(
        Finding(example.line, "example", f'example "{example.name}": {text}')
        for example in reading.examples
        for text in _differences(fold, example)
    )


def _differences(fold: Fold, example: Example) -> Iterator[str]:
    lead, key, zero = Lead(applied=[], outbox=[]), b"l:example", int(BEGINNING.timestamp() * 1000)
    for number, (fields, ms) in enumerate(example.given):
        happened = {
            "event_id": f"event {number}",
            "occurred_at": BEGINNING + timedelta(milliseconds=ms),
            "lead_id": "example",
        }
        event = convert({**fields, **happened}, type=FAMILIES[str(fields["family"])])
        fold.take(key, lead, event, time_of(event), [])
    fold.pass_time(key, lead, zero + example.at, [])
    stage = fold.judge.stage(lead).name
    if example.stage not in (None, stage):
        yield f"the stage is {stage}, not {example.stage}"
    scores = dict(zip(AXES, fold.scores.at(lead, zero + example.at), strict=True))
    for axis, expected in example.scores:
        if abs(scores[axis] - expected.value) > expected.within:
            yield f"{axis} is {scores[axis]:.4g}, not {expected.value:g}"
